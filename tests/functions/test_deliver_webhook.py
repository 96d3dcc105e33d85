"""Tests signed webhooks with the reference library of Standard Webhooks."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from standardwebhooks.webhooks import Webhook as Judge
from standardwebhooks.webhooks import WebhookVerificationError

from functions import alert_staff, capture_lead, deliver_webhook
from shared.adapters import webhook
from shared.adapters.webhook import Webhook
from shared.domain.errors import ForeignEvent, NotDelivered
from tests.aws import ENVIRONMENT, Aws
from tests.functions.calls import CONTEXT, EMERGENCY, LEAD_ID, Json, event, posting, stream_of, submission

KEY = ENVIRONMENT["WEBHOOK_KEY"]
Received = list[tuple[dict[str, str], bytes]]


class Receiver:
    """Receives webhooks, and answers with `status`. `got` has each request's headers and body."""

    def __init__(self) -> None:
        self.got: Received = []
        self.status = 204
        self.answers_forever = False
        self.closed = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(receiver.status)
                self.send_header("location", "/elsewhere")
                self.send_header("content-length", str(10**9) if receiver.answers_forever else "0")
                self.end_headers()
                if receiver.answers_forever:
                    receiver.closed.wait(20)

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/hook"


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    receiver = Receiver()
    thread = threading.Thread(target=receiver.server.serve_forever, args=[0.01], daemon=True)
    thread.start()
    monkeypatch.setattr(deliver_webhook, "webhook", Webhook(receiver.address, KEY))
    yield receiver
    receiver.closed.set()
    receiver.server.shutdown()
    receiver.server.server_close()
    thread.join()


def deliver(message: Json | None = None) -> None:
    deliver_webhook.handler(message or event("deliver_webhook"), CONTEXT)


def test_the_reference_library_accepts_a_webhook(receiver: Receiver) -> None:
    deliver()
    [(headers, body)] = receiver.got
    assert headers["content-type"] == "application/json"
    assert Judge(f"whsec_{KEY}").verify(body, headers) == {
        "type": "lead.new",
        "timestamp": "2026-01-14T16:00:01.337Z",
        "data": {
            "reference": "7K3MQ-2XDRT",
            "tier": "URGENT",
            "deadline": "2026-01-14T20:00:00+00:00",
            "link": "https://staff.clinic.example/leads/7K3MQ-2XDRT",
        },
    }


@pytest.mark.parametrize("status", [200, 500])
def test_what_a_receiver_answers_is_not_read(receiver: Receiver, status: int) -> None:
    """The receiver announces a body of 1 GB and sends nothing."""
    receiver.status, receiver.answers_forever = status, True
    with nullcontext() if status == 200 else pytest.raises(NotDelivered, match="status 500"):
        deliver()
    assert not receiver.closed.is_set()


@pytest.mark.parametrize("sent", [b"HTTP/1.1 200 OK\r\nx: ", b"HTTP/1.1 100 Continue\r\n\r\n"])
def test_a_receiver_that_never_ends_its_answer_is_given_up(monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    """The receiver keeps sending, so no single read times out."""
    monkeypatch.setattr(webhook, "LONGEST", 0.3)
    over = threading.Event()

    def answer(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection, suppress(OSError):
            connection.sendall(sent)
            while not over.wait(0.01):
                connection.sendall(sent if b"100" in sent else b"x")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer, args=[server], daemon=True)
        thread.start()
        address = f"http://127.0.0.1:{server.getsockname()[1]}/hook"
        monkeypatch.setattr(deliver_webhook, "webhook", Webhook(address, KEY))
        with pytest.raises(NotDelivered, match="too slow"):
            deliver()
        over.set()
        thread.join()


def test_a_delivery_is_counted_and_a_failed_one_is_not(receiver: Receiver, logs: Callable[[], str]) -> None:
    deliver()
    assert '"webhooks":[1.0]' in logs()
    receiver.status = 500
    with pytest.raises(NotDelivered):
        deliver()
    assert '"webhooks":[1.0]' not in logs()


def test_our_signature_is_the_librarys(receiver: Receiver) -> None:
    deliver()
    [(headers, body)] = receiver.got
    at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    assert headers["webhook-signature"] == Judge(KEY).sign(headers["webhook-id"], at, body.decode())


def test_every_tampering_is_detected(receiver: Receiver) -> None:
    deliver()
    [(headers, body)] = receiver.got
    changed = [
        (headers, body.replace(b"URGENT", b"ROUTINE")),
        (headers | {"webhook-id": "other"}, body),
        (headers | {"webhook-timestamp": str(int(headers["webhook-timestamp"]) + 1)}, body),
    ]
    for their_headers, their_body in changed:
        with pytest.raises(WebhookVerificationError):
            Judge(KEY).verify(their_body, their_headers)
    with pytest.raises(WebhookVerificationError):
        Judge("whsec_" + KEY[::-1]).verify(body, headers)


def test_a_retried_delivery_has_the_same_id(receiver: Receiver) -> None:
    receiver.status = 500
    with pytest.raises(NotDelivered):
        deliver()
    receiver.status = 200
    deliver()
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1


@pytest.mark.parametrize("status", [301, 307, 400, 410, 500, 503])
def test_anything_but_2xx_fails_and_redirects_are_not_followed(receiver: Receiver, status: int) -> None:
    receiver.status = status
    with pytest.raises(NotDelivered, match=str(status)):
        deliver()
    assert len(receiver.got) == 1


def test_an_unreachable_receiver_fails_without_its_address_in_the_error(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver_webhook, "webhook", Webhook("http://127.0.0.1:9/hook?token=canaryvalue", KEY))
    with pytest.raises(NotDelivered) as failure:
        deliver()
    assert "canaryvalue" not in str(failure.value)
    assert failure.value.__suppress_context__


@pytest.mark.parametrize(
    "address",
    ["http://pager.clinic.example/", "ftp://127.0.0.1/", "http://127.0.0.1.evil.example/", "//x", "", "file:///etc"],
)
def test_only_https_is_allowed_except_on_loopback(address: str) -> None:
    with pytest.raises(ValueError, match="https"):
        Webhook(address, KEY)


@pytest.mark.parametrize("address", ["https://pager.clinic.example/", "http://localhost:1/", "http://[::1]:1/"])
def test_https_is_allowed_anywhere_and_http_on_loopback(address: str) -> None:
    Webhook(address, f"whsec_{KEY}")


@pytest.mark.parametrize("secret", [f"{KEY[:4]}-_-_{KEY[4:]}", f"whsec_{KEY[:8]}\n{KEY[8:]}", KEY[:-1]])
def test_a_secret_that_is_not_base64_is_refused_at_start(secret: str) -> None:
    """A lenient decoder would skip invalid characters, which changes the key."""
    with pytest.raises(ValueError, match=r"base64|padding"):
        Webhook("https://pager.clinic.example/", secret)


def test_a_published_alert_becomes_a_webhook_without_personal_data(
    aws: Aws, receiver: Receiver, logs: Callable[[], str]
) -> None:
    person = {"name": "Canaryvalue Canaryvalue", "phone": "(312) 555-0142", "email": "canaryvalue@example.com"}
    body = submission(EMERGENCY | {"note": "canaryvalue"}, contact=person)
    capture_lead.handler(posting("capture_lead", body), CONTEXT)
    alert_staff.handler(stream_of(LEAD_ID), CONTEXT)
    [alert] = aws.alerts()
    message = event("deliver_webhook")
    message["Records"][0]["Sns"] |= {name: alert[name] for name in ("MessageId", "Timestamp", "MessageAttributes")}
    logs()
    deliver(message)
    [(headers, sent)] = receiver.got
    delivered = json.loads(sent)
    assert (delivered["type"], delivered["data"]["tier"]) == ("lead.new", "EMERGENCY")
    assert set(delivered["data"]) == {"reference", "tier", "deadline", "link"}
    everything = f"{headers}{sent!r}{logs()}".lower()
    for personal in ("canaryvalue", "5550142", "chest"):
        assert personal not in everything


def test_an_event_that_is_not_an_alert_fails_in_a_defined_way(receiver: Receiver) -> None:
    message = event("deliver_webhook")
    message["Records"][0]["Sns"]["MessageAttributes"] = {"kind": {"Type": "String", "Value": "digest"}}
    with pytest.raises(ForeignEvent, match="not an alert about a lead"):
        deliver(message)
    assert receiver.got == []
