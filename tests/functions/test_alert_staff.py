from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from functions import alert_staff, capture_lead, escalate_leads
from shared.adapters.sns import AS_TEXT_MESSAGE
from tests.aws import ENVIRONMENT, Aws
from tests.functions.calls import (
    CONTEXT,
    EMERGENCY,
    LEAD_ID,
    NOT_A_FIT,
    PRIORITY,
    ROUTINE,
    URGENT,
    Json,
    content,
    event,
    posting,
    stream_of,
    submission,
)
from tests.functions.conftest import Clock

pytestmark = pytest.mark.usefixtures("clock")
TAKEN: Json = {"batchItemFailures": []}


def captured(answers: Json, lead_id: str = LEAD_ID) -> str:
    body = submission(answers, submission_id=lead_id)
    return str(content(capture_lead.handler(posting("capture_lead", body), CONTEXT))["reference"])


def alert_by_stream(*lead_ids: str) -> Json:
    answer: Json = alert_staff.handler(stream_of(*(lead_ids or [LEAD_ID])), CONTEXT)
    return answer


def sweep() -> Any:
    return escalate_leads.handler(event("escalate_leads"), CONTEXT)


@pytest.mark.parametrize(
    ("answers", "tier", "audience", "deadline"),
    [
        (EMERGENCY, "EMERGENCY", "clinician", "Wed 2026-01-14 10:15 CST"),
        (URGENT, "URGENT", "clinician", "Wed 2026-01-14 14:00 CST"),
        (PRIORITY, "PRIORITY", "desk", "Thu 2026-01-15 17:00 CST"),
        (ROUTINE, "ROUTINE", "desk", "Fri 2026-01-16 17:00 CST"),
    ],
)
def test_a_new_lead_is_alerted_with_tier_deadline_and_link(
    aws: Aws, answers: Json, tier: str, audience: str, deadline: str
) -> None:
    reference = captured(answers)
    assert alert_staff.handler(event("alert_staff"), CONTEXT) == TAKEN
    [alert] = aws.alerts()
    assert alert["Subject"] == f"{tier} lead waiting"
    assert alert["Message"] == (
        f"{tier} lead {reference} is waiting.\nRespond by {deadline}.\nOpen it: {ENVIRONMENT['STAFF_LINK']}{reference}"
    )
    attributes = {
        name: value["Value"] for name, value in alert["MessageAttributes"].items() if name not in AS_TEXT_MESSAGE
    }
    about = {"reference": reference, "link": alert["Message"].rpartition("Open it: ")[2]}
    expected = {"tier": tier, "kind": "new", "audience": audience, "suspect": "false"}
    expected |= {"on_call": "everyone"} if audience == "clinician" else {}
    assert attributes == expected | about | {"deadline": attributes["deadline"]}
    assert {value["Type"] for value in alert["MessageAttributes"].values()} == {"String"}


def test_an_alert_says_nothing_about_the_person(aws: Aws) -> None:
    answers = URGENT | {"note": "My dog is called Waffles."}
    captured(answers)
    alert_by_stream(LEAD_ID)
    text = json.dumps(aws.alerts())
    sent = submission(answers)
    personal = [*sent["contact"].values(), "+13125550142", sent["answers"]["note"], "fever", LEAD_ID]
    assert not [value for value in personal if value not in ("call", "morning") and value in text]


def test_an_alert_takes_four_calls(aws: Aws) -> None:
    captured(URGENT)
    aws.wire.calls.clear()
    alert_by_stream(LEAD_ID)
    assert aws.wire.calls == ["dynamodb.BatchGetItem", "dynamodb.PutItem", "sns.Publish", "dynamodb.PutItem"]


def test_an_alerted_lead_is_not_alerted_again(aws: Aws) -> None:
    captured(URGENT)
    assert alert_by_stream(LEAD_ID, LEAD_ID) == TAKEN
    assert alert_by_stream(LEAD_ID) == TAKEN
    assert len(aws.alerts()) == 1


def test_the_stored_lead_records_delivered_alerts(aws: Aws) -> None:
    captured(URGENT)
    alert_by_stream(LEAD_ID)
    [lead] = aws.leads()
    assert (lead["alert_due"], lead["alert_delivered"]) == (1, 1)
    assert lead["next_at"] == "2026-01-14T16:30:00Z"


def test_a_lead_claimed_by_another_process_is_skipped(aws: Aws, clock: Clock) -> None:
    captured(URGENT)
    aws.wire.down = {"sns.Publish"}
    alert_by_stream(LEAD_ID)
    aws.wire.down = set()
    clock.at += timedelta(seconds=29)
    assert alert_by_stream(LEAD_ID) == TAKEN
    assert aws.alerts() == []


def test_stream_and_sweep_at_once_alert_staff_once(aws: Aws) -> None:
    captured(URGENT)
    others = [alert_by_stream, alert_by_stream, sweep, sweep, sweep]

    def another_begins(operation: str) -> None:
        if operation == "dynamodb.PutItem" and others:
            others.pop()()

    aws.wire.before = another_begins
    assert alert_by_stream() == TAKEN
    assert others == []
    assert len(aws.alerts()) == 1


def test_after_a_failed_publish_the_lead_is_due_when_the_claim_lapses(aws: Aws, clock: Clock) -> None:
    captured(URGENT)
    aws.wire.down = {"sns.Publish"}
    [failure] = alert_by_stream(LEAD_ID)["batchItemFailures"]
    assert failure == {"itemIdentifier": event("alert_staff")["Records"][0]["dynamodb"]["SequenceNumber"]}
    assert aws.leads()[0]["alert_delivered"] == 0
    aws.wire.down = set()
    assert sweep() == {"alerted": 0}
    clock.at += timedelta(seconds=30)
    assert sweep() == {"alerted": 1}
    [alert] = aws.alerts()
    assert alert["MessageAttributes"]["kind"]["Value"] == "new"


def test_an_alert_that_could_not_be_recorded_is_sent_again(aws: Aws, clock: Clock) -> None:
    captured(URGENT)
    writes = 0

    def fail_the_last_write(operation: str) -> None:
        nonlocal writes
        writes += operation == "dynamodb.PutItem"
        aws.wire.down = {"dynamodb.PutItem"} if writes > 1 else set()

    aws.wire.before = fail_the_last_write
    assert len(alert_by_stream(LEAD_ID)["batchItemFailures"]) == 1
    aws.wire.before, aws.wire.down = None, set()
    clock.at += timedelta(seconds=30)
    sweep()
    assert len(aws.alerts()) == 2


def test_a_claim_whose_reply_was_lost_still_counts(aws: Aws) -> None:
    captured(URGENT)
    aws.wire.reply_lost = {"dynamodb.PutItem"}
    assert alert_by_stream(LEAD_ID) == TAKEN
    assert len(aws.alerts()) == 1


def test_the_log_names_the_cause_of_a_failed_alert(aws: Aws, logs: Callable[[], str]) -> None:
    captured(URGENT)
    aws.wire.down = {"dynamodb.BatchGetItem", "dynamodb.GetItem"}
    alert_staff.handler(stream_of(LEAD_ID), CONTEXT)
    [line] = [json.loads(line) for line in logs().splitlines() if "alert failed" in line]
    assert line["error"] == "StoreUnavailable"
    assert line["cause"].startswith(
        ("ClientError ", "EndpointConnectionError", "ConnectTimeoutError", "ReadTimeoutError")
    )


def test_one_bad_record_fails_alone(aws: Aws, logs: Callable[[], str]) -> None:
    others = [str(uuid.uuid4()) for _ in range(2)]
    for lead_id in (others[0], LEAD_ID, others[1]):
        captured(URGENT, lead_id)
    aws.corrupt(LEAD_ID, '{"contact": {"name": "canaryvalue"}}')
    batch = stream_of(others[0], LEAD_ID, others[1])
    answer = alert_staff.handler(batch, CONTEXT)
    bad = batch["Records"][1]["dynamodb"]["SequenceNumber"]
    assert answer == {"batchItemFailures": [{"itemIdentifier": bad}]}
    assert len(aws.alerts()) == 2
    [line] = [json.loads(line) for line in logs().splitlines() if "alert failed" in line]
    assert (line["lead_id"], line["error"]) == (LEAD_ID, "ValidationError")


def test_a_batch_that_fails_entirely_reports_every_record(aws: Aws) -> None:
    captured(URGENT)
    aws.wire.down = {"dynamodb.BatchGetItem", "dynamodb.GetItem"}
    assert len(alert_by_stream(LEAD_ID, str(uuid.uuid4()))["batchItemFailures"]) == 2


def test_a_deleted_lead_is_not_an_error(aws: Aws) -> None:
    assert alert_by_stream(LEAD_ID) == TAKEN
    assert aws.alerts() == []


def test_a_not_a_fit_lead_alerts_nobody(aws: Aws) -> None:
    captured(NOT_A_FIT)
    assert alert_by_stream(LEAD_ID) == TAKEN
    assert aws.alerts() == []
    assert aws.leads()[0]["version"] == 1


def test_alerts_are_logged_and_counted(aws: Aws, logs: Callable[[], str]) -> None:
    captured(URGENT)
    logs()
    alert_by_stream(LEAD_ID)
    lines = [json.loads(line) for line in logs().splitlines()]
    assert [(line["tier"], line["ladder_level"]) for line in lines if line.get("message") == "alerted"] == [
        ("URGENT", 1)
    ]
    assert [line["alerted"] for line in lines if "_aws" in line] == [[1.0]]
