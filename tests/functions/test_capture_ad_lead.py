"""Tests POST /intake/google-ads, on moto."""

from __future__ import annotations

from typing import Any

import pytest

from functions.capture_ad_lead import handler
from tests.aws import Aws, flat
from tests.functions.calls import CONTEXT, Json, content, event, pointers, posting, sent


def send(**changes: Any) -> Json:
    body = {key: value for key, value in (sent("capture_ad_lead") | changes).items() if value is not None}
    answer: Json = handler(posting("capture_ad_lead", body), CONTEXT)
    return answer


def test_an_ad_lead_is_stored_with_every_safety_answer_unknown(aws: Aws) -> None:
    assert handler(event("capture_ad_lead"), CONTEXT)["statusCode"] == 200
    (lead,) = aws.leads()
    assert lead["triage"]["tier"] == "URGENT"
    assert [rule["id"] for rule in lead["triage"]["safety_rules"]] == ["UNK-04"]
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


def test_a_test_lead_is_checked_but_not_stored(aws: Aws) -> None:
    assert send(is_test=True)["statusCode"] == 200
    assert send(is_test=True, user_column_data=[])["statusCode"] == 422
    assert aws.leads() == []


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
    response = send(user_column_data=[{"column_id": "PHONE_NUMBER", "string_value": "canaryvalue"}])
    assert response["statusCode"] == 422
    assert pointers(response) == ["/user_column_data"]
    assert "canaryvalue" not in response["body"]
    assert aws.leads() == []


def test_a_missing_field_is_named() -> None:
    response = send(lead_id=None)
    assert response["statusCode"] == 422
    assert content(response)["errors"] == [{"pointer": "/lead_id", "detail": "This field is required."}]


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
    assert lead["attribution"] == {"utm_source": "google-ads"}


def test_the_key_is_checked_first() -> None:
    assert send(google_key="wrong", lead_id=None, user_column_data="x")["statusCode"] == 403


def test_an_ad_lead_is_spooled_while_the_table_is_unavailable(aws: Aws) -> None:
    """The ad network sends the lead again unless it gets a 200."""
    aws.wire.down = {"dynamodb.PutItem"}
    assert send()["statusCode"] == 200
    [entry] = aws.spooled()
    assert (flat(entry)["source"], flat(entry)["contact"]["phone"]) == ("google-ads", "+13125550142")


def test_an_ad_lead_that_cannot_be_stored_is_requested_again(aws: Aws) -> None:
    aws.wire.down = {"dynamodb.PutItem", "sqs.SendMessage"}
    assert send()["statusCode"] == 503
