"""Tests that `make run` and the commands for rules end with a one-line error if the rulebook does not load."""

from __future__ import annotations

import sys
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
