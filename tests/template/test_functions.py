"""Tests the functions in the template: module, environment, reserved concurrency and time limits."""

from __future__ import annotations

import ast
import inspect
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from dev import template
from infra.build import EVERY_FUNCTION_HAS, module_name
from shared import settings
from shared.adapters.aws import PATIENT_FACING, SPOOLING
from shared.usecases.additions import WRITTEN_WITHIN
from shared.usecases.callbacks import LOOKED_UP_WITHIN
from shared.usecases.capture import SECOND_CALL_WITHIN
from tests.template.stack import FUNCTIONS, PROJECT, SOURCE, of_type

SHARED: dict[str, Any] = SOURCE["Globals"]["Function"]["Environment"]["Variables"]


def test_every_function_has_a_module_and_an_event_and_vice_versa() -> None:
    names = {module_name(logical_id) for logical_id in FUNCTIONS}

    assert names == {path.stem for path in (PROJECT / "functions").glob("*.py")} - set(EVERY_FUNCTION_HAS)
    events = {path.stem for path in (PROJECT / "events").glob("*.json")}
    assert names == {stem.partition(".")[0] for stem in events}
    assert names <= events


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_built_and_run_under_its_own_name(name: str) -> None:
    assert FUNCTIONS[name]["Handler"] == f"functions.{module_name(name)}.handler"
    assert FUNCTIONS[name]["Runtime"] == "python3.13"
    assert SOURCE["Resources"][name]["Metadata"] == {"BuildMethod": "makefile"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_gets_only_the_variables_that_its_settings_need(name: str) -> None:
    """All functions get the variables in `Globals`."""
    assert set(FUNCTIONS[name]["Environment"]["Variables"]) == settings_needed(module_name(name)) | set(SHARED)


def test_globals_have_only_shared_variables_and_no_secret() -> None:
    readers = Counter(variable for name in FUNCTIONS for variable in settings_needed(module_name(name)))
    hidden = {name for name, parameter in SOURCE["Parameters"].items() if parameter.get("NoEcho")}

    for variable, value in SHARED.items():
        if isinstance(value, dict):  # a plain string is a setting of a library
            assert readers[variable] >= len(FUNCTIONS) / 3, f"{variable}: give it to the functions that read it"
            assert set(value) == {"Ref"}, f"{variable}: a secret?"
            assert value["Ref"] not in hidden


def settings_needed(module: str) -> set[str]:
    function = ast.parse((PROJECT / "functions" / f"{module}.py").read_text())
    parts = [function, *wired(function)]
    sources = [inspect.getsource(getattr(settings, name)) for part in parts for name in settings_imported(part)]
    return {variable for source in sources for variable in re.findall(r'"([A-Z]+(?:_[A-Z]+)+)"', source)}


WIRING = {
    node.name: node
    for node in ast.parse((PROJECT / "functions" / "wiring.py").read_text()).body
    if isinstance(node, ast.FunctionDef)
}


def wired(part: ast.AST) -> Iterator[ast.FunctionDef]:
    """Yields the functions of functions/wiring.py that this code calls, directly or indirectly."""
    for node in ast.walk(part):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name("wiring"), attr=name)) | ast.Call(func=ast.Name(name)):
                if name in WIRING:
                    yield from (WIRING[name], *wired(WIRING[name]))


def settings_imported(part: ast.AST) -> Iterator[str]:
    for node in ast.walk(part):
        if isinstance(node, ast.ImportFrom) and node.module == "shared.settings":
            yield from (alias.name for alias in node.names)


def test_functions_that_a_visitor_waits_for_have_twice_the_memory() -> None:
    staff_or_machine = ("/leads", "/report", "/rules", "/staff", "/rota", "/intake")
    visited = {
        name for route, name in template.routes().items() if not route.split(" ")[1].startswith(staff_or_machine)
    }

    assert {name for name, function in FUNCTIONS.items() if function["MemorySize"] == 1024} == visited
    assert {function["MemorySize"] for name, function in FUNCTIONS.items() if name not in visited} == {512}


def test_reserved_concurrency_leaves_100_for_the_account() -> None:
    shares = {}
    for name, function in FUNCTIONS.items():
        condition, share, otherwise = function["ReservedConcurrentExecutions"]["Fn::If"]
        assert (condition, otherwise) == ("ReservesConcurrency", {"Ref": "AWS::NoValue"})
        shares[name] = share

    asked = int(re.findall(r"limit of (\d+)", SOURCE["Parameters"]["ReserveConcurrency"]["Description"])[0])
    assert sum(shares.values()) <= asked - 100  # Lambda requires that 100 stay unreserved
    assert max(shares, key=lambda name: shares[name]) == "CaptureLead"
    assert shares["AlertStaff"] >= 10


def longest(config: Any) -> float:
    """Returns the maximum seconds of a call: all timeouts, and a second between attempts."""
    attempts = config.retries["total_max_attempts"]
    return float(attempts * (config.connect_timeout + config.read_timeout) + (attempts - 1))


@pytest.mark.parametrize("name", ["CaptureLead", "CaptureAdLead"])
def test_a_patient_gets_an_answer_in_six_seconds_whatever_hangs(name: str) -> None:
    """Checks R7 of docs/reliability.md when both table and spool hang."""
    hanging = SECOND_CALL_WITHIN.total_seconds() + longest(PATIENT_FACING) + longest(SPOOLING)

    assert hanging <= 5.5
    assert hanging < FUNCTIONS[name]["Timeout"] - 1


def test_a_request_to_be_called_is_answered_in_six_seconds_whatever_hangs() -> None:
    """The table is written only after a quick lookup of the number."""
    hanging = LOOKED_UP_WITHIN.total_seconds() + longest(PATIENT_FACING) + longest(SPOOLING)

    assert hanging < 6
    assert hanging < FUNCTIONS["CaptureLead"]["Timeout"] - 1


def test_adding_answers_ends_before_its_function_times_out() -> None:
    hanging = WRITTEN_WITHIN.total_seconds() + longest(PATIENT_FACING)

    assert hanging < FUNCTIONS["CaptureLead"]["Timeout"] - 1


def test_a_replay_ends_before_its_function_times_out() -> None:
    assert 2 * longest(PATIENT_FACING) + longest(SPOOLING) < FUNCTIONS["ReplaySubmissions"]["Timeout"] - 1


def test_logs_expire() -> None:
    groups = of_type("AWS::Logs::LogGroup")

    assert set(groups) == {"Logs", "AccessLines"}
    for group in groups.values():
        assert group == {"RetentionInDays": {"Ref": "LogDays"}, "KmsKeyId": {"Fn::GetAtt": ["SignalsKey", "Arn"]}}
    assert all(function["LoggingConfig"] == {"LogGroup": {"Ref": "Logs"}} for function in FUNCTIONS.values())
