from __future__ import annotations

import sys
import threading
from pathlib import Path
from types import ModuleType
from typing import cast

import pytest
from watchfiles import Change

from dev import load_rules, rulebook, run, triage
from dev.cloud import LocalCloud
from shared.rulebook.reader import RulebookError


@pytest.mark.parametrize("command", [run, triage, rulebook])
def test_a_rulebook_that_does_not_load_is_refused(command: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> None:
        raise RulebookError("fs-triage.toml: rules[3]: no option fevr")

    monkeypatch.setattr(sys, "argv", [command.__name__])
    monkeypatch.setattr(load_rules, "load", fails)
    with pytest.raises(SystemExit, match=r"does not load: fs-triage\.toml: rules\[3\]"):
        command.main()


WRONG_LINK = "clinic.toml: privacy_practices: a link begins with https://"


def fail_for_the_link(*_: object) -> None:
    raise RulebookError(WRONG_LINK)


def test_a_wrong_field_of_the_clinics_file_is_named_before_anything_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["run"])
    monkeypatch.setattr(run, "about_clinic", fail_for_the_link)
    with pytest.raises(SystemExit) as ended:
        run.main()
    assert ended.value.code == f"not started: {WRONG_LINK}"


def test_a_wrong_field_saved_while_running_is_named_and_not_deployed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    saved = {(Change.modified, str(run.PROJECT / "web/clinic.toml"))}
    monkeypatch.setattr(run, "watch", lambda *_, **__: [saved])
    monkeypatch.setattr(run, "check_data", fail_for_the_link)
    run._watch(cast("LocalCloud", None), threading.Event())
    assert capsys.readouterr().out == f"changed web/clinic.toml: not live: {WRONG_LINK}\n"


def test_a_second_service_names_the_address_of_the_first(tmp_path: Path) -> None:
    for port in (8080, 80):
        with (
            run._lock(tmp_path, f"http://127.0.0.1:{port}/"),
            pytest.raises(SystemExit, match=rf"already running at http://127\.0\.0\.1:{port}/; stop it"),
            run._lock(tmp_path, "http://127.0.0.1:8090/"),
        ):
            pass
