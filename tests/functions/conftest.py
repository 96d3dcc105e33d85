"""Gives each test an empty table, an empty topic, and readable logs."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from functions import wiring
from shared.rulebook import loading
from tests.aws import Aws, aws_in_process
from tests.functions.output import check_line, check_response
from tests.leaks import Watch
from tests.least_privilege import difference, granted, recording
from tests.rulebook.folder import unsigned

AN_OPEN_HOUR = datetime(2026, 1, 14, 16, 0, tzinfo=UTC)  # 10:00 in Chicago


@pytest.fixture(autouse=True)
def aws() -> Iterator[Aws]:
    with aws_in_process() as aws, recording() as uses:
        yield aws
    assert difference(uses, granted()).missing == []  # AWS refuses calls without permission, but moto does not


@pytest.fixture(autouse=True)
def checked_output(no_leak: Watch) -> Iterator[None]:
    """Checks each log line, metric and response of a function after the test."""
    yield
    for line in no_leak.lines:
        check_line(line)
    for response in no_leak.responses:
        check_response(response)


class Clock:
    def __init__(self) -> None:
        self.at = AN_OPEN_HOUR

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(wiring, "now", clock.now)
    return clock


@pytest.fixture
def unsigned_rules(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Makes tests independent of the signatures in the clinic's rulebook."""
    rulebook = unsigned(loading.load())
    monkeypatch.setattr(loading, "load", lambda **_: rulebook)
    load_again = wiring.rulebook.cache_clear
    load_again()
    yield
    load_again()


@pytest.fixture
def logs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """Provides a function that returns the log lines and metrics since its last call."""
    written = io.StringIO()
    for handler in logging.getLogger("leads").handlers:
        if isinstance(handler, logging.StreamHandler):
            monkeypatch.setattr(handler, "stream", written)

    def read() -> str:
        streams = capsys.readouterr()
        text = written.getvalue() + streams.out + streams.err
        written.seek(0)
        written.truncate()
        return text

    return read
