"""Tests inputs that were once handled wrongly, each in a JSON file."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from functions import capture_ad_lead, capture_lead, draw_form
from shared.domain.leads.lead import reference_of
from shared.domain.rules.triage import triage
from tests.aws import ENVIRONMENT, Aws
from tests.functions.admin_calls import exported
from tests.functions.calls import CONTEXT, Json, content, event, posting
from tests.functions.staff_calls import opened, references, searched
from tests.leads import RULEBOOK
from tests.named_tests import NAMED, missing
from tests.npm import installed

FOLDER = Path(__file__).parent
pytestmark = pytest.mark.usefixtures("clock")


ELSEWHERE = {
    "a host page that adds a header to every request, that has two forms, with letters or an extension in its number": (
        "tests/browser/test_element.py::test_a_site_with_monitoring_and_several_forms"
    ),
    "HEAD, and a slash at the end of an address": (
        "tests/e2e/test_form_routes.py::test_head_is_answered_as_get_and_a_slash_at_the_end_leads_on"
    ),
    "a plain form in another charset": (
        "tests/functions/test_capture_lead_form.py::test_the_charset_that_a_form_declares_is_obeyed"
    ),
    "fields that a browser fills in without an event": (
        "tests/browser/test_drawn_form.py::test_what_a_browser_fills_in_without_an_event_is_sent"
    ),
    "browsers without dialogs": "tests/browser/test_drawn_form.py::test_without_dialogs_the_advice_stands_in_the_page",
    "the form without storage": (
        "tests/browser/test_drawn_form.py::test_storage_that_is_full_or_missing_or_strange_stops_nothing"
    ),
    "one person's data above Lambda's limit": (
        "tests/functions/test_export_person.py::test_an_answer_is_far_below_lambdas_response_limit"
    ),
    "an address that adds a recipient": "tests/inbox/test_states.py::test_a_mail_link_adds_no_recipient",
    "a receiver of webhooks that never ends": (
        "tests/functions/test_deliver_webhook.py::test_a_receiver_that_never_ends_its_answer_is_given_up"
    ),
    "a receiver of webhooks that answers a lot": (
        "tests/functions/test_deliver_webhook.py::test_what_a_receiver_answers_is_not_read"
    ),
    "a group that contains the name of another": (
        "tests/functions/test_work_lead.py::test_a_group_counts_only_by_its_exact_name"
    ),
    "a webhook to a bare address, an address with MAILTO": (
        "tests/template/test_deploying.py::test_a_parameters_pattern_accepts_good_and_refuses_bad_values"
    ),
}


def test_every_case_elsewhere_has_its_test() -> None:
    assert all(NAMED.fullmatch(test) for test in ELSEWHERE.values())
    assert missing(ELSEWHERE.values()) == []


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


PHONE = {"column_id": "PHONE_NUMBER", "string_value": "+13125550142"}
OF_THE_KIND: list[tuple[Json, Json]] = [  # (ad lead fields, expected changes to the stored contact)
    ({"user_column_data": [None, 5, "x", [], {}, PHONE]}, {}),
    ({"user_column_data": [{"column_id": "PHONE_NUMBER", "string_value": "dummy_value"}, PHONE, PHONE]}, {}),
    ({"user_column_data": [PHONE, {"column_id": "FULL_NAME", "string_value": ["Jo"]}]}, {}),
    ({"user_column_data": [PHONE, {"column_id": "EMAIL", "string_value": None}]}, {}),
    ({"user_column_data": [PHONE, {"column_id": "POSTAL_CODE", "string_value": True}]}, {}),
    ({"user_column_data": [PHONE, {"column_id": "POSTAL_CODE", "string_value": 60601.0}]}, {"postal": "60601"}),
    ({"user_column_data": [PHONE, {"column_id": "POSTAL_CODE", "string_value": "60601-1234-9999"}]}, {}),
    ({"user_column_data": [{"column_id": "phone_number", "string_value": 13125550142}]}, {}),
    ({"user_column_data": [PHONE | {"string_value": "\ufeff312\u202f555\u202f0142 x12"}]}, {"extension": "12"}),
    (
        {"user_column_data": [PHONE, {"column_id": "EMAIL", "string_value": "\u200bjo@example.com"}]},
        {"email": "jo@example.com"},
    ),
    ({"lead_id": 5, "campaign_id": 1.5, "gcl_id": ["a"], "user_column_data": [PHONE]}, {}),
    ({"lead_id": None, "gcl_id": "a" * 600, "api_version": {}, "user_column_data": [PHONE]}, {}),
]


@pytest.mark.parametrize(("body", "changes"), OF_THE_KIND)
def test_an_ad_lead_with_anything_unusable_keeps_the_rest(aws: Aws, body: Json, changes: Json) -> None:
    asked = posting("capture_ad_lead", {"lead_id": "1", **body, "google_key": ENVIRONMENT["GOOGLE_ADS_KEY"]})
    assert capture_ad_lead.handler(asked, CONTEXT)["statusCode"] == 200
    contact = {name: value for name, value in stored(aws)["contact"].items() if value is not None}
    assert contact == {"phone": "+13125550142"} | changes


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
    answers = [send(name) for name in ("24a", "24b")]
    assert [answer["statusCode"] for answer in answers] == [201, 201]
    leads = {lead["contact"]["name"]: lead for lead in aws.leads()}
    assert {name: lead["contact"]["phone"] for name, lead in leads.items()} == {
        "Ann One": "+13125550151",
        "Bob Two": "+13125550152",
    }
    assert leads["Ann One"]["reference"] == reference_of(UUID(read("24a")["submission_id"]))
    assert (leads["Ann One"]["answers"]["ces"], leads["Bob Two"]["answers"]["ces"]) == (["saddle-numb"], ["none"])
    assert leads["Bob Two"]["earlier"] == []
    ids = [content(answer)["submission_id"] for answer in answers]
    assert ids == [leads["Ann One"]["lead_id"], leads["Bob Two"]["lead_id"]], "each adds answers to their own"


FORMULAS = ("=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", "a;=1+1;b", "\uff1d1+1", '"=1+1"')


def in_a_spreadsheet(tmp_path: Path, text: str) -> list[list[Json | None]]:
    """Returns the rows that SheetJS reads from the CSV text. An empty cell is None."""
    home = installed(FOLDER / "npm", "spreadsheet")
    shutil.copyfile(FOLDER / "spreadsheet.cjs", home / "spreadsheet.cjs")
    file = tmp_path / "leads.csv"
    file.write_bytes(text.encode())
    node = shutil.which("node") or "node"
    done = subprocess.run([node, home / "spreadsheet.cjs", file], capture_output=True, check=True)
    rows: list[list[Json | None]] = json.loads(done.stdout)
    return rows


def formulas(tmp_path: Path, text: str) -> list[str]:
    return [cell["formula"] for row in in_a_spreadsheet(tmp_path, text) for cell in row if cell and cell["formula"]]


def exported_in_january() -> str:
    return str(exported(format="csv", **{"from": "2026-01-01", "to": "2026-01-31"})["body"])


def test_accents_and_a_zip_open_right_in_a_spreadsheet(aws: Aws, tmp_path: Path) -> None:
    assert send("16")["statusCode"] == 201
    head, first = in_a_spreadsheet(tmp_path, exported_in_january())
    cells = {column["value"]: cell for column, cell in zip(head, first, strict=False) if column and cell}
    assert cells["name"]["value"] == "Jos\u00e9 N\u00fa\u00f1ez-Pe\u00f1a"
    assert (cells["postal"]["kind"], cells["postal"]["value"].lstrip("'")) == ("s", "02134")
    assert (cells["phone"]["kind"], cells["reference"]["kind"]) == ("s", "s")
    assert cells["received_at"]["kind"] in ("n", "d"), "a time that can be sorted and subtracted"


def test_no_name_is_a_formula_in_a_spreadsheet(aws: Aws, tmp_path: Path) -> None:
    for number, name in enumerate(FORMULAS):
        body = read("16") | {"submission_id": str(UUID(int=number))}
        body["contact"]["name"] = name
        assert capture_lead.handler(posting("capture_lead", body), CONTEXT)["statusCode"] == 201
    text = exported_in_january()
    with_semicolons = "sep=;\r\n" + text.removeprefix("\ufeff").replace('","', '";"')
    assert formulas(tmp_path, text) == formulas(tmp_path, with_semicolons) == []
    assert formulas(tmp_path, 'name\r\n"=1+1"\r\n') == ["1+1"], "this would have been one"


def drawn(**query: str) -> str:
    return str(draw_form.handler(event("draw_form") | {"queryStringParameters": query}, CONTEXT)["body"])


@pytest.mark.parametrize("tag", ["es-MX", "es-419", "es_MX", "es", "ES-419", "es-MX,es;q=0.9", "spa", "es-Latn-MX"])
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
