"""Tests that `make run` refuses a rulebook that does not load, before it starts anything."""

from __future__ import annotations

import sys

import pytest

from dev import run
from shared.rulebook.reader import RulebookError


def test_a_rulebook_that_does_not_load_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> None:
        raise RulebookError("fs-triage.toml: rules[3]: no option fevr")

    monkeypatch.setattr(sys, "argv", ["run"])
    monkeypatch.setattr(run, "load", fails)
    with pytest.raises(SystemExit, match=r"does not load: fs-triage\.toml: rules\[3\]"):
        run.main()
