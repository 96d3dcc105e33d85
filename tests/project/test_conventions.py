"""Tests the repository's conventions for names, documentation and log lines."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dev import template
from shared.rulebook.loading import load

PROJECT = Path(__file__).parents[2]
SOURCES = sorted((*PROJECT.glob("shared/**/*.py"), *PROJECT.glob("functions/*.py")))
TEMPLATE = template.read()
RESOURCES: dict[str, dict[str, Any]] = TEMPLATE["Resources"]
FUNCTIONS = {name: entry for name, entry in RESOURCES.items() if entry["Type"] == "AWS::Serverless::Function"}

FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "manager", "common", "misc", "base", "core"}


def test_no_module_has_a_meaningless_name() -> None:
    names = {Path(name).stem for name in tracked() if name.endswith((".py", ".js"))}
    assert not names & FORBIDDEN_NAMES


def snake(logical_id: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", logical_id).lower()


@pytest.mark.parametrize("logical_id", FUNCTIONS)
def test_a_function_has_one_name_everywhere(logical_id: str) -> None:
    name = snake(logical_id)
    assert (PROJECT / "functions" / f"{name}.py").is_file()
    assert (PROJECT / "events" / f"{name}.json").is_file()
    assert (PROJECT / "tests" / "functions" / f"test_{name}.py").is_file()


REFERENCE = (PROJECT / "docs" / "reference.md").read_text()
ROUTES = set(template.routes())


def test_every_route_is_documented() -> None:
    documented = set(re.findall(r"^\| `([^`]+)`", REFERENCE, re.MULTILINE))
    assert len(ROUTES) >= 5
    assert documented == ROUTES, "docs/reference.md has a row for each route of infra/template.yaml"


def test_the_template_says_what_each_parameter_and_output_means() -> None:
    described = TEMPLATE["Parameters"] | TEMPLATE["Outputs"]
    assert [name for name, entry in described.items() if len(entry.get("Description", "")) < 10] == []


def test_every_file_of_the_rulebook_is_documented() -> None:
    rules = (PROJECT / "docs" / "rules.md").read_text()
    assert all(f"`{path.name}`" in rules for path in PROJECT.glob("shared/rulebook/*.toml"))


def test_every_rule_has_a_reason_and_a_source_for_staff() -> None:
    for rule_set in load().rule_sets.values():
        for rule in (*rule_set.safety, *rule_set.not_fit, *rule_set.fit.rules, *rule_set.tags):
            assert rule.reason
            assert rule.citations


NAMED_FILE = re.compile(r"(?<![\w/.-])(?:benchmarks|dev|docs|events|functions|infra|shared|tests|web)/[\w./-]*\.\w+")
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")
COMMAND = re.compile(r"python -m ([\w.]*\w)")
TARGET = re.compile(r"`make ([a-z0-9-]+)")
TARGETS = set(re.findall(r"^([a-z0-9-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))


def dead_references(name: str, text: str) -> Iterator[str]:
    """Yields files, links and commands that a document names but that do not exist."""
    yield from (path for path in NAMED_FILE.findall(text) if not (PROJECT / path.rstrip(".")).exists())
    yield from (link for link in LINK.findall(text) if not (PROJECT / name).parent.joinpath(link).exists())
    yield from (f"make {target}" for target in TARGET.findall(text) if target not in TARGETS)
    for module in COMMAND.findall(text):
        path = PROJECT / module.replace(".", "/")
        if module.partition(".")[0] != "pytest" and not any(
            map(Path.is_file, (path.with_suffix(".py"), path / "__main__.py"))
        ):
            yield f"python -m {module}"


def test_every_file_link_and_command_in_the_docs_exists() -> None:
    documents = [name for name in tracked() if name.endswith(".md")]
    assert len(documents) > 20
    found = {name: list(dead_references(name, (PROJECT / name).read_text())) for name in documents}
    assert {name: ends for name, ends in found.items() if ends} == {}


def test_a_dead_reference_is_found() -> None:
    text = "[it](gone.md), `shared/gone.py`, python -m dev.gone, `make gone`"
    there = "[it](../README.md), shared/http/requests.py, python -m dev.run, `make run PORT=1`"
    assert list(dead_references("docs/rules.md", text + there)) == [
        "shared/gone.py",
        "gone.md",
        "make gone",
        "python -m dev.gone",
    ]


LOGGED = {
    "reference",
    "tier",
    "lead_id",
    "ladder_level",
    "error",
    "cause",
    "consent",
    "action",
    "mail_kind",
    "mail_status",
    "reason",
}
PERSONAL = {"event", "lead", "submission", "contact", "answers", "body", "screening", "record", "note", "consents"}


def logger_calls() -> Iterator[tuple[str, ast.Call, set[str]]]:
    """Yields (file, call, names of the file's parameters with a Literal type) for each logger call."""
    for path in PROJECT.glob("functions/*.py"):
        tree = ast.parse(path.read_text())
        listed = {
            node.arg
            for node in ast.walk(tree)
            if isinstance(node, ast.arg) and node.annotation and ast.unparse(node.annotation).startswith("Literal[")
        }
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "logger"
                and node.func.attr != "inject_lambda_context"
            ):
                yield path.name, node, listed


def test_log_lines_are_a_fixed_text_and_a_few_known_keys() -> None:
    calls = list(logger_calls())
    assert calls
    for name, call, listed in calls:
        # append_keys logs no text, but adds keys to later log lines.
        if isinstance(call.func, ast.Attribute) and call.func.attr == "append_keys":
            assert (call.args, {keyword.arg for keyword in call.keywords} - LOGGED) == ([], set()), name
            continue
        (text,) = call.args
        assert isinstance(text, ast.Constant) or (isinstance(text, ast.Name) and text.id in listed), f"{name}: fixed"
        assert {keyword.arg for keyword in call.keywords} <= {"extra"}, name
        for keyword in call.keywords:
            assert isinstance(keyword.value, ast.Dict), name
            assert {ast.literal_eval(key) for key in keyword.value.keys if key} <= LOGGED, name
            assert None not in keyword.value.keys, f"{name}: no ** in what is logged"
            for value in keyword.value.values:
                assert not (isinstance(value, ast.Name) and value.id in PERSONAL), name


def test_events_and_errors_are_never_logged_whole() -> None:
    for path in SOURCES:
        text = path.read_text()
        assert not re.search(
            r"log_event\s*=\s*True|logger\.exception|exc_info|traceback\.(?!extract_tb)|\bprint\(|import logging",
            text.replace("import logging\nimport warnings", "") if path.name == "wiring.py" else text,
        )


def test_no_variable_makes_powertools_log_events() -> None:
    assert not {"POWERTOOLS_LOGGER_LOG_EVENT", "POWERTOOLS_DEV"} & template.variables()


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout  # noqa: S607
    return [name for name in listed.split("\0") if name and (PROJECT / name).is_file()]


MACHINE_PATHS = re.compile(rb"(?<![\w.-])/(?:work|root|home/\w+|Users/\w+|tmp/\w+)/\w")


def test_no_file_contains_a_path_of_a_developers_machine() -> None:
    for name in tracked():
        found = MACHINE_PATHS.search((PROJECT / name).read_bytes())
        assert not found, f"{name}: {found[0]!r}"


@pytest.mark.parametrize("path", ["/wo" + "rk/main", "/ro" + "ot/x", "/ho" + "me/ann/x", "'/t" + "mp/run/x'"])
def test_a_path_of_a_machine_is_found(path: str) -> None:
    assert MACHINE_PATHS.search(path.encode())
