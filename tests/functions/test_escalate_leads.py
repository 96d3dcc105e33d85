from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from functions import capture_lead, escalate_leads, wiring
from shared.adapters.sns import AS_TEXT_MESSAGE, AlertTopic
from shared.domain.errors import StoreUnavailable
from shared.domain.leads.alert import Alert, Summary
from shared.domain.leads.lead import reference_of
from shared.usecases import alerting
from tests.aws import Aws
from tests.functions.calls import (
    CONTEXT,
    EMERGENCY,
    LEAD_ID,
    NOT_A_FIT,
    PRIORITY,
    ROUTINE,
    URGENT,
    Json,
    event,
    posting,
    submission,
)
from tests.functions.conftest import AN_OPEN_HOUR, Clock
from tests.leads import varied

pytestmark = pytest.mark.usefixtures("clock")
# tier's answers, expected alerts as (minutes after Wednesday at 10:00, audience)
LADDERS: list[tuple[Json, list[tuple[int, str]]]] = [
    (EMERGENCY, [(0, "clinician"), (5, "desk"), (10, "manager")]),
    (URGENT, [(0, "clinician"), (30, "desk"), (60, "manager")]),
    (PRIORITY, [(0, "desk"), (240, "clinician")]),
    (ROUTINE, [(0, "desk"), (24 * 60 + 180, "manager")]),
]


def captured(answers: Json, lead_id: str = LEAD_ID) -> str:
    body = submission(answers, submission_id=lead_id)
    assert capture_lead.handler(posting("capture_lead", body), CONTEXT)["statusCode"] == 201
    return lead_id


def sweep() -> Any:
    return escalate_leads.handler(event("escalate_leads"), CONTEXT)


def new_alerts(aws: Aws) -> list[tuple[str, str]]:
    return [
        (alert["MessageAttributes"]["kind"]["Value"], alert["MessageAttributes"]["audience"]["Value"])
        for alert in aws.alerts()
    ]


def test_the_sweep_alerts_when_the_stream_is_silent(aws: Aws) -> None:
    captured(URGENT)
    assert sweep() == {"alerted": 1}
    assert new_alerts(aws) == [("new", "clinician")]
    assert sweep() == {"alerted": 0}


@pytest.mark.parametrize(("answers", "steps"), LADDERS)
def test_an_unowned_lead_escalates_on_time(aws: Aws, clock: Clock, answers: Json, steps: list[tuple[int, str]]) -> None:
    captured(answers)
    for number, (minutes, audience) in enumerate(steps):
        due = AN_OPEN_HOUR + timedelta(minutes=minutes)
        if number:
            clock.at = due - timedelta(seconds=1)
            assert sweep() == {"alerted": 0}
        clock.at = due
        assert sweep() == {"alerted": 1}
        assert new_alerts(aws) == [("escalation" if number else "new", audience)]
    clock.at += timedelta(days=30)
    assert sweep() == {"alerted": 0}


def test_an_escalated_alert_says_that_nobody_has_the_lead(aws: Aws, clock: Clock) -> None:
    captured(URGENT)
    sweep()
    clock.at += timedelta(minutes=30)
    sweep()
    first, second = (alert["Message"] for alert in aws.alerts())
    assert "Nobody has it" not in first
    assert "Nobody has it: this is alert 2." in second


def test_after_an_outage_every_audience_is_alerted_in_order(aws: Aws, clock: Clock) -> None:
    captured(URGENT)
    clock.at += timedelta(hours=3)
    for _ in range(3):
        sweep()
    assert new_alerts(aws) == [("new", "clinician"), ("escalation", "desk"), ("escalation", "manager")]
    assert sweep() == {"alerted": 0}


def test_a_sweep_with_nothing_due_makes_two_queries_and_no_write(aws: Aws, clock: Clock) -> None:
    captured(URGENT)
    sweep()
    captured(NOT_A_FIT, str(uuid.uuid4()))
    aws.wire.calls.clear()
    clock.at += timedelta(minutes=29)
    assert sweep() == {"alerted": 0}
    assert aws.wire.calls == ["dynamodb.Query"] * 2


def test_a_not_a_fit_lead_never_alerts_anybody(aws: Aws, clock: Clock) -> None:
    captured(NOT_A_FIT)
    clock.at += timedelta(days=365)
    sweep()
    assert new_alerts(aws) == []


def test_an_unreadable_lead_fails_the_run_but_blocks_no_other(aws: Aws, clock: Clock, logs: Callable[[], str]) -> None:
    leads = [captured(URGENT, str(uuid.uuid4())) for _ in range(3)]
    aws.corrupt(leads[0], '{"contact": {"name": "canaryvalue"}}')
    with pytest.raises(RuntimeError, match="1 alerts failed") as failure:
        sweep()
    assert failure.value.__context__ is None  # a chained error's text could quote the lead
    assert len(new_alerts(aws)) == 2
    [line] = [json.loads(line) for line in logs().splitlines() if "alert failed" in line]
    assert (line["lead_id"], line["error"]) == (leads[0], "ValidationError")
    clock.at += timedelta(minutes=30)
    with pytest.raises(RuntimeError):
        sweep()
    assert new_alerts(aws) == [("escalation", "desk")] * 2


def test_a_failed_publish_is_retried_by_the_next_sweep(aws: Aws, clock: Clock) -> None:
    captured(URGENT)
    aws.wire.down = {"sns.Publish"}
    with pytest.raises(RuntimeError):
        sweep()
    aws.wire.down = set()
    clock.at += timedelta(minutes=1)
    assert sweep() == {"alerted": 1}


def test_the_longest_due_lead_is_first(aws: Aws, clock: Clock) -> None:
    later, earlier = (str(uuid.UUID(int=number)) for number in (1, 2))
    captured(URGENT, earlier)
    clock.at += timedelta(seconds=5)
    captured(EMERGENCY, later)
    sweep()
    assert [alert["MessageAttributes"]["tier"]["Value"] for alert in aws.alerts()] == ["URGENT", "EMERGENCY"]


def test_a_sweep_that_runs_out_of_time_leaves_the_rest_to_the_next(
    aws: Aws, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        captured(URGENT, str(uuid.uuid4()))
    ticks = iter([*[AN_OPEN_HOUR] * 4, *[AN_OPEN_HOUR + escalate_leads.TIME_LIMIT] * 3])
    monkeypatch.setattr(wiring, "now", lambda: next(ticks))
    assert sweep() == {"alerted": 1}
    monkeypatch.undo()
    monkeypatch.setattr(wiring, "now", lambda: AN_OPEN_HOUR + timedelta(minutes=1))
    assert sweep() == {"alerted": 2}


def test_an_unreadable_index_fails_the_run(aws: Aws) -> None:
    aws.wire.down = {"dynamodb.Query"}
    with pytest.raises(StoreUnavailable):
        sweep()


def test_every_sweep_is_counted(logs: Callable[[], str]) -> None:
    sweep()
    [metric] = [json.loads(line) for line in logs().splitlines() if "_aws" in line]
    assert (metric["swept"], metric["alerted"]) == ([1.0], [0.0])


def attributes(alert: Any) -> dict[str, str]:
    return {name: value["Value"] for name, value in alert["MessageAttributes"].items() if name not in AS_TEXT_MESSAGE}


def test_up_to_twenty_leads_are_mailed_one_by_one(aws: Aws) -> None:
    for _ in range(20):
        captured(URGENT, str(uuid.uuid4()))
    sweep()
    alerts = [attributes(alert) for alert in aws.alerts()]
    assert [alert["kind"] for alert in alerts] == ["new"] * 20
    assert not [alert for alert in alerts if "summarised" in alert]


def test_of_the_leads_beyond_each_audience_gets_one_summary(aws: Aws, clock: Clock) -> None:
    """The first 20 leads get one e-mail each, red flags first. Webhooks and SMS get all alerts."""
    for _ in range(20):
        captured(URGENT, str(uuid.uuid4()))
    clock.at += timedelta(seconds=1)
    others = [str(uuid.uuid4()) for _ in range(23)]
    for number, lead_id in enumerate(others):
        captured(URGENT if number < 4 else PRIORITY, lead_id)
    assert sweep() == {"alerted": 43}
    alerts = aws.alerts()
    assert not [alert for alert in alerts[:20] if "summarised" in attributes(alert)]
    summary = {"kind": "summary", "suspect": "false"}
    to_all = {"audience": "clinician", "on_call": "everyone", **summary}
    assert [(alert["Subject"], attributes(alert)) for alert in alerts[20:22]] == [
        ("4 more leads waiting, 4 of them EMERGENCY or URGENT", to_all),
        ("19 more leads waiting", {"audience": "desk", **summary}),
    ]
    inbox = "Open the inbox: https://staff.clinic.example/inbox"
    assert alerts[21]["Message"] == f"19 more leads wait for the desk.\n{inbox}"
    each = [attributes(alert) for alert in alerts[22:]]
    assert {alert["reference"] for alert in each} == {reference_of(uuid.UUID(lead_id)) for lead_id in others}
    assert {(alert["kind"], alert["summarised"]) for alert in each} == {("new", "true")}
    assert sweep() == {"alerted": 0}


def test_suspects_are_in_no_summary(aws: Aws) -> None:
    for number in range(30):
        trap = {} if number < 5 else {"website": "https://spam.example"}
        body = submission(ROUTINE, submission_id=str(uuid.uuid4()), **trap)
        capture_lead.handler(posting("capture_lead", body), CONTEXT)
    assert sweep() == {"alerted": 30}
    alerts = [attributes(alert) for alert in aws.alerts()]
    assert [alert["suspect"] for alert in alerts].count("true") == 25
    assert {alert["kind"] for alert in alerts} == {"new"}


def test_only_alerts_about_leads_in_a_summary_are_marked(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerting, "MAILED_SINGLY", 0)
    for trap in ({}, {"website": "https://spam.example"}):
        body = submission(ROUTINE, submission_id=str(uuid.uuid4()), **trap)
        capture_lead.handler(posting("capture_lead", body), CONTEXT)
    sweep()
    alerts = [attributes(alert) for alert in aws.alerts()]
    marked = {alert["suspect"]: "summarised" in alert for alert in alerts if alert["kind"] == "new"}
    assert marked == {"false": True, "true": False}


def test_without_their_summary_leads_stay_due(aws: Aws, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerting, "MAILED_SINGLY", 0)
    for _ in range(3):
        captured(PRIORITY, str(uuid.uuid4()))
    aws.wire.down = {"sns.Publish"}
    with pytest.raises(RuntimeError, match="3 alerts failed"):
        sweep()
    aws.wire.down = set()
    clock.at += timedelta(minutes=1)
    assert sweep() == {"alerted": 3}


def test_a_refused_summary_delays_no_text_and_no_webhook(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    publish = AlertTopic.publish

    def refuse_summaries(topic: AlertTopic, notice: Alert | Summary) -> None:
        if isinstance(notice, Summary):
            raise ConnectionError
        publish(topic, notice)

    monkeypatch.setattr(alerting, "MAILED_SINGLY", 0)
    monkeypatch.setattr(AlertTopic, "publish", refuse_summaries)
    for _ in range(3):
        captured(PRIORITY, str(uuid.uuid4()))
    assert sweep() == {"alerted": 3}
    # Without `summarised`, an alert is also sent by e-mail.
    assert [attributes(alert).get("summarised") for alert in aws.alerts()] == [None] * 3


def test_an_unreadable_lead_is_left_out_of_a_summary(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerting, "MAILED_SINGLY", 0)
    leads = [captured(PRIORITY, str(uuid.uuid4())) for _ in range(4)]
    aws.corrupt(leads[2], "x")
    with pytest.raises(RuntimeError, match="1 alerts failed"):
        sweep()
    assert [alert["Subject"] for alert in aws.alerts()][:1] == ["3 more leads waiting"]


def test_a_lead_that_somebody_took_after_the_summary_is_not_alerted(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerting, "MAILED_SINGLY", 0)
    leads = [captured(PRIORITY, str(uuid.uuid4())) for _ in range(3)]
    summarise = alerting._summarised

    def take_one(*waiting: Any) -> Any:
        table = escalate_leads.alerting.leads
        lead = table.get(uuid.UUID(leads[0]))
        assert lead
        table.replace(lead, varied(lead, version=lead.version + 1, status="acknowledged", next_at=None))
        return summarise(*waiting)

    monkeypatch.setattr(alerting, "_summarised", take_one)
    assert sweep() == {"alerted": 2}


def test_half_of_the_time_is_left_for_alerting(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    """If reading is slow, the sweep alerts staff about the leads that it has read."""
    monkeypatch.setattr(alerting, "MAILED_SINGLY", 0)
    for _ in range(40):
        captured(URGENT, str(uuid.uuid4()))
    ticks = (AN_OPEN_HOUR + timedelta(seconds=number) for number in range(500))
    monkeypatch.setattr(wiring, "now", lambda: next(ticks))
    assert 5 <= sweep()["alerted"] <= 20
