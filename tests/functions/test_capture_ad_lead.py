from __future__ import annotations

from typing import Any

import pytest

from functions.capture_ad_lead import handler
from shared.domain.leads.lead_view import SAFETY_PAGES
from tests.aws import Aws, flat
from tests.functions.calls import CONTEXT, Json, content, event, pointers, posting, sent
from tests.functions.staff_calls import opened
from tests.leads import RULEBOOK


def send(**changes: Any) -> Json:
    body = {key: value for key, value in (sent("capture_ad_lead") | changes).items() if value is not None}
    answer: Json = handler(posting("capture_ad_lead", body), CONTEXT)
    return answer


def test_an_ad_lead_is_called_and_asked_the_safety_questions_first(aws: Aws) -> None:
    assert handler(event("capture_ad_lead"), CONTEXT)["statusCode"] == 200
    (lead,) = aws.leads()
    assert lead["triage"]["tier"] == "PRIORITY"
    assert [rule["id"] for rule in lead["triage"]["safety_rules"]] == ["ASK-01", "TXT-00"]
    assert lead["contact"]["phone"] == "+13125550142"
    assert lead["source"] == "google-ads"
    assert lead["attribution"] == {
        "utm_source": "google-ads",
        "utm_campaign": "20000000001",
        "gclid": "EXAMPLE-click-id",
    }
    assert lead["alert_due"] == 1


def test_its_consent_records_that_the_ad_network_showed_the_text(aws: Aws) -> None:
    send()
    contact = aws.leads()[0]["consent_records"][0]
    assert (contact["consent"], contact["given"], contact["text"]) == ("contact", True, "")
    assert contact["how"] == "the lead form of the ad network"


def test_a_repeated_ad_lead_is_one_lead(aws: Aws) -> None:
    assert [send()["statusCode"] for _ in range(3)] == [200, 200, 200]
    assert len(aws.leads()) == 1


@pytest.mark.parametrize("key", ["", "a-key-of-tests-onlx", "a-key-of-tests-only ", "ключ"])
def test_a_wrong_key_is_refused(aws: Aws, key: str) -> None:
    response = send(google_key=key)
    assert response["statusCode"] == 403
    assert aws.leads() == []


def test_without_a_configured_key_the_webhook_is_disabled(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("functions.capture_ad_lead.key", "")
    assert send(google_key="")["statusCode"] == 403
    assert aws.leads() == []


def test_a_test_lead_is_answered_before_anything_else_is_read(aws: Aws) -> None:
    dummies = [{"column_id": name, "string_value": "dummy_value"} for name in ("FULL_NAME", "PHONE_NUMBER", "EMAIL")]
    assert send(is_test=True)["statusCode"] == 200
    assert send(is_test=True, user_column_data=dummies)["statusCode"] == 200
    assert send(is_test=True, user_column_data=None, lead_id=None)["statusCode"] == 200
    assert aws.wire.calls == []


def test_a_test_lead_needs_the_key() -> None:
    assert send(is_test=True, google_key="wrong")["statusCode"] == 403


@pytest.mark.parametrize("is_test", ["true", 1, None, []])
def test_what_is_not_marked_as_a_test_is_stored(aws: Aws, is_test: object) -> None:
    assert send(is_test=is_test)["statusCode"] == 200
    assert len(aws.items()) == 1


def test_an_invalid_column_does_not_lose_the_others(aws: Aws) -> None:
    columns = [
        {"column_id": "FIRST_NAME", "string_value": "Sample"},
        {"column_id": "LAST_NAME", "string_value": "Patient"},
        {"column_id": "PHONE_NUMBER", "string_value": "call me"},
        {"column_id": "EMAIL", "string_value": "sample.patient@example.com"},
        {"column_id": "A NEW ONE", "boolean_value": True},
    ]
    assert send(user_column_data=columns)["statusCode"] == 200
    contact = aws.leads()[0]["contact"]
    assert (contact["name"], contact["phone"], contact["email"]) == (
        "Sample Patient",
        None,
        "sample.patient@example.com",
    )


def test_a_lead_without_usable_contact_data_is_refused(aws: Aws) -> None:
    assert pointers(send(user_column_data=None)) == ["/user_column_data"]
    response = send(user_column_data=[{"column_id": "PHONE_NUMBER", "string_value": "canaryvalue"}])
    assert response["statusCode"] == 422
    assert pointers(response) == ["/user_column_data"]
    assert "canaryvalue" not in response["body"]
    assert aws.leads() == []


@pytest.mark.parametrize("lead_id", [None, 5, "", "x" * 900, ["a"]])
def test_an_unusual_lead_id_does_not_lose_the_lead(aws: Aws, lead_id: object) -> None:
    assert [send(lead_id=lead_id)["statusCode"] for _ in range(2)] == [200, 200]
    assert len(aws.items()) == 1


def test_every_column_is_tried_and_the_first_good_value_counts(aws: Aws) -> None:
    columns = [
        {"column_id": "FULL_NAME", "string_value": "N" * 200},
        {"column_id": "FIRST_NAME", "string_value": "Jo"},
        {"column_id": "LAST_NAME", "string_value": "Lee"},
        {"column_id": "PHONE_NUMBER", "string_value": "555-0142"},
        {"column_id": "PHONE_NUMBER", "string_value": "(312) 555-0177"},
        {"column_id": "WORK_PHONE", "string_value": "(312) 555-0178"},
        {"column_id": "EMAIL", "string_value": "jo@example.com."},
        {"column_id": "WORK_EMAIL", "string_value": "jo@work.example.com"},
        {"column_id": "POSTAL_CODE", "string_value": 60601},
        "not an object",
        None,
    ]
    assert send(user_column_data=columns)["statusCode"] == 200
    contact = aws.leads()[0]["contact"]
    assert (contact["name"], contact["phone"], contact["email"], contact["postal"]) == (
        "Jo Lee",
        "+13125550177",
        "jo@work.example.com",
        "60601",
    )


def test_answers_to_the_ads_own_questions_are_the_note_and_are_screened(aws: Aws) -> None:
    columns = [
        {"column_id": "PHONE_NUMBER", "string_value": "(312) 555-0142"},
        {"column_name": "Where is your pain?", "column_id": "where", "string_value": "Low back"},
        {"column_id": "anything_else", "string_value": "I want to die"},
        {"column_name": "Do you have chest pain?", "column_id": "chest", "string_value": "No."},
    ]
    send(user_column_data=columns)
    (lead,) = aws.leads()
    assert lead["answers"] == {"note": "Where is your pain?: Low back\nanything else: I want to die"}
    assert lead["triage"]["tier"] == "EMERGENCY"


def test_a_long_note_keeps_the_answers_rather_than_the_questions(aws: Aws) -> None:
    columns = [{"column_id": f"q{n}", "column_name": "Q" * 300, "string_value": f"answer {n}"} for n in range(3)]
    columns.append({"column_id": "PHONE_NUMBER", "column_name": "", "string_value": "(312) 555-0142"})
    send(user_column_data=columns)
    assert aws.leads()[0]["answers"] == {"note": "answer 0\nanswer 1\nanswer 2"}


def test_unexpected_optional_fields_never_lose_the_lead(aws: Aws) -> None:
    columns = [
        {"column_id": "WORK_PHONE", "string_value": "+13125550142"},
        {"column_id": "EMAIL", "string_value": None},
        {"string_value": "x" * 900},
    ]
    response = send(user_column_data=columns, gcl_id="\u0007" * 300, campaign_id="c" * 300)
    assert response["statusCode"] == 200
    (lead,) = aws.leads()
    assert lead["contact"]["phone"] == "+13125550142"
    assert lead["attribution"] == {"utm_source": "google-ads", "utm_campaign": "c" * 120}


def test_the_key_is_checked_first() -> None:
    assert send(google_key="wrong", lead_id=None, user_column_data="x")["statusCode"] == 403


def test_an_ad_lead_is_spooled_while_the_table_is_unavailable(aws: Aws) -> None:
    """After another status than 200, the ad network would send the lead again."""
    aws.wire.down = {"dynamodb.PutItem"}
    assert send()["statusCode"] == 200
    [entry] = aws.spooled()
    assert (flat(entry)["source"], flat(entry)["contact"]["phone"]) == ("google-ads", "+13125550142")


def test_an_ad_lead_that_cannot_be_stored_is_requested_again(aws: Aws) -> None:
    aws.wire.down = {"dynamodb.PutItem", "sqs.SendMessage"}
    assert send()["statusCode"] == 503


def test_staff_are_shown_the_safety_questions_that_the_ad_did_not_ask(aws: Aws) -> None:
    send()
    shown = content(opened(aws.leads()[0]["reference"]))["to_ask"]
    pages = RULEBOOK.rule_sets["fs-intake"].questionnaire.pages[:SAFETY_PAGES]
    due = [q.code for page in pages for q in page.questions if q.required and q.shown_when is None]
    assert [question["question"] for question in shown if question["why"] == "not asked"] == due
