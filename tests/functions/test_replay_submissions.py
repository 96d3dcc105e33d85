"""Tests that a spooled submission becomes one lead, dated by its arrival."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions import alert_staff, capture_lead, replay_submissions, revoke_consent
from shared.domain.leads.consent import chain_intact
from shared.domain.leads.lead import CANARY, Lead
from shared.domain.leads.retention_stage import Stage
from shared.rulebook.retention import retention
from tests.aws import Aws, flat
from tests.functions.admin_calls import erased
from tests.functions.calls import (
    CONTEXT,
    EMERGENCY,
    LEAD_ID,
    ROUTINE,
    URGENT,
    Json,
    content,
    posting,
    spool_of,
    stream_of,
    submission,
)
from tests.functions.conftest import Clock

pytestmark = pytest.mark.usefixtures("clock")
HALF: Json = {"cord": None, "sys": None, "note": None}
WELL: Json = {"batchItemFailures": []}


def send(answers: Json | None = None, **changes: Any) -> Json:
    answer: Json = capture_lead.handler(posting("capture_lead", submission(answers, **changes)), CONTEXT)
    return answer


def spooled(aws: Aws, answers: Json | None = None, **changes: Any) -> str:
    def refuse(operation: str) -> None:
        if operation == "dynamodb.PutItem":
            raise ClientError({"Error": {"Code": "AccessDeniedException"}}, operation)

    aws.wire.before = refuse
    assert send(answers, **changes)["statusCode"] == 202
    aws.wire.before = None
    [entry] = aws.spooled()
    return entry


def replay(*entries: str) -> Any:
    return replay_submissions.handler(spool_of(*entries), CONTEXT)


def alerts(aws: Aws) -> list[str]:
    alert_staff.handler(stream_of(*(lead["lead_id"] for lead in aws.leads())), CONTEXT)
    return [alert["Subject"] for alert in aws.alerts()]


def test_a_replayed_entry_is_the_lead_it_would_have_been(aws: Aws, clock: Clock) -> None:
    send(URGENT)
    [direct] = aws.leads()
    aws.dynamodb.delete_item(TableName="leads", Key={"lead_id": {"S": LEAD_ID}})
    entry = spooled(aws, URGENT)
    clock.at += timedelta(hours=3)
    assert replay(entry) == WELL
    [late] = aws.leads()
    assert late == direct
    assert late["received_at"] == "2026-01-14T16:00:00Z"
    assert alerts(aws) == ["URGENT lead waiting"]


def test_rules_changed_meanwhile_do_not_change_the_answer(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = spooled(aws, ROUTINE)
    promised = flat(entry)

    def other(*_: object, **__: object) -> None:
        pytest.fail("scored again")

    monkeypatch.setattr("shared.usecases.scoring.triage", other)
    replay(entry)
    [lead] = aws.leads()
    assert {name: lead[name] for name in ("messages_shown", "triage", "deadline", "consent_records")} == {
        name: promised[name] for name in ("messages_shown", "triage", "deadline", "consent_records")
    }


def test_an_entry_delivered_often_is_one_lead_and_one_alert(aws: Aws) -> None:
    entry = spooled(aws)
    assert replay(entry, entry) == replay(entry) == WELL
    assert alerts(aws) == ["PRIORITY lead waiting"]
    replay(entry)
    assert alerts(aws) == []
    [lead] = aws.leads()
    assert lead["alert_delivered"] == 1


def test_a_form_sent_again_meanwhile_is_one_lead(aws: Aws, clock: Clock) -> None:
    entry = spooled(aws)
    clock.at += timedelta(minutes=1)
    assert send()["statusCode"] == 201
    before = aws.items()
    assert replay(entry) == WELL
    assert aws.items() == before
    assert aws.spooled("FAILURE_QUEUE") == []


def test_a_replay_takes_one_write(aws: Aws) -> None:
    entry = spooled(aws)
    aws.wire.calls.clear()
    replay(entry)
    assert aws.wire.calls == ["dynamodb.PutItem"]


def test_a_replayed_lead_is_logged_and_counted_once(aws: Aws, logs: Callable[[], str]) -> None:
    entry = spooled(aws, URGENT)
    logs()
    replay(entry)
    written = logs()
    [metric] = [json.loads(line) for line in written.splitlines() if '"_aws"' in line]
    assert (metric["captured"], metric["captured_URGENT"]) == ([1.0], [1.0])
    replay(entry)
    assert "captured" not in logs()


def test_while_the_table_is_unavailable_the_entry_stays_queued(aws: Aws, logs: Callable[[], str]) -> None:
    entry = spooled(aws)
    aws.wire.down = {"dynamodb.PutItem"}
    assert replay(entry) == {"batchItemFailures": [{"itemIdentifier": "message-0"}]}
    assert "StoreUnavailable" in logs()
    aws.wire.down = set()
    assert aws.spooled("FAILURE_QUEUE") == []
    assert replay(entry) == WELL
    assert len(aws.leads()) == 1


def test_a_late_unfinished_form_joins_the_finished_one(aws: Aws, clock: Clock) -> None:
    entry = spooled(aws, HALF, complete=False)
    clock.at += timedelta(minutes=2)
    send()
    before = aws.items()
    assert replay(entry) == WELL
    assert aws.items() == before


def test_a_red_flag_of_a_late_unfinished_form_remains(aws: Aws, clock: Clock) -> None:
    entry = spooled(aws, HALF | EMERGENCY, complete=False)
    clock.at += timedelta(minutes=2)
    send(ROUTINE)
    assert alerts(aws) == ["ROUTINE lead waiting"]
    assert replay(entry, entry) == WELL
    [lead] = aws.leads()
    assert (lead["triage"]["tier"], lead["complete"], lead["version"]) == ("EMERGENCY", True, 4)
    assert lead["answers"] == submission(ROUTINE)["answers"]
    assert lead["received_at"] == "2026-01-14T16:00:00Z"
    assert [earlier["triage"]["tier"] for earlier in lead["earlier"]] == ["EMERGENCY"]
    assert alerts(aws) == ["EMERGENCY lead waiting"]


def test_a_late_finished_form_continues_the_unfinished_one(aws: Aws, clock: Clock) -> None:
    send(HALF, complete=False)
    clock.at += timedelta(minutes=2)
    entry = spooled(aws)
    assert replay(entry, entry) == WELL
    [lead] = aws.leads()
    assert (lead["complete"], lead["version"], len(lead["earlier"])) == (True, 2, 1)
    assert lead["received_at"] == "2026-01-14T16:02:00Z"


def test_alerts_sent_before_a_red_flag_was_known_are_recorded(aws: Aws, clock: Clock) -> None:
    send(HALF | EMERGENCY, complete=False)
    clock.at += timedelta(minutes=2)
    entry = spooled(aws, ROUTINE)
    replay(entry)
    [lead] = aws.leads()
    assert lead["triage"]["tier"] == "EMERGENCY"
    shown = [message["id"] for message in lead["messages_shown"]]
    assert shown[0] == "M-E-HEART"
    assert {message["id"] for message in flat(entry)["messages_shown"]} <= set(shown)
    assert len(shown) == len(set(shown))


def test_of_two_unfinished_forms_out_of_order_the_later_counts(aws: Aws, clock: Clock) -> None:
    first = spooled(aws, HALF, complete=False)
    clock.at += timedelta(minutes=1)
    second = spooled(aws, HALF | {"pain": 3}, complete=False)
    assert replay(second, first) == WELL
    [lead] = aws.leads()
    assert (lead["answers"]["pain"], lead["version"]) == (3, 1)


def test_concurrent_work_by_staff_is_not_overwritten(aws: Aws, clock: Clock) -> None:
    send(HALF, complete=False)
    clock.at += timedelta(minutes=2)
    entry = spooled(aws)

    def work(operation: str) -> None:
        if operation == "dynamodb.PutItem" and aws.wire.calls.count(operation) == 2:
            aws.wire.before = None
            [lead] = aws.stored()
            lead["work"]["attempts"] = 1
            aws.dynamodb.update_item(
                TableName="leads",
                Key={"lead_id": {"S": LEAD_ID}},
                UpdateExpression="SET #lead = :lead, version = :version",
                ExpressionAttributeNames={"#lead": "lead"},
                ExpressionAttributeValues={
                    ":lead": {"S": json.dumps(lead | {"version": 2})},
                    ":version": {"N": "2"},
                },
            )

    aws.wire.calls.clear()
    aws.wire.before = work
    assert len(replay(entry)["batchItemFailures"]) == 1
    assert replay(entry) == WELL
    [lead] = aws.leads()
    assert (lead["attempts"], lead["complete"], lead["version"]) == (1, True, 3)


def test_any_order_makes_one_lead_with_every_consent_and_red_flag(aws: Aws, clock: Clock) -> None:
    """Writes fail at random, and spooled forms arrive shuffled and repeatedly."""
    chance = random.Random(11)
    for _ in range(20):
        for item in aws.items():
            aws.dynamodb.delete_item(TableName="leads", Key={"lead_id": item["lead_id"]})
        flagged = chance.random() < 0.5
        forms = [(HALF | (EMERGENCY if flagged else {}), False), (HALF | {"pain": 2}, False), (ROUTINE, True)]
        entries: list[str] = []
        for answers, complete in forms:
            clock.at += timedelta(minutes=1)
            if chance.random() < 0.6:
                entries.append(spooled(aws, answers, complete=complete))
            else:
                send(answers, complete=complete)
        entries += chance.choices(entries, k=2) if entries else []
        chance.shuffle(entries)
        assert not entries or replay(*entries) == WELL
        [lead] = aws.leads()
        assert lead["complete"]
        assert lead["answers"] == submission(ROUTINE)["answers"]
        assert (lead["triage"]["tier"] == "EMERGENCY") is flagged
        [stored] = aws.stored()
        assert chain_intact(Lead.model_validate(stored).submitted.consent_records)
    assert aws.spooled("FAILURE_QUEUE") == []


def test_two_accepted_contents_under_one_id_are_both_stored(aws: Aws, clock: Clock) -> None:
    """The first answer was 202, so the content can no longer be refused with 409."""
    send()
    entry = spooled(aws, URGENT)
    assert replay(entry, entry) == WELL
    first, second = sorted(aws.leads(), key=lambda lead: str(lead["triage"]["tier"]))
    assert (first["lead_id"], first["triage"]["tier"]) == (LEAD_ID, "PRIORITY")
    assert second["triage"]["tier"] == "URGENT"
    assert second["reference"] != first["reference"]
    assert second["phone_key"] == first["phone_key"]  # staff see that both leads are from one person
    assert sorted(alerts(aws)) == ["PRIORITY lead waiting", "URGENT lead waiting"]


@pytest.mark.parametrize("other", [{}, URGENT], ids=["the same", "other content"])
def test_an_erased_lead_does_not_come_back(aws: Aws, other: Json) -> None:
    entry = spooled(aws, other)
    reference = content(send())["reference"]
    assert erased(reference)["statusCode"] < 300
    before = aws.items()
    assert replay(entry) == WELL
    assert aws.items() == before
    assert aws.spooled("FAILURE_QUEUE") == []


def test_a_tombstone_outlasts_whatever_waits_in_a_queue() -> None:
    months = retention().months
    # Queues keep entries for two weeks.
    assert min(months[Stage.EVIDENCE], months[Stage.AUDIT]) >= 1


def test_a_revoked_consent_remains_revoked(aws: Aws, clock: Clock) -> None:
    send(HALF, complete=False)
    clock.at += timedelta(minutes=2)
    entry = spooled(aws)
    clock.at += timedelta(minutes=2)
    revoke_consent.handler({"lead_id": LEAD_ID, "consent": "contact", "how": "by telephone"}, CONTEXT)
    before = aws.items()
    assert replay(entry) == WELL
    assert aws.items() == before
    [lead] = aws.stored()
    assert Lead.model_validate(lead).consents_to("contact") is False


def spoiled(entry: str, **assessment: object) -> str:
    """Returns the spool entry with an invalid triage result, and changed `assessment` fields."""
    lead = json.loads(entry)
    lead["assessment"] |= {"triage": {"tier": 5}} | assessment
    return json.dumps(lead)


def test_an_unusable_entry_alerts_staff_and_goes_to_the_failure_queue(
    aws: Aws, clock: Clock, logs: Callable[[], str]
) -> None:
    unusable = spoiled(spooled(aws))
    good = spooled(aws, submission_id="7d9f3f0e-9c3c-4c87-9d3e-0d6f6d1f6b11")
    logs()
    clock.at += timedelta(hours=1)
    assert replay(unusable, good) == WELL
    assert aws.spooled("FAILURE_QUEUE") == [unusable]
    rescue, lead = sorted(aws.leads(), key=lambda lead: str(lead["lead_id"]))
    assert lead["triage"]["tier"] == "PRIORITY"
    assert rescue["lead_id"] == LEAD_ID
    assert (rescue["triage"]["tier"], rescue["triage"]["failed"]) == ("URGENT", True)
    assert "OPS-03" in [rule["id"] for rule in rescue["triage"]["safety_rules"]]
    assert rescue["contact"]["phone"] == "+13125550142"
    assert rescue["received_at"] == "2026-01-14T16:00:00Z"
    assert rescue["deadline"] == "2026-01-14T20:00:00Z"
    written = logs()
    assert '"undeliverable"' in written
    assert rescue["reference"] in written
    assert sorted(alerts(aws)) == ["PRIORITY lead waiting", "URGENT lead waiting"]


@pytest.mark.parametrize("received_at", ["yesterday", None, 5, "2026-01-14T16:00:00"])
def test_an_unusable_entry_without_a_time_is_a_lead_that_arrives_now(
    aws: Aws, clock: Clock, received_at: object
) -> None:
    unusable = spoiled(spooled(aws), received_at=received_at)
    clock.at += timedelta(hours=2)
    assert replay(unusable) == WELL
    [rescue] = aws.leads()
    assert (rescue["received_at"], rescue["deadline"]) == ("2026-01-14T18:00:00Z", "2026-01-14T22:00:00Z")
    assert alerts(aws) == ["URGENT lead waiting"]


def test_an_unusable_entry_delivered_twice_is_one_lead(aws: Aws) -> None:
    unusable = spoiled(spooled(aws))
    replay(unusable)
    before = aws.items()
    replay(unusable)
    assert aws.items() == before


READABLE: Json = {"questionnaire": "fs-intake", "contact": {"phone": "1"}}


def test_the_readable_part_of_an_entry_becomes_a_lead(aws: Aws) -> None:
    assert replay(json.dumps({"lead_id": LEAD_ID, "submitted": READABLE})) == WELL
    [lead] = aws.leads()
    assert (lead["contact"]["phone"], lead["received_at"]) == ("1", "2026-01-14T16:00:00Z")


@pytest.mark.parametrize(
    "entry",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        json.dumps({"lead_id": "x", "submitted": READABLE}),
        json.dumps({"lead_id": LEAD_ID, "submitted": READABLE | {"contact": {"phone": 1, "name": "x"}}}),
        json.dumps({"lead_id": LEAD_ID, "submitted": READABLE, "source": "canary"}),
        json.dumps({"lead_id": LEAD_ID, "submitted": READABLE | {"questionnaire": "no-such"}}),
    ],
)
def test_an_entirely_unreadable_entry_is_kept_for_an_operator(aws: Aws, logs: Callable[[], str], entry: str) -> None:
    assert replay(entry) == WELL
    [error] = {line["error"] for line in map(json.loads, logs().splitlines()) if line.get("message") == "undeliverable"}
    assert error in ("unreadable", "InvalidInput", "NotFound")
    assert aws.leads() == []
    assert aws.spooled("FAILURE_QUEUE") == [entry]


def test_a_lead_whose_id_has_an_unreadable_item_is_stored_separately(aws: Aws) -> None:
    entry = spooled(aws, URGENT)
    send()
    aws.corrupt(LEAD_ID, json.dumps({"lead_id": "?"}))
    assert replay(entry, entry) == WELL
    [lead] = [lead for lead in aws.leads() if lead["lead_id"] != "?"]
    assert lead["triage"]["tier"] == "URGENT"
    assert aws.spooled("FAILURE_QUEUE") == [entry, entry]


def test_an_unusable_entry_stays_queued_without_a_failure_queue(aws: Aws) -> None:
    aws.wire.down = {"sqs.SendMessage"}
    assert len(replay("{")["batchItemFailures"]) == 1
    aws.wire.down = set()
    assert replay("{") == WELL


def test_a_canary_is_alerted_as_one_and_not_counted(aws: Aws, logs: Callable[[], str]) -> None:
    entry = json.dumps(json.loads(spooled(aws)) | {"source": CANARY})
    logs()
    replay(entry)
    assert "captured" not in logs()
    alert_staff.handler(stream_of(LEAD_ID), CONTEXT)
    [alert] = aws.alerts()
    assert alert["MessageAttributes"]["kind"]["Value"] == CANARY
