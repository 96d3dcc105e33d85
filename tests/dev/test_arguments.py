"""Tests that commands that start many things check their arguments first."""

from __future__ import annotations

import sys

import pytest

from dev import deploy_local, run
from dev.template import TEMPLATE


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


@pytest.mark.parametrize(("given", "status"), [("--help", 0), ("--fast", 2)])
def test_asking_for_help_deploys_nothing(given: str, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["deploy_local", given])
    monkeypatch.setattr(deploy_local, "_copy", lambda _: pytest.fail("it deploys"))
    with pytest.raises(SystemExit) as ended:
        deploy_local.main()
    assert ended.value.code == status


def test_what_deploying_locally_changes_is_in_the_files() -> None:
    """`make deploy-local` edits texts in the template and the rules. If a text were missing, it would fail only after
    minutes."""
    assert TEMPLATE.read_text(encoding="utf-8").count(deploy_local.GRADUAL) == 1
    assert (TEMPLATE.parents[1] / deploy_local.RULES).read_text(encoding="utf-8").count(deploy_local.EARLIER) == 1
