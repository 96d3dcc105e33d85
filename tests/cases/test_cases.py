"""Tests inputs that once went wrong at the doors: each file here is one, named after what it shows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from functions import capture_ad_lead, capture_lead, draw_form
from shared.domain.leads.lead import reference_of
from shared.domain.rules.triage import triage
from tests.aws import ENVIRONMENT, Aws
from tests.functions.calls import CONTEXT, Json, content, event, posting
from tests.functions.staff_calls import opened, references, searched
from tests.leads import RULEBOOK

FOLDER = Path(__file__).parent
pytestmark = pytest.mark.usefixtures("clock")


def read(name: str) -> Json:
    (path,) = FOLDER.glob(f"{name}_*.json")
    found: Json = json.loads(path.read_text(encoding="utf-8"))
    return found


def send(name: str) -> Json:
    return dict(capture_lead.handler(posting("capture_lead", read(name)), CONTEXT))


def send_ad(name: str) -> Json:
    body = read(name) | {"google_key": ENVIRONMENT["GOOGLE_ADS_KEY"]}
    return dict(capture_ad_lead.handler(posting("capture_ad_lead", body), CONTEXT))


def stored(aws: Aws) -> Any:
    (lead,) = aws.leads()
    return lead


# --- the ad network ---


@pytest.mark.parametrize("name", ["01", "02"])
def test_a_test_lead_is_answered_whatever_it_holds(aws: Aws, name: str) -> None:
    assert send_ad(name)["statusCode"] == 200
    assert aws.items() == []


@pytest.mark.parametrize(
    ("name", "phone", "email", "extension"),
    [
        ("03", "+13125550142", None, None),
        ("03b", None, "jo@work.example.com", None),
        ("06", "+13125550142", None, "12"),
    ],
)
def test_an_ad_lead_is_stored_with_what_can_be_used(
    aws: Aws,
    name: str,
    phone: str | None,
    email: str | None,
    extension: str | None,
) -> None:
    assert send_ad(name)["statusCode"] == 200
    contact = stored(aws)["contact"]
    assert (contact["name"], contact["phone"], contact["email"]) == ("Jo Lee", phone, email)
    assert contact["extension"] == extension


def test_an_answer_with_a_warning_sign_is_kept_screened_and_shown(aws: Aws) -> None:
    assert send_ad("04")["statusCode"] == 200
    lead = stored(aws)
    assert lead["answers"]["note"] == "Do you have numbness between the legs?: Yes, since yesterday"
    expected = triage(RULEBOOK.rule_sets["fs-intake"], lead["answers"], door="ads")
    assert [rule["id"] for rule in lead["triage"]["safety_rules"]] == [rule.id for rule in expected.safety_rules]
    shown = content(opened(lead["reference"]))["answers"]
    assert [answer["answer"] for answer in shown if answer["type"] == "text"] == [[lead["answers"]["note"]]]


def test_a_column_that_is_a_number_is_read_as_text(aws: Aws) -> None:
    assert send_ad("05")["statusCode"] == 200
    assert stored(aws)["contact"]["postal"] == "60601"


# --- forms as JSON ---


def test_an_emergency_with_a_list_as_source_is_stored_with_its_advice(aws: Aws) -> None:
    response = send("07")
    assert (response["statusCode"], content(response)["disposition"]) == (201, "seek-emergency-care")
    assert stored(aws)["triage"]["tier"] == "EMERGENCY"
    assert "utm_source" not in stored(aws)["attribution"]


def test_a_click_id_is_kept_whole(aws: Aws) -> None:
    assert send("08")["statusCode"] == 201
    assert stored(aws)["attribution"]["fbclid"] == read("08")["attribution"]["fbclid"]


def test_an_empty_campaign_parameter_is_left_out(aws: Aws) -> None:
    assert send("08b")["statusCode"] == 201
    assert stored(aws)["attribution"]["utm_campaign"] == "spring"
    assert "utm_source" not in stored(aws)["attribution"]


@pytest.mark.parametrize(
    ("name", "field", "kept"),
    [
        ("09", "email", "jordan@example.com"),
        ("10", "name", "Jordan Example"),
        ("11", "phone", "+525512345678"),
        ("12", "phone", "+13125550142"),
        ("13", "phone", "+13125550142"),
    ],
)
def test_a_contact_is_cleaned_and_stored(aws: Aws, name: str, field: str, kept: str) -> None:
    assert send(name)["statusCode"] == 201
    assert stored(aws)["contact"][field] == kept


def test_json_with_a_byte_order_mark_is_read(aws: Aws) -> None:
    body = b"\xef\xbb\xbf" + json.dumps(read("12")).encode()
    assert capture_lead.handler(posting("capture_lead", body), CONTEXT)["statusCode"] == 201


def test_a_long_address_is_found(aws: Aws) -> None:
    assert send("17")["statusCode"] == 201
    assert references(searched(read("17")["contact"]["email"])) == [stored(aws)["reference"]]


def test_two_people_under_one_submission_id_can_both_be_called(aws: Aws) -> None:
    assert [send(name)["statusCode"] for name in ("24a", "24b")] == [201, 201]
    leads = {lead["contact"]["name"]: lead for lead in aws.leads()}
    assert {name: lead["contact"]["phone"] for name, lead in leads.items()} == {
        "Ann One": "+13125550151",
        "Bob Two": "+13125550152",
    }
    assert leads["Ann One"]["reference"] == reference_of(UUID(read("24a")["submission_id"]))
    assert (leads["Ann One"]["answers"]["ces"], leads["Bob Two"]["answers"]["ces"]) == (["saddle-numb"], ["none"])
    assert leads["Bob Two"]["earlier"] == []


# --- the form without JavaScript, and languages ---


def drawn(**query: str) -> str:
    return str(draw_form.handler(event("draw_form") | {"queryStringParameters": query}, CONTEXT)["body"])


@pytest.mark.parametrize("tag", ["es-MX", "es-419", "es_MX", "es"])
def test_a_regional_tag_means_its_language(tag: str) -> None:
    assert '<html lang="es"' in drawn(language=tag)
    call = event("draw_form.questionnaire") | {"queryStringParameters": {"language": tag}}
    assert content(draw_form.handler(call, CONTEXT))["language"] == "es"


def test_click_ids_are_whole_or_absent_and_accents_stay() -> None:
    whole = "Cj0KCQjw" + "x" * 110
    page = drawn(gclid=whole, fbclid="x" * 513, utm_campaign="Dolor de espalda Espa\u00f1a")
    assert f'name="gclid" value="{whole}"' in page
    assert 'name="fbclid"' not in page
    assert 'value="Dolor de espalda Espa\u00f1a"' in page
