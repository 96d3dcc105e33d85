"""Tests that outputs contain no personal data."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable

import pytest
from pydantic import ValidationError

from functions import alert_staff, capture_lead, draw_form, escalate_leads, replay_submissions
from shared.domain.leads.lead import Lead
from tests.aws import Aws
from tests.functions.calls import (
    CONTEXT,
    EMERGENCY,
    LEAD_ID,
    URGENT,
    Json,
    content,
    event,
    posting,
    sent,
    spool_of,
    stream_of,
    submission,
)
from tests.functions.conftest import Clock

CANARIES = ("Canaryname", "5550177", "canary-mail", "Canarynote", "60699", "canary-campaign", "canary/3")
# Times and ids may contain the same digits, so only a separate number counts, with or without area code 312.
SEARCHED = {
    canary: re.compile(
        rf"(?<![0-9a-f.])(?:\+?1?312)?{canary}(?![0-9a-f])" if canary.isdecimal() else re.escape(canary.lower())
    )
    for canary in CANARIES
}
ANSWERS: Json = {"note": "Canarynote: my bladder"}
CONTACT = {"name": "Canaryname", "phone": "(312) 555-0177", "email": "canary-mail@example.com", "postal": "60699"}


def with_canaries(answers: Json, **changes: object) -> Json:
    body = submission(ANSWERS | answers, contact=CONTACT, attribution={"utm_campaign": "canary-campaign"})
    posted = posting("capture_lead", body | changes)
    posted["headers"]["user-agent"] = posted["requestContext"]["http"]["userAgent"] = "canary/3"
    return posted


def found(text: str) -> list[str]:
    plain = text.replace("(312) 555-0177", "5550177").replace("312-555-0177", "5550177").lower()
    return [canary for canary, pattern in SEARCHED.items() if pattern.search(plain)]


@pytest.fixture
def all_logs(logs: Callable[[], str], caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    caplog.set_level(logging.INFO)
    return lambda: logs() + "".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records)


def test_the_search_finds_every_planted_value_in_the_table(aws: Aws) -> None:
    capture_lead.handler(with_canaries(URGENT), CONTEXT)
    assert sorted(found(json.dumps(aws.items()))) == sorted(CANARIES)


@pytest.mark.parametrize("answers", [EMERGENCY, URGENT, {}, {"age": 12}])
def test_a_normal_run_leaks_no_personal_data(
    aws: Aws, clock: Clock, all_logs: Callable[[], str], answers: Json
) -> None:
    responses = [capture_lead.handler(with_canaries(answers), CONTEXT) for _ in range(2)]
    alert_staff.handler(stream_of(LEAD_ID), CONTEXT)
    clock.at = clock.at.replace(hour=21)
    escalate_leads.handler(event("escalate_leads"), CONTEXT)
    assert [response["statusCode"] < 300 for response in responses] == [True, True]
    assert found(json.dumps(responses)) == []
    assert found(json.dumps(aws.alerts())) == []
    written = all_logs()
    assert ("captured" in written) is ("age" not in answers)
    assert found(written) == []


REFUSED: list[Json] = [
    with_canaries({}, submission_id="Canaryname"),
    with_canaries({"pain": "Canarynote"}),
    with_canaries({"ces": ["Canarynote"]}),
    with_canaries({"Canaryname Canaryname": 1}),
    with_canaries({}, contact=CONTACT | {"phone": "Canaryname"}),
    with_canaries({}, contact=CONTACT | {"email": "canary-mail"}),
    with_canaries({}, contact=CONTACT | {"name": "Canaryname" * 13}),
    with_canaries({}, contact=CONTACT | {"Canaryname Canaryname": "Canarynote"}),
    with_canaries({}, consents={"contact": "Canaryname"}),
    posting("capture_lead", '{"contact": {"name": "Canaryname" Canarynote'),
    posting("capture_lead", b'{"name": "Canaryname\xff"}'),
    posting("capture_lead", "Canaryname" * 10_000),
    event("capture_lead") | {"body": "Canaryname!", "isBase64Encoded": True},
    event("capture_lead") | {"body": json.dumps(CONTACT), "headers": {"content-type": "Canaryname"}},
]


@pytest.mark.parametrize("posted", REFUSED)
def test_a_refusal_quotes_no_personal_data(all_logs: Callable[[], str], posted: Json) -> None:
    response = capture_lead.handler(posted, CONTEXT)
    assert 400 <= response["statusCode"] < 500
    assert found(response["body"] + str(response["headers"])) == []
    assert found(all_logs()) == []


def test_a_refused_screening_quotes_no_personal_data(all_logs: Callable[[], str]) -> None:
    body = sent("draw_form.screening") | {"answers": ANSWERS | {"ces": ["Canaryname"]}, "contact": CONTACT}
    response = draw_form.handler(posting("draw_form.screening", body), CONTEXT)
    assert response["statusCode"] == 422
    assert found(response["body"] + all_logs()) == []


def test_a_conflict_quotes_no_personal_data(all_logs: Callable[[], str]) -> None:
    capture_lead.handler(with_canaries({}), CONTEXT)
    all_logs()
    response = capture_lead.handler(with_canaries(URGENT), CONTEXT)
    assert response["statusCode"] == 409
    assert found(response["body"] + all_logs()) == []


def test_a_failing_table_leaks_no_personal_data(aws: Aws, all_logs: Callable[[], str]) -> None:
    aws.wire.down = {"dynamodb.PutItem", "sqs.SendMessage"}
    response = capture_lead.handler(with_canaries(URGENT), CONTEXT)
    assert response["statusCode"] == 503
    written = all_logs()
    assert "StoreUnavailable" in written
    assert found(response["body"] + written) == []


def test_a_spooled_lead_is_in_the_spool_and_nowhere_else(aws: Aws, all_logs: Callable[[], str]) -> None:
    aws.wire.down = {"dynamodb.PutItem"}
    response = capture_lead.handler(with_canaries(URGENT), CONTEXT)
    aws.wire.down = set()
    [entry] = aws.spooled()
    failures = replay_submissions.handler(spool_of(entry, entry[: len(entry) // 2]), CONTEXT)
    written = all_logs()
    assert (response["statusCode"], failures) == (202, {"batchItemFailures": []})
    assert ("spooled" in written, "undeliverable" in written) == (True, True)
    assert found(response["body"] + written) == []
    assert sorted(found(entry)) == sorted(CANARIES)


def test_an_error_text_that_quotes_the_patient_is_never_shown(
    all_logs: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def quotes(submission: object, *_: object) -> None:
        raise ValueError(repr(submission))

    monkeypatch.setattr(capture_lead, "capture_lead", quotes)
    response = capture_lead.handler(with_canaries(URGENT), CONTEXT)
    assert response["statusCode"] == 503
    written = all_logs()
    assert "ValueError" in written
    assert found(response["body"] + written) == []


def corrupted(aws: Aws) -> str:
    """Returns the stored JSON of a lead, with every value replaced by an invalid value."""
    capture_lead.handler(with_canaries(URGENT), CONTEXT)
    [lead] = aws.stored()
    spoiled: Json = {name: ["Canaryname", CONTACT] for name in lead}
    spoiled["submitted"] = {name: ["Canaryname", CONTACT] for name in lead["submitted"]}
    spoiled["submitted"]["answers"] = {"note": {"Canarynote": CONTACT}}
    spoiled["submitted"]["contact"] = {name: [text] for name, text in CONTACT.items()}
    return json.dumps(spoiled)


def test_a_corrupt_lead_leaks_no_personal_data(aws: Aws, all_logs: Callable[[], str]) -> None:
    aws.corrupt(LEAD_ID, corrupted(aws))
    all_logs()
    failures = alert_staff.handler(stream_of(LEAD_ID), CONTEXT)
    assert len(failures["batchItemFailures"]) == 1
    with pytest.raises(RuntimeError) as failure:
        escalate_leads.handler(event("escalate_leads"), CONTEXT)
    response = capture_lead.handler(with_canaries(URGENT), CONTEXT)
    assert response["statusCode"] == 503
    written = all_logs()
    assert written.count("ValidationError") >= 3
    assert found(written + str(failures) + str(failure.value) + response["body"]) == []
    assert failure.value.__cause__ is failure.value.__context__ is None


def test_the_error_of_a_corrupt_lead_names_fields_without_values(aws: Aws) -> None:
    with pytest.raises(ValidationError) as failure:
        Lead.model_validate_json(corrupted(aws))
    assert "contact.phone" in str(failure.value)
    assert found(str(failure.value)) == []


def test_a_receipt_has_no_personal_data() -> None:
    receipt = content(capture_lead.handler(with_canaries(URGENT), CONTEXT))
    assert found(json.dumps(receipt)) == []
