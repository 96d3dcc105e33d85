"""Each test starts with an empty table, an empty topic, and logs that it can read."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, tzinfo

import pytest

from functions import (
    alert_staff,
    capture_lead,
    deliver_webhook,
    erase_lead,
    escalate_leads,
    export_leads,
    export_person,
    list_leads,
    replay_submissions,
    retire_leads,
    search_leads,
    send_digest,
    show_lead,
    watch_delivery,
    work_lead,
)
from tests.aws import Aws, aws_in_process
from tests.least_privilege import difference, granted, recording

WITH_A_CLOCK = (
    capture_lead,
    deliver_webhook,
    alert_staff,
    escalate_leads,
    list_leads,
    search_leads,
    send_digest,
    show_lead,
    watch_delivery,
    work_lead,
    export_leads,
    export_person,
    erase_lead,
    replay_submissions,
    retire_leads,
)
AN_OPEN_HOUR = datetime(2026, 1, 14, 16, 0, tzinfo=UTC)  # Wednesday, 10:00 in Chicago


@pytest.fixture(autouse=True)
def aws() -> Iterator[Aws]:
    with aws_in_process() as aws, recording() as uses:
        yield aws
    assert difference(uses, granted()).missing == []  # on AWS it would have been refused


class Clock:
    """Stands where the functions have the class `datetime`."""

    def __init__(self) -> None:
        self.at = AN_OPEN_HOUR

    def now(self, zone: tzinfo) -> datetime:
        return self.at.astimezone(zone)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time for all functions, which stands still until a test moves it."""
    clock = Clock()
    for module in WITH_A_CLOCK:
        monkeypatch.setattr(module, "datetime", clock)
    return clock


@pytest.fixture
def logs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """All that the functions have written since the last look: log lines and metrics."""
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
