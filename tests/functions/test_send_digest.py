from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import boto3
import pytest

from functions import capture_lead, send_digest
from shared.adapters.dynamodb.leads_table import LeadsTable
from shared.adapters.sns import AS_TEXT_MESSAGE, Subscriptions
from shared.domain.leads.digest import Digest, digest_of
from shared.domain.leads.lead import Lead
from shared.domain.leads.lead_summary import LeadSummary
from tests.aws import ENVIRONMENT, Aws
from tests.functions.calls import CONTEXT, NOT_A_FIT, PRIORITY, URGENT, Json, event, posting, submission
from tests.functions.conftest import AN_OPEN_HOUR, Clock
from tests.leads import a_lead, varied

INBOX = "https://staff.clinic.example/inbox"


def captured(clock: Clock, answers: Json, at: datetime, **changes: Any) -> Lead:
    clock.at = at
    lead_id = uuid4()
    capture_lead.handler(posting("capture_lead", submission(answers, submission_id=str(lead_id), **changes)), CONTEXT)
    lead = table().get(lead_id)
    assert lead
    return lead


def table() -> LeadsTable:
    return LeadsTable(boto3.client("dynamodb"), ENVIRONMENT["LEADS_TABLE"], 1)


def changed(lead: Lead, **changes: Any) -> None:
    table().replace(lead, varied(lead, version=lead.version + 1, **changes))


def sent(aws: Aws) -> Json:
    assert send_digest.handler(event("send_digest"), CONTEXT) == {"sent": True}
    [message] = aws.alerts()
    return message


def lines(message: Json) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in message["Message"].splitlines())


def test_it_counts_waiting_leads_and_times_to_acknowledgement(aws: Aws, clock: Clock) -> None:
    now, minute = AN_OPEN_HOUR, timedelta(minutes=1)
    captured(clock, PRIORITY, now - 5 * minute)
    captured(clock, URGENT, now - timedelta(hours=5))
    quick = captured(clock, URGENT, now - timedelta(days=1))
    late = captured(clock, URGENT, now - timedelta(days=2))
    old = captured(clock, URGENT, now - timedelta(days=8))
    captured(clock, NOT_A_FIT, now - timedelta(hours=1))
    changed(quick, status="acknowledged", acknowledged_at=quick.assessment.received_at + 10 * minute)
    changed(
        late,
        status="closed",
        acknowledged_at=late.assessment.received_at + 250 * minute,
        closed_at=now - timedelta(hours=1),
    )
    changed(old, status="closed", acknowledged_at=old.assessment.received_at + minute, closed_at=now)
    clock.at = now
    assert lines(sent(aws)) == {
        "Open": "3",
        "Overdue, taken by nobody": "1",
        "Suspected machines among the open": "0",
        "Acknowledged in time, last 7 days": "1 of 3",
        "Median time to acknowledgement, last 7 days": "130 minutes",
        "Open the inbox": INBOX,
    }


def test_it_goes_to_the_manager_without_personal_data(aws: Aws, clock: Clock) -> None:
    contact = {"name": "Canaryvalue Canaryvalue", "phone": "(312) 555-0142"}
    lead = captured(clock, URGENT | {"note": "canaryvalue"}, AN_OPEN_HOUR, contact=contact)
    message = sent(aws)
    attributes = {
        name: value["Value"] for name, value in message["MessageAttributes"].items() if name not in AS_TEXT_MESSAGE
    }
    assert attributes == {"kind": "digest", "audience": "manager", "suspect": "false"}
    everything = json.dumps(message).lower()
    for personal in ("canaryvalue", "5550142", lead.reference.lower(), str(lead.lead_id), "fever"):
        assert personal not in everything


def test_it_reads_only_the_worklist_index(aws: Aws, clock: Clock) -> None:
    captured(clock, URGENT, AN_OPEN_HOUR)
    aws.wire.calls.clear()
    sent(aws)
    assert set(aws.wire.calls) == {"dynamodb.Query", "sns.ListSubscriptionsByTopic", "sns.Publish"} | {
        call for call in aws.wire.calls if call.startswith("sqs.")
    }


@pytest.mark.parametrize("day", [17, 19])  # a Saturday, and a holiday
def test_no_digest_is_sent_on_a_closed_day(aws: Aws, clock: Clock, day: int) -> None:
    clock.at = datetime(2026, 1, day, 14, 0, tzinfo=UTC)
    assert send_digest.handler(event("send_digest"), CONTEXT) == {"sent": False}
    assert aws.alerts() == []


def test_leads_done_last_month_count_within_the_week(aws: Aws, clock: Clock) -> None:
    new_year = datetime(2026, 2, 2, 14, 0, tzinfo=UTC)
    lead = captured(clock, URGENT, new_year - timedelta(days=4))
    acknowledged = lead.assessment.received_at + timedelta(minutes=3)
    changed(lead, status="closed", acknowledged_at=acknowledged, closed_at=acknowledged)
    clock.at = new_year
    assert lines(sent(aws))["Acknowledged in time, last 7 days"] == "1 of 1"


def test_a_digest_without_leads_says_so(aws: Aws, clock: Clock) -> None:
    said = lines(sent(aws))
    assert (said["Open"], said["Acknowledged in time, last 7 days"]) == ("0", "0 of 0")
    assert said["Median time to acknowledgement, last 7 days"] == "none was acknowledged"


def test_a_failed_publish_fails_the_run(aws: Aws, clock: Clock) -> None:
    aws.wire.down = {"sns.Publish"}
    with pytest.raises(Exception, match="timeout"):
        send_digest.handler(event("send_digest"), CONTEXT)


def test_suspects_are_counted_separately() -> None:
    lead = a_lead(PRIORITY)
    summary = varied(LeadSummary.of(lead), suspect=True)
    found = digest_of(
        [summary, LeadSummary.of(lead)], [summary], lead.assessment.received_at, INBOX, alarms_unheard=False
    )
    assert (found.open, found.suspects, found.answerable) == (1, 1, 0)


def test_the_subject_is_within_the_limits_of_sns() -> None:
    subject = Digest(0, 0, 0, 0, 0, None, INBOX).subject
    assert subject.isascii()
    assert len(subject) < 100


@pytest.mark.parametrize("subscribed", [True, False])
@pytest.mark.usefixtures("clock")
def test_it_says_when_nobody_gets_the_alarms(aws: Aws, monkeypatch: pytest.MonkeyPatch, subscribed: bool) -> None:
    """An alarm about missing subscriptions would reach nobody."""
    sns, topic, endpoint = boto3.client("sns"), ENVIRONMENT["ALARM_TOPIC_ARN"], "+13125550100"
    alarms = Subscriptions(sns, {topic: frozenset({endpoint})})
    monkeypatch.setattr(send_digest, "digesting", varied(send_digest.digesting, alarms=alarms))
    if subscribed:
        sns.subscribe(TopicArn=topic, Protocol="sms", Endpoint=endpoint)
    message = sent(aws)["Message"]
    assert ("Alarms about this service may reach nobody" in message) is not subscribed


@pytest.mark.usefixtures("clock")
def test_it_is_sent_although_the_subscriptions_cannot_be_read(aws: Aws) -> None:
    aws.wire.down = {"sns.ListSubscriptionsByTopic"}
    assert "Alarms about this service may reach nobody" in sent(aws)["Message"]
