from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.capture_lead import handler
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
    content,
    event,
    minor_submission,
    pointers,
    posting,
    submission,
)
from tests.functions.conftest import Clock
from tests.functions.submitting import CANARY, assert_problem, rule_ids, send

pytestmark = pytest.mark.usefixtures("clock")


def test_a_new_submission_is_stored_and_answered_with_a_receipt(aws: Aws) -> None:
    response = handler(event("capture_lead"), CONTEXT)
    assert response["statusCode"] == 201
    assert response["headers"]["content-type"] == "application/json"
    assert response["headers"]["cache-control"] == "no-store"
    receipt = content(response)
    assert receipt["disposition"] == "next-business-day-call"
    assert receipt["messages"][-1]["id"] == "M-NET"
    assert receipt["received_at"] == "2026-01-14T16:00:00Z"
    [lead] = aws.leads()
    assert lead["reference"] == receipt["reference"]
    assert lead["answers"] == submission()["answers"]
    assert lead["contact"]["phone"] == "+13125550142"
    assert lead["attribution"]["utm_source"] == "newsletter"


def test_capturing_takes_one_aws_call(aws: Aws) -> None:
    send(submission())
    assert aws.wire.calls == ["dynamodb.PutItem"]


def test_a_body_in_base64_is_the_same_submission(aws: Aws) -> None:
    plain = send(submission())
    encoded = handler(posting("capture_lead", submission(), encoded=True), CONTEXT)
    assert (plain["statusCode"], encoded["statusCode"]) == (201, 200)
    assert encoded["body"] == plain["body"]


@pytest.mark.parametrize(
    ("answers", "tier", "disposition"),
    [
        (EMERGENCY, "EMERGENCY", "seek-emergency-care"),
        (URGENT, "URGENT", "same-day-call"),
        (PRIORITY, "PRIORITY", "next-business-day-call"),
        (ROUTINE, "ROUTINE", "contact-within-two-business-days"),
        (NOT_A_FIT, "NOT_A_FIT", "not-a-fit"),
    ],
)
def test_every_tier_is_stored_with_its_disposition(aws: Aws, answers: Json, tier: str, disposition: str) -> None:
    assert content(send(submission(answers)))["disposition"] == disposition
    assert aws.leads()[0]["triage"]["tier"] == tier


def test_only_a_lead_that_needs_an_alert_is_in_the_due_index(aws: Aws) -> None:
    send(submission(URGENT))
    send(submission(NOT_A_FIT, submission_id=str(uuid.uuid4())))
    indexed = {item["lead_id"]["S"]: "next_at" in item for item in aws.items()}
    assert indexed.pop(LEAD_ID) is True
    assert list(indexed.values()) == [False]


def test_the_receipt_reveals_no_tier_score_or_rules(aws: Aws) -> None:
    receipt = content(send(submission(URGENT)))
    assert set(receipt) == {"submission_id", "reference", "disposition", "messages", "received_at", "next_steps"}
    assert set(receipt["next_steps"]) == {"title", "promise", "details", "calendar", "booking_link"}
    assert all(set(message) == {"id", "text"} for message in receipt["messages"])
    [lead] = aws.leads()
    text = json.dumps(receipt)
    assert rule_ids(lead) == ["INF-02"]
    assert not [word for word in ("INF-02", "URGENT", "fit_score", "PRIORITY") if word in text]


def test_partial_answers_are_stored_and_gaps_raise_the_tier(aws: Aws) -> None:
    body = submission() | {"answers": {"age": 62, "region": ["lumbar"]}}
    assert send(body)["statusCode"] == 201
    [lead] = aws.leads()
    assert lead["triage"]["tier"] == "URGENT"
    assert any(rule.startswith("UNK-") for rule in rule_ids(lead))


def test_outside_opening_hours_the_closed_clinic_sentence_is_first(clock: Clock) -> None:
    opened = content(send(submission(URGENT)))["messages"][0]["text"]
    clock.at = datetime(2026, 1, 19, 16, 0, tzinfo=UTC)
    closed = content(send(submission(URGENT, submission_id=str(uuid.uuid4()))))["messages"][0]["text"]
    assert "We will call you." in opened
    assert "We are closed now." in closed
    assert "call you" not in closed


def test_no_call_is_promised_to_an_email_address() -> None:
    contact = {"name": "Jordan Example", "email": "jordan@example.com"}
    advice = content(send(submission(URGENT, contact=contact)))["messages"][0]["text"]
    assert "See your doctor" in advice
    assert "call you" not in advice


def test_a_repeat_gets_the_same_receipt_and_no_second_lead(aws: Aws, clock: Clock) -> None:
    first = send(submission())
    clock.at = datetime(2026, 1, 20, 3, 0, tzinfo=UTC)
    again = send(submission())
    assert (first["statusCode"], again["statusCode"]) == (201, 200)
    assert again["body"] == first["body"]
    assert len(aws.items()) == 1


def test_equal_content_in_another_notation_is_a_repeat(aws: Aws) -> None:
    send(submission())
    body = submission()
    body["answers"] = dict(reversed(body["answers"].items())) | {"pain": 6.0, "age": 62.0}
    body["contact"] = dict(reversed(body["contact"].items())) | {"phone": "+1 312-555-0142", "name": " Jordan Example "}
    body["submission_id"] = LEAD_ID.upper()
    assert send(body)["statusCode"] == 200
    assert len(aws.items()) == 1


@pytest.mark.parametrize(
    "other",
    [
        submission(URGENT),
        submission(contact={"phone": "312 555 0199"}),
        submission(consents={"contact": True, "sms": True, "marketing": False}),
        submission(attribution={"utm_source": "other"}),
    ],
    ids=["answers", "contact", "consents", "attribution"],
)
def test_other_content_under_the_same_id_is_a_conflict(aws: Aws, other: Json) -> None:
    send(submission())
    before = aws.items()
    response = send(other)
    assert response["statusCode"] == 409
    assert "submission_id" in content(response)["detail"]
    assert aws.items() == before


def sent_at_once(aws: Aws, bodies: list[Json]) -> list[Json]:
    """Sends requests, each of which starts just before the previous request writes its lead."""
    waiting, answers = list(bodies), list[Json]()

    def another_begins(operation: str) -> None:
        if operation == "dynamodb.PutItem" and waiting:
            answers.append(send(waiting.pop()))

    aws.wire.before = another_begins
    answers.append(send(waiting.pop()))
    assert waiting == []
    return answers


def test_of_many_concurrent_repeats_one_is_new_with_equal_receipts(aws: Aws) -> None:
    responses = sent_at_once(aws, [submission()] * 8)
    assert sorted(response["statusCode"] for response in responses) == [200] * 7 + [201]
    assert len({response["body"] for response in responses}) == 1
    assert len(aws.items()) == 1


def test_of_two_contents_racing_for_one_id_one_is_refused(aws: Aws) -> None:
    responses = sent_at_once(aws, [submission(), submission(URGENT)])
    assert sorted(response["statusCode"] for response in responses) == [201, 409]
    assert len(aws.items()) == 1


def test_a_write_whose_reply_was_lost_is_not_a_conflict(aws: Aws) -> None:
    # The SDK's retry finds the lead of its first attempt.
    aws.wire.reply_lost = {"dynamodb.PutItem"}
    response = send(submission())
    assert response["statusCode"] == 200
    assert aws.wire.calls == ["dynamodb.PutItem"] * 2
    assert content(response)["reference"] == aws.leads()[0]["reference"]


@pytest.mark.parametrize(
    ("answers", "notice"),
    [
        ({"age": 17}, "M-NF-MINOR"),
        ({"who": "guardian"}, "M-NF-GUARDIAN"),
        ({"age": 16, "who": "guardian"}, "M-NF-GUARDIAN"),
        ({"age": 16, "who": "caregiver"}, "M-NF-GUARDIAN"),
    ],
)
def test_nothing_is_stored_about_a_minor(aws: Aws, answers: Json, notice: str) -> None:
    response = send(submission(answers))
    assert response["statusCode"] == 200
    assert content(response)["reference"] is None
    assert [message["id"] for message in content(response)["messages"]] == [notice, "M-NET"]
    assert aws.wire.calls == []


def test_a_minor_sends_no_contact_and_still_gets_emergency_advice(aws: Aws) -> None:
    receipt = content(send(minor_submission(**EMERGENCY)))
    assert receipt["disposition"] == "seek-emergency-care"
    assert [message["id"] for message in receipt["messages"]] == ["M-E-HEART", "M-NF-GUARDIAN", "M-NET"]
    assert aws.items() == []


def test_no_call_is_promised_to_a_minor(aws: Aws) -> None:
    text = json.dumps(content(send(minor_submission(**URGENT)))["messages"])
    assert "See your doctor" in text
    assert "A child with back pain and these signs should be seen by a doctor today." in text
    assert "We will call" not in text


def test_answers_of_another_version_become_urgent_and_are_not_refused(aws: Aws) -> None:
    answers = ROUTINE | {"new-question": ["something"], "duration": "next-year"}
    response = send(submission(answers, questionnaire={"id": "fs-intake", "version": "0.9.0"}))
    assert response["statusCode"] == 201
    [lead] = aws.leads()
    assert lead["triage"]["tier"] == "URGENT"
    assert "OPS-03" in rule_ids(lead)
    assert lead["answers"]["new-question"] == ["something"]


def test_an_emergency_in_another_versions_answers_remains_one() -> None:
    body = submission(EMERGENCY | {"new-question": "x"}, questionnaire={"id": "fs-intake", "version": "9.0.0"})
    assert content(send(body))["disposition"] == "seek-emergency-care"


def test_another_version_whose_answers_all_fit_is_scored_normally() -> None:
    body = submission(ROUTINE, questionnaire={"id": "fs-intake", "version": "2.0.1"})
    assert content(send(body))["disposition"] == "contact-within-two-business-days"


def test_a_scoring_failure_stores_an_urgent_lead(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError(CANARY)

    monkeypatch.setattr("shared.usecases.scoring.triage", broken)
    monkeypatch.setattr("shared.domain.rules.triage.triage", broken)
    response = send(submission(ROUTINE))
    assert response["statusCode"] == 201
    assert content(response)["disposition"] == "same-day-call"
    assert [message["id"] for message in content(response)["messages"]] == ["M-U-UNSURE", "M-NET"]
    assert rule_ids(aws.leads()[0]) == ["OPS-03"]


def test_a_captured_lead_is_logged_and_counted_by_its_tier_once(logs: Callable[[], str]) -> None:
    reference = content(send(submission(URGENT)))["reference"]
    lines = [json.loads(line) for line in logs().splitlines()]
    [line] = [line for line in lines if line.get("message") == "captured"]
    assert (line["reference"], line["tier"]) == (reference, "URGENT")
    [metric] = [line for line in lines if "_aws" in line]
    assert (metric["captured"], metric["captured_URGENT"]) == ([1.0], [1.0])
    send(submission(URGENT))
    assert not [line for line in logs().splitlines() if '"captured"' in line]


def test_an_unknown_questionnaire_is_named() -> None:
    response = send(submission(questionnaire={"id": "no-such-form", "version": "1.0.0"}))
    assert_problem(response, 422)
    assert pointers(response) == ["/questionnaire/id"]


@pytest.mark.parametrize(
    ("answers", "message"),
    [({"note": "I want to die"}, "M-E-CRISIS"), ({"em-now": ["chest-pressure"]}, "M-E-HEART")],
)
@pytest.mark.parametrize("without", [{"contact": None}, {"consents": None}, {"consents": {"contact": False}}])
def test_an_emergency_is_answered_with_advice_before_contact_is_asked_for(
    aws: Aws, answers: Json, message: str, without: Json
) -> None:
    response = send(submission(answers, **without))
    assert response["statusCode"] == 200
    receipt = content(response)
    assert (receipt["reference"], receipt["disposition"]) == (None, "seek-emergency-care")
    assert receipt["messages"][0]["id"] == message
    assert "try to reach you" not in response["body"]
    assert aws.leads() == []


def test_a_minor_is_not_stored_even_when_scoring_fails(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("shared.usecases.scoring.triage", broken)
    monkeypatch.setattr("shared.domain.rules.triage.triage", broken)
    response = send(submission({"age": 16, "who": "guardian"}))
    assert (response["statusCode"], content(response)["reference"]) == (200, None)
    assert aws.leads() == []


@pytest.mark.parametrize("nonsense", [[], "x", {}, {"headers": None, "queryStringParameters": {"language": None}}])
def test_an_event_that_is_not_a_request_is_answered(nonsense: Any) -> None:
    assert handler(nonsense, CONTEXT)["statusCode"] in (400, 415, 503)
