"""Tests the one-line errors of `make run`, and of the commands for rules if the rulebook does not load."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from dev import load_rules, rulebook, run, triage
from shared.rulebook.reader import RulebookError


@pytest.mark.parametrize("command", [run, triage, rulebook])
def test_a_rulebook_that_does_not_load_is_refused(command: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> None:
        raise RulebookError("fs-triage.toml: rules[3]: no option fevr")

    monkeypatch.setattr(sys, "argv", [command.__name__])
    monkeypatch.setattr(load_rules, "load", fails)
    with pytest.raises(SystemExit, match=r"does not load: fs-triage\.toml: rules\[3\]"):
        command.main()


def test_a_second_service_names_the_address_of_the_first(tmp_path: Path) -> None:
    for port in (8080, 80):  # the lock of an ended service does not hold
        with (
            run._lock(tmp_path, f"http://127.0.0.1:{port}/"),
            pytest.raises(SystemExit, match=rf"already running at http://127\.0\.0\.1:{port}/; stop it"),
            run._lock(tmp_path, "http://127.0.0.1:8090/"),
        ):
            pass
