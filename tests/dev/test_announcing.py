"""Tests the alerts of `make run`, and that damaged state stops its start."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from dev import run
from dev.announcing import MOST_SINGLY, Announcer
from dev.outbox import SentAlert

PROJECT = Path(run.__file__).resolve().parents[1]
WIDTH = 100


def alerts(count: int, tier: str = "URGENT") -> list[SentAlert]:
    return [SentAlert("2026-01-14T16:00:00Z", "", f"about {n}", tier, "new", "desk") for n in range(count)]


@pytest.fixture
def announcer(monkeypatch: pytest.MonkeyPatch) -> tuple[Announcer, list[str]]:
    said: list[str] = []
    monkeypatch.setattr("dev.announcing.threading.Timer", lambda *_: type("Timer", (), {"start": lambda _: None})())
    return Announcer(said.append, "http://127.0.0.1:8080/_local/"), said


def test_a_few_alerts_are_a_line_each(announcer: tuple[Announcer, list[str]]) -> None:
    announce, said = announcer
    for alert in alerts(MOST_SINGLY):
        announce(alert)
    announce.announce()
    assert len(said) == MOST_SINGLY
    assert said[0].endswith("16:00:00 UTC  new for desk: about 0")


def test_many_at_once_are_one_line_that_says_where_they_are(announcer: tuple[Announcer, list[str]]) -> None:
    announce, said = announcer
    for alert in (*alerts(30), *alerts(12, "EMERGENCY")):
        announce(alert)
    announce.announce()
    assert said == [
        "alerts 16:00:00 UTC  42 at once (30 URGENT, 12 EMERGENCY): http://127.0.0.1:8080/_local/",
    ]


@pytest.mark.parametrize("content", ["", '{"payload": {"tables"', "not JSON"])
def test_half_a_state_file_is_not_taken_for_an_empty_one(content: str, tmp_path: Path) -> None:
    damaged = tmp_path / "services" / "dynamodb.json"
    damaged.parent.mkdir()
    damaged.write_text(content)
    with pytest.raises(SystemExit, match=r"dynamodb\.json is damaged\. `make run FRESH=1`"):
        run._check_state(tmp_path)
    assert damaged.read_text() == content


def test_whole_or_no_state_is_accepted(tmp_path: Path) -> None:
    run._check_state(tmp_path / "none")
    (tmp_path / "services").mkdir()
    (tmp_path / "services" / "sns.json").write_text('{"payload": {}}')
    run._check_state(tmp_path)


def test_the_list_of_commands_fits_a_terminal() -> None:
    command = ["make", "-s", "help"]
    shown = subprocess.run(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True, check=True).stdout
    assert [line for line in shown.splitlines() if len(line) > WIDTH] == []
