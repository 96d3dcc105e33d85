"""Tests that our code gives up when a server hangs (R7 in docs/reliability.md)."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
import urllib3

from shared.adapters import webhook
from shared.adapters.aws import PATIENT_FACING, SPOOLING
from shared.adapters.dynamodb.leads_table import LeadsTable
from shared.adapters.spool import SpoolQueue
from shared.domain.errors import NotDelivered, StoreUnavailable
from shared.domain.intake.submission import Submission
from shared.domain.leads.consent import Visit
from shared.domain.leads.lead import Arrival
from shared.domain.leads.webhook import WaitingLead
from shared.usecases.capture import capture_lead
from tests.aws import ENVIRONMENT
from tests.functions.calls import submission
from tests.leads import RECEIVED, an_intake, varied

LONGEST_WAIT = 6


class Silent:
    def __init__(self) -> None:
        self.asked = 0
        self.server = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.server.getsockname()[1]}"
        self._held: list[socket.socket] = []
        self._thread = threading.Thread(target=self._take, daemon=True)
        self._thread.start()

    def _take(self) -> None:
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            self.asked += 1
            self._held.append(connection)

    def close(self) -> None:
        self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()
        self._thread.join(5)
        for connection in self._held:
            connection.close()


@pytest.fixture
def silent() -> Iterator[tuple[Silent, Silent]]:
    both = Silent(), Silent()
    yield both
    for one in both:
        one.close()


def test_a_patient_is_answered_within_six_seconds_when_everything_hangs(silent: tuple[Silent, Silent]) -> None:
    table, spool = silent
    leads = LeadsTable(boto3.client("dynamodb", config=PATIENT_FACING, endpoint_url=table.address), "leads", 1)
    sqs = boto3.client("sqs", config=SPOOLING, endpoint_url=spool.address)
    queue = SpoolQueue(lambda: sqs, ENVIRONMENT["SPOOL_QUEUE"])
    sent = Submission.model_validate(submission())
    arrival = Arrival(RECEIVED, Visit("", ""), frozenset())

    began = time.monotonic()
    with pytest.raises(StoreUnavailable):
        capture_lead(sent, arrival, varied(an_intake(leads), spool=queue))
    took = time.monotonic() - began

    assert (table.asked, spool.asked) == (2, 1)
    assert took < LONGEST_WAIT


@contextlib.contextmanager
def full() -> Iterator[str]:
    """Yields the address of a server that accepts no further connection."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(server.getsockname())
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize(("hangs", "error"), [("connecting", "ConnectTimeoutError"), ("answering", "ReadTimeoutError")])
def test_a_webhook_times_out_when_its_receiver_hangs(
    silent: tuple[Silent, Silent], monkeypatch: pytest.MonkeyPatch, hangs: str, error: str
) -> None:
    waits: Any = webhook.TIMEOUT
    shortened = urllib3.Timeout(connect=waits.connect_timeout / 20, read=waits.read_timeout / 100)
    monkeypatch.setattr(webhook, "TIMEOUT", shortened)
    lead = WaitingLead(
        "message", "2026-01-14T16:00:00Z", "new", "7K3MQ-2XDRT", "URGENT", "https://clinic.example", None
    )

    with full() as unreachable:
        receiver = webhook.Webhook(unreachable if hangs == "connecting" else silent[0].address, "a2V5")
        began = time.monotonic()
        with pytest.raises(NotDelivered, match=error):
            receiver.deliver(lead, RECEIVED)

    assert time.monotonic() - began < 2
