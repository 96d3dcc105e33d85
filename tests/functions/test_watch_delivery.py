"""Tests the canary, a lead that the service sends to itself to test delivery."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from functions import alert_staff, capture_lead, escalate_leads, replay_submissions, watch_delivery, wiring
from shared.adapters.canary import CanaryPath
from shared.adapters.form_guard import FormGuard
from shared.adapters.sns import Subscriptions
from shared.domain.leads.lead import CANARY
from shared.domain.opening_hours import OpeningHours
from shared.settings import WatchSettings, on_call_subscriptions
from tests.aws import ENVIRONMENT, Aws, cached_client
from tests.functions.calls import CONTEXT, Json, content, event, posting, spool_of, stream_of, submission
from tests.functions.conftest import AN_OPEN_HOUR, Clock
from tests.leads import varied
from tests.template.stack import of_type

GUARD = FormGuard(ENVIRONMENT["FORM_KEY"])


class Api:
    """Replaces API Gateway, and passes each POST to capture_lead.

    spooled: returns new spool entries, which are then replayed
    stream: called with the id of each sent lead; alerts staff by default
    """

    def __init__(self, spooled: Callable[[], list[str]]) -> None:
        self.stream: Callable[[str], object] = lambda lead_id: alert_staff.handler(stream_of(lead_id), CONTEXT)
        self.sent: list[Json] = []
        self.broken = False
        self.replays = True
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                api.sent.append(json.loads(body))
                answer = capture_lead.handler(posting("capture_lead", body), CONTEXT)
                if not api.broken:
                    for entry in spooled() if api.replays else []:
                        replay_submissions.handler(spool_of(entry), CONTEXT)
                    api.stream(api.sent[-1]["submission_id"])
                self.send_response(503 if api.broken else answer["statusCode"])
                self.end_headers()
                self.wfile.write(answer["body"].encode())

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/"


@pytest.fixture
def api(aws: Aws) -> Iterator[Api]:
    api = Api(aws.spooled)
    thread = threading.Thread(target=api.server.serve_forever, args=[0.01], daemon=True)
    thread.start()
    yield api
    api.server.shutdown()
    api.server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def canaries(aws: Aws, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    sqs, sns = cached_client("sqs"), cached_client("sns")
    queue = sqs.create_queue(QueueName="canaries")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic = ENVIRONMENT["ALERT_TOPIC_ARN"]
    only = {"FilterPolicy": json.dumps({"kind": [CANARY]})}
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=only)
    sns.subscribe(TopicArn=topic, Protocol="sms", Endpoint="+13125550100")
    path = CanaryPath(sqs, queue, api.address, GUARD, ("fs-intake", "2.0.0"))
    watch = varied(watch_delivery.watch, canary=path, subscribers=expecting("+13125550100"))
    monkeypatch.setattr(watch_delivery, "watch", watch)
    monkeypatch.setattr("shared.adapters.canary.LONG_POLL", 0)


def expecting(*endpoints: str, alarms: str = "") -> Subscriptions:
    """Returns the check for `endpoints` at the alert topic and `alarms` at the alarm topic."""
    expected = {
        ENVIRONMENT["ALERT_TOPIC_ARN"]: frozenset(endpoints),
        ENVIRONMENT["ALARM_TOPIC_ARN"]: frozenset({alarms} - {""}),
    }
    return Subscriptions(cached_client("sns"), expected)


def run() -> Any:
    return watch_delivery.handler(event("watch_delivery"), CONTEXT)


def metrics_of(written: str) -> Json:
    found: Json = {}
    for line in written.splitlines():
        if '"_aws"' in line:
            found |= json.loads(line)
    return found


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes watch_delivery's clock advance a minute with each reading."""
    ticks = iter(AN_OPEN_HOUR + timedelta(minutes=number) for number in range(100))
    monkeypatch.setattr(watch_delivery, "wiring", SimpleNamespace(now=lambda: next(ticks)))


def test_a_canary_goes_from_the_api_to_its_alert(aws: Aws, api: Api, logs: Callable[[], str]) -> None:
    assert run() == {"delivered": True, "delivered_by_spool": True, "subscriptions_missing": 0}
    metrics = metrics_of(logs())
    names = ("canaries_delivered", "canaries_delivered_by_spool", "subscriptions_missing")
    assert [metrics[name] for name in names] == [[1.0], [1.0], [0.0]]
    assert [lead["source"] for lead in aws.leads()] == [CANARY] * 2
    assert aws.wire.writes().count("sqs.SendMessage") == 1
    alerts = [alert["MessageAttributes"] for alert in aws.alerts()]
    assert [(alert["kind"]["Value"], alert["audience"]["Value"]) for alert in alerts] == [(CANARY, CANARY)] * 2


def test_a_spool_that_delivers_nothing_is_reported(api: Api, hurried: None, logs: Callable[[], str]) -> None:
    api.replays = False
    assert run() == {"delivered": True, "delivered_by_spool": False, "subscriptions_missing": 0}
    written = logs()
    assert "the canary through the spool did not come out" in written
    assert metrics_of(written)["canaries_delivered_by_spool"] == [0.0]


def test_a_spool_that_accepts_nothing_is_reported(aws: Aws, logs: Callable[[], str]) -> None:
    aws.wire.down = {"sqs.SendMessage"}
    assert run() == {"delivered": True, "delivered_by_spool": False, "subscriptions_missing": 0}
    [line] = [json.loads(line) for line in logs().splitlines() if "through the spool" in line]
    assert (line["error"], line["cause"]) == ("NotDelivered", "status 503")


@pytest.mark.usefixtures("hurried")
def test_an_outage_of_the_table_differs_from_one_of_the_api(aws: Aws, logs: Callable[[], str]) -> None:
    aws.wire.down = {"dynamodb.PutItem"}
    assert run()["delivered"] is False
    [line] = [json.loads(line) for line in logs().splitlines() if "the canary did not come out" in line]
    assert (line["error"], line["cause"]) == ("NotDelivered", "status 202")


@pytest.mark.parametrize(
    ("down", "error", "error_by_spool"),
    [
        ({"dynamodb.PutItem", "sqs.ReceiveMessage"}, "NotDelivered", "ConnectTimeoutError"),
        ({"sqs.SendMessage", "sqs.ReceiveMessage"}, "ConnectTimeoutError", "NotDelivered"),
        ({"dynamodb.PutItem", "sqs.SendMessage", "sns.ListSubscriptionsByTopic"}, "NotDelivered", "NotDelivered"),
    ],
)
def test_of_several_errors_the_first_is_reported(
    aws: Aws, api: Api, logs: Callable[[], str], down: set[str], error: str, error_by_spool: str
) -> None:
    api.replays = False
    aws.wire.down = down
    run()
    logged = {line["message"]: line.get("error") for line in map(json.loads, logs().splitlines()) if "message" in line}
    assert logged["the canary did not come out"] == error
    assert logged["the canary through the spool did not come out"] == error_by_spool


def test_a_canary_is_alerted_once_never_listed_and_expires(aws: Aws, clock: Clock) -> None:
    run()
    aws.alerts()
    item, _ = aws.dynamodb.scan(TableName=ENVIRONMENT["LEADS_TABLE"])["Items"]
    assert not {"worklist_partition", "reference", "summary", "phone_key", "email_key"} & item.keys()
    lasts = datetime.fromtimestamp(int(item["expires_at"]["N"]), UTC) - clock.at
    assert timedelta(hours=1) < lasts < timedelta(days=3)
    clock.at += timedelta(days=1)
    escalate_leads.handler(event("escalate_leads"), CONTEXT)
    assert aws.alerts() == []


def test_a_canary_is_not_counted(logs: Callable[[], str]) -> None:
    run()
    written = logs()
    assert "captured" not in metrics_of(written)
    assert '"Name":"captured"' not in written


def test_no_other_lead_expires(aws: Aws) -> None:
    capture_lead.handler(event("capture_lead"), CONTEXT)
    [item] = aws.dynamodb.scan(TableName=ENVIRONMENT["LEADS_TABLE"])["Items"]
    assert "expires_at" not in item


def forged(number: int) -> str:
    """Returns a token that tries to disguise a lead as a canary."""
    mine = "0b4f7c1e-6a52-4d0b-9a3e-5d1c2b7f8e90"
    return [
        "canary",
        mine,
        GUARD.token(),
        GUARD.canary_token(uuid4()),
        FormGuard("another key").canary_token(uuid4().__class__(mine)),
        GUARD.canary_token(uuid4().__class__(mine))[:-1] + "!",
        GUARD.canary_token(uuid4(), tries_spool=True),
        FormGuard("another key").canary_token(uuid4().__class__(mine), tries_spool=True),
    ][number]


@pytest.mark.parametrize("number", range(8))
def test_a_canary_cannot_be_forged(aws: Aws, number: int) -> None:
    answer = capture_lead.handler(posting("capture_lead", submission(token=forged(number))), CONTEXT)
    assert content(answer)["reference"]
    [lead] = aws.leads()
    assert lead["source"] == "form"


@pytest.mark.usefixtures("hurried")
def test_the_seconds_until_the_alert_are_measured(api: Api, logs: Callable[[], str]) -> None:
    """The watch reads the clock at the start, before each wait, and at each alert."""
    run()
    assert metrics_of(logs())["canary_seconds"] == [120.0]
    api.stream = str
    run()
    assert "canary_seconds" not in metrics_of(logs())


@pytest.mark.usefixtures("hurried")
def test_a_missing_alert_is_reported(api: Api, logs: Callable[[], str]) -> None:
    api.stream = str
    assert run()["delivered"] is False
    written = logs()
    assert "the canary did not come out" in written
    assert metrics_of(written)["canaries_delivered"] == [0.0]


@pytest.mark.usefixtures("hurried")
def test_the_alert_of_an_earlier_canary_does_not_count(api: Api) -> None:
    assert run()["delivered"] is True
    lead_ids = [sent["submission_id"] for sent in api.sent]
    api.stream = lambda _: alert_staff.handler(stream_of(*lead_ids), CONTEXT)
    assert run() == {"delivered": False, "delivered_by_spool": False, "subscriptions_missing": 0}


def test_subscriptions_are_checked_even_when_the_api_is_down(api: Api, logs: Callable[[], str]) -> None:
    api.broken = True
    assert run() == {"delivered": False, "delivered_by_spool": False, "subscriptions_missing": 0}
    [line] = [json.loads(line) for line in logs().splitlines() if "the canary did not come out" in line]
    assert (line["error"], line["cause"]) == ("NotDelivered", "status 503")


def test_missing_subscriptions_are_counted(monkeypatch: pytest.MonkeyPatch, logs: Callable[[], str]) -> None:
    subscribers = expecting("+13125550100", "desk@clinic.example", "gone@clinic.example")
    monkeypatch.setattr(watch_delivery, "watch", varied(watch_delivery.watch, subscribers=subscribers))
    assert run()["subscriptions_missing"] == 2
    assert metrics_of(logs())["subscriptions_missing"] == [2.0]


def test_every_five_minutes_only_the_subscriptions_are_checked(
    monkeypatch: pytest.MonkeyPatch, logs: Callable[[], str]
) -> None:
    subscribers = expecting("+13125550100", "desk@clinic.example")
    monkeypatch.setattr(watch_delivery, "watch", varied(watch_delivery.watch, subscribers=subscribers, canary=None))
    rule = of_type("AWS::Events::Rule")["WatchDeliveryEveryFiveMinutes"]
    assert rule["ScheduleExpression"] == "rate(5 minutes)"
    [target] = rule["Targets"]
    assert watch_delivery.handler(json.loads(target["Input"]), CONTEXT) == {"subscriptions_missing": 1}
    assert metrics_of(logs())["subscriptions_missing"] == [1.0]


def test_the_topic_of_alarms_is_watched_too(monkeypatch: pytest.MonkeyPatch) -> None:
    subscribers = expecting("+13125550100", alarms="+13125550100")
    monkeypatch.setattr(watch_delivery, "watch", varied(watch_delivery.watch, subscribers=subscribers))
    assert run()["subscriptions_missing"] == 1
    cached_client("sns").subscribe(TopicArn=ENVIRONMENT["ALARM_TOPIC_ARN"], Protocol="sms", Endpoint="+13125550100")
    assert run()["subscriptions_missing"] == 0


def test_an_address_of_the_stack_is_nobodys_own_subscription(monkeypatch: pytest.MonkeyPatch) -> None:
    """The desk's address belongs to the whole desk, so the address is not Ben's."""
    monkeypatch.setenv("EXPECTED_SUBSCRIPTIONS", "desk@clinic.example,,+13125550100")
    monkeypatch.setenv("ON_CALL", "nora=nora@clinic.example,ben=desk@clinic.example")
    assert on_call_subscriptions() == {"nora": "nora@clinic.example"}
    assert WatchSettings.from_environment().expected == {"desk@clinic.example", "+13125550100", "nora@clinic.example"}


def test_an_unconfirmed_subscription_does_not_count() -> None:
    class Client:
        def get_paginator(self, _: str) -> Client:
            return self

        def paginate(self, **_: str) -> list[Json]:
            entries = [("arn:aws:sns:x", "a@x.example"), ("PendingConfirmation", "b@x.example"), ("Deleted", "c@x")]
            return [{"Subscriptions": [{"SubscriptionArn": arn, "Endpoint": endpoint} for arn, endpoint in entries]}]

    client: Any = Client()
    assert Subscriptions(client, {"topic": frozenset({"a@x.example", "b@x.example", "c@x"})}).missing() == 2


def test_unreadable_subscriptions_count_as_missing(aws: Aws) -> None:
    aws.wire.down = {"sns.ListSubscriptionsByTopic"}
    assert run()["subscriptions_missing"] == 1


@pytest.mark.parametrize(("hour", "active"), [(16, 0.0), (9, 1.0)])  # 10:00 and 03:00 in Chicago
def test_silence_at_night_is_not_an_alarm(
    monkeypatch: pytest.MonkeyPatch, logs: Callable[[], str], hour: int, active: float
) -> None:
    hours = OpeningHours.parse("Mon-Sun 09:00-21:00", "America/Chicago")
    monkeypatch.setattr(watch_delivery, "watch", varied(watch_delivery.watch, page_hours=hours))
    monkeypatch.setattr(wiring, "now", lambda: AN_OPEN_HOUR.replace(hour=hour))
    run()
    assert metrics_of(logs())["page_active"] == [active]


def test_a_submission_counts_the_page_as_active(logs: Callable[[], str]) -> None:
    capture_lead.handler(event("capture_lead"), CONTEXT)
    assert metrics_of(logs())["page_active"] == [1.0]
