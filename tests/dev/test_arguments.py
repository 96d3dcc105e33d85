"""Tests that long-running commands check their arguments first."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from dev import deploy_local, run
from dev.template import TEMPLATE

PROJECT = Path(__file__).parents[2]
SWITCHES = {"FRESH": "run", "YES": "redrive", "OFFLINE": "scan", "SHORT": "bench"}


@pytest.mark.parametrize("wrong", [("--port", "99999"), ("--port", "-5"), ("--port", "65535"), ("--samples", "-3")])
def test_run_refuses_invalid_arguments(
    wrong: tuple[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["run", *wrong])
    with pytest.raises(SystemExit) as ended:
        run._arguments()
    assert ended.value.code == 2
    name = wrong[0].removeprefix("--")
    assert f"make run: error: {name.upper()} (--{name}) must" in capsys.readouterr().err


def test_of_a_port_in_use_a_free_pair_is_suggested(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(SystemExit, match=r"make run PORT=\d+"):
        run._check_port(server.getsockname()[1])
    monkeypatch.setattr(run, "_in_use", {8613, 8614, 8616}.__contains__)
    with pytest.raises(SystemExit, match=r"^Port 8613 is in use; choose another: make run PORT=8617$"):
        run._check_port(8613)
    run._check_port(8615)


def test_a_port_that_is_taken_but_does_not_answer_is_in_use() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        with pytest.raises(SystemExit, match="is in use"):
            run._check_port(silent.getsockname()[1])


def test_a_port_that_only_root_may_use_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr("socket.create_server", refused)
    with pytest.raises(SystemExit, match="may not serve at port 8615"):
        run._check_port(8615)


@pytest.mark.parametrize(("given", "status"), [("--help", 0), ("--fast", 2)])
def test_asking_for_help_deploys_nothing(given: str, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["deploy_local", given])
    monkeypatch.setattr(deploy_local, "_copy", lambda _: pytest.fail("it deploys"))
    with pytest.raises(SystemExit) as ended:
        deploy_local.main()
    assert ended.value.code == status


def test_what_deploying_locally_changes_is_in_the_files() -> None:
    assert TEMPLATE.read_text(encoding="utf-8").count(deploy_local.GRADUAL) == 1
    rules = (TEMPLATE.parents[1] / deploy_local.RULES).read_text(encoding="utf-8")
    (threshold,) = deploy_local.THRESHOLD.findall(rules)
    higher = rules.replace(f"\nat_least = {threshold}\ntier =", f"\nat_least = {int(threshold) + 1}\ntier =")
    assert higher != rules
    assert deploy_local.THRESHOLD.sub("99", higher) == deploy_local.THRESHOLD.sub("99", rules)


def planned(target: str, *variables: str) -> tuple[int, str]:
    """Returns make's exit status and output."""
    outer = {name: value for name, value in os.environ.items() if name not in {*SWITCHES, "MAKEFLAGS", "MAKELEVEL"}}
    command = ["make", "--dry-run", target, "STACK=clinic", *variables]
    made = subprocess.run(command, cwd=PROJECT, env=outer, capture_output=True, text=True, check=False)
    return made.returncode, made.stdout + made.stderr


@pytest.mark.parametrize(("name", "target"), SWITCHES.items())
def test_only_1_turns_a_switch_of_make_on(name: str, target: str) -> None:
    option = f" --{name.lower()}"
    assert option in planned(target, f"{name}=1")[1]
    assert option not in planned(target)[1]
    assert option not in planned(target, f"{name}=")[1]
    for unclear in ("no", "0", "1 no", "yes"):
        status, said = planned(target, f"{name}={unclear}")
        assert (status, option in said) == (2, False)
        assert f"{name}={unclear} is not clear: write {name}=1, or leave it out" in said


def test_every_switch_of_make_is_tested() -> None:
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    assert set(re.findall(r"\$\(call switch,(\w+),--[a-z]", makefile)) == SWITCHES.keys()
    others = set(re.findall(r"\$\(if \$\((\w+)\),--[a-z-]+\)", makefile))
    assert others == {"CI"}, "use the function switch; only CI has a value of others' making"
