from __future__ import annotations

import base64
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from functions import capture_lead, replay_submissions
from shared.http import form_body
from tests.aws import ENVIRONMENT, Aws
from tests.functions.calls import CONTEXT, LEAD_ID, VERSION, Json, content, posting, spool_of, submission
from tests.functions.conftest import Clock
from tests.functions.fill_form import CALM, fill_all, fill_and_check, fill_to
from tests.functions.plain_browser import Fields, PlainBrowser, body_post, form_post

OWN: Fields = [
    ("answers.age", "62"),
    ("answers.em-now", "none"),
    ("answers.region", "lumbar"),
    ("answers.region", "neck"),
    ("contact.phone", "(312) 555-0142"),
    ("consents.contact", "on"),
    ("utm_campaign", "spring"),
    ("submit", "Send"),
]


@pytest.fixture
def browser() -> PlainBrowser:
    return PlainBrowser()


def send(fields: Fields, **headers: str) -> Json:
    answer: Json = capture_lead.handler(form_post("/submissions", fields, headers), CONTEXT)
    return answer


def changed(**changes: str) -> Fields:
    names = {name.replace("__", ".").replace("_", "-") if "__" in name else name for name in changes}
    kept = [(name, value) for name, value in OWN if name not in names]
    return kept + [(name.replace("__", "."), value) for name, value in changes.items()]


def test_a_form_becomes_a_lead_with_a_receipt_url_without_answers(
    browser: PlainBrowser, aws: Aws, clock: Clock
) -> None:
    clock.at = datetime.now(UTC) + timedelta(minutes=3)
    fill_and_check(browser, "?utm_source=newsletter").press("Send", follow=False)
    assert browser.status == 303
    [lead] = aws.leads()
    assert browser.answer["headers"]["location"] == f"received/{lead['lead_id']}"
    assert browser.answer["body"] == ""
    given = {code: value for page in CALM for code, value in page.items()}
    assert lead["answers"] == given | {"note": "First line\nsecond line"}
    assert lead["contact"]["phone"] == "+13125550142"
    assert lead["attribution"]["utm_source"] == "newsletter"
    assert lead["complete"]
    assert lead["consent_records"][0]["page"] == "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/form"
    assert not lead["suspicion"]["suspect"]


def test_a_form_and_json_with_equal_content_are_one_submission(aws: Aws) -> None:
    sent = submission()
    fields: Fields = [("submission_id", LEAD_ID), ("version", VERSION), ("questionnaire", "fs-intake")]
    for code, value in sent["answers"].items():
        fields += [(f"answers.{code}", str(one)) for one in (value if isinstance(value, list) else [value])]
    fields += [(f"contact.{name}", value) for name, value in sent["contact"].items()]
    fields += [("consents.contact", "yes"), ("consents.sms", "no")]
    fields += list(sent["attribution"].items())
    assert capture_lead.handler(posting("capture_lead", sent), CONTEXT)["statusCode"] == 201
    answer = send(fields, accept="application/json", referer="")
    assert answer["statusCode"] == 200
    assert content(answer)["reference"]
    assert len(aws.items()) == 1


def test_a_double_click_is_one_lead(browser: PlainBrowser, aws: Aws) -> None:
    fill_and_check(browser)
    _, fields = browser.fields("Send")
    assert [send(fields)["statusCode"] for _ in range(3)] == [303, 303, 303]
    assert len(aws.items()) == 1


def test_changed_answers_after_sending_can_be_sent_as_a_new_form(browser: PlainBrowser, aws: Aws) -> None:
    fill_and_check(browser)
    _, fields = browser.fields("Send")
    send(fields)
    browser.press("Back").fill({"contact.name": "Another Name"}).press("Next").press("Send")
    assert browser.status == 409
    assert browser.title == "We already have a different set of answers from you"
    browser.press("Send as a new form")
    assert browser.title == "We received your answers"
    assert sorted(lead["contact"]["name"] for lead in aws.leads()) == ["Another Name", "Jordan Example"]


def test_while_the_table_is_unavailable_the_receipt_is_shown_at_once(browser: PlainBrowser, aws: Aws) -> None:
    """The receipt page would need the table."""
    fill_and_check(browser)
    _, fields = browser.fields("Send")
    aws.wire.down |= {"dynamodb.PutItem", "dynamodb.GetItem"}
    browser.press("Send")
    assert (browser.status, browser.title) == (202, "We received your answers")
    shown = browser.text
    [entry] = aws.spooled()
    assert json.loads(entry)["reference"] in shown
    assert json.loads(entry)["source"] == "plain-form"
    aws.wire.down.clear()
    replay_submissions.handler(spool_of(entry), CONTEXT)
    answer = send(fields)
    assert answer["statusCode"] == 303
    assert len(aws.leads()) == 1
    browser.open(answer["headers"]["location"])
    assert json.loads(entry)["reference"] in browser.text
    for form in browser.page.select("main form"):
        form.decompose()
    assert browser.text == shown.replace("(312) 555-0142", "the number ending in 42")


def test_when_table_and_spool_are_down_nothing_typed_is_lost(browser: PlainBrowser, aws: Aws) -> None:
    fill_and_check(browser)
    aws.wire.down |= {"dynamodb.PutItem", "sqs.SendMessage"}
    browser.press("Send")
    assert browser.status == 503
    assert browser.answer["headers"]["retry-after"]
    assert "(312) 555-0100" in browser.text
    assert "911" in browser.text
    aws.wire.down.clear()
    browser.press("Try again")
    assert browser.title == "We received your answers"
    assert aws.leads()[0]["contact"]["name"] == "Jordan Example"


def test_all_contact_errors_are_shown_and_input_is_kept(browser: PlainBrowser, aws: Aws) -> None:
    fill_to(browser, 8).fill({"contact.phone": "123", "contact.email": "nobody", "note": "hello"}).press("Next")
    assert browser.status == 200
    assert set(browser.errors) == {"contact-name", "contact-phone", "contact-email", "consent-contact"}
    assert browser.page.select_one("#contact-email")["value"] == "nobody"  # type: ignore[index]
    assert browser.page.select_one("#question-note").get_text(strip=True) == "hello"  # type: ignore[union-attr]
    assert aws.items() == []


@pytest.mark.parametrize(
    ("preference", "given", "wrong"),
    [("call", "contact.email", "contact-phone"), ("email", "contact.phone", "contact-email")],
)
def test_a_contact_preference_without_that_contact_is_an_error(
    browser: PlainBrowser, preference: str, given: str, wrong: str
) -> None:
    values = {"contact.email": "jo@example.com", "contact.phone": "312 555 0142"}
    fill_to(browser, 8).fill({"contact.name": "Jo", "consents.contact": "yes", "contact.preference": preference})
    browser.fill({given: values[given]}).press("Next")
    assert set(browser.errors) == {wrong}


def test_who_wants_to_be_texted_is_asked_for_that_consent(browser: PlainBrowser) -> None:
    fill_to(browser, 8).fill({"contact.name": "Jo", "consents.contact": "yes", "contact.preference": "text"})
    browser.fill({"contact.phone": "312 555 0142"}).press("Next")
    assert set(browser.errors) == {"consent-sms"}
    browser.fill({"consents.sms": "yes"}).press("Next")
    assert browser.errors == {}


def test_free_text_about_self_harm_shows_the_crisis_line(browser: PlainBrowser) -> None:
    fill_all(browser).fill({"note": "I want to kill myself"}).press("Next")
    assert browser.title == "Get emergency help now"
    assert browser.page.select_one("a[href='tel:988']")


def test_without_an_id_a_double_click_on_another_sites_form_is_one_lead(aws: Aws) -> None:
    first, again = (
        send(OWN, referer="https://clinic.example/spine?name=Jo"),
        send(OWN, referer="https://clinic.example/spine"),
    )
    assert first["statusCode"] == 303
    assert again["headers"]["location"] == first["headers"]["location"]
    [lead] = aws.leads()
    assert lead["answers"]["region"] == ["lumbar", "neck"]
    assert lead["attribution"]["utm_campaign"] == "spring"
    assert lead["consent_records"][0]["page"] == "https://clinic.example/spine"


def test_the_same_content_on_another_day_is_a_new_lead(aws: Aws, clock: Clock) -> None:
    send(OWN)
    clock.at = clock.at.replace(day=clock.at.day + 1)
    send(OWN)
    assert len(aws.items()) == 2


@pytest.mark.parametrize(
    ("charset", "codec"),
    [
        ("iso-8859-1", "cp1252"),
        ("Windows-1252", "cp1252"),
        ("ISO-8859-15", "iso-8859-15"),
        ("windows-1254", "cp1254"),
        ("gb18030", "gb18030"),
        ("utf-8", "utf-8"),
        ("utf8", "utf-8"),
        ("gone", "utf-8"),
        ("punycode", "utf-8"),
    ],
)
def test_the_charset_that_a_form_declares_is_obeyed(aws: Aws, charset: str, codec: str) -> None:
    pairs = [*(pair for pair in OWN if pair[0] != "contact.name"), ("contact.name", "Jos\u00e9 Pe\u00f1a")]
    body = urlencode(pairs, encoding=codec)
    posted = body_post("/submissions", body, f"application/x-www-form-urlencoded; charset={charset}")
    assert capture_lead.handler(posted, CONTEXT)["statusCode"] == 303
    assert aws.leads()[0]["contact"]["name"] == "Jos\u00e9 Pe\u00f1a"


def test_the_charset_that_json_declares_is_obeyed(aws: Aws) -> None:
    body = submission(contact={"name": "Jos\u00e9 Pe\u00f1a", "phone": "(312) 555-0142"})
    content = json.dumps(body, ensure_ascii=False).encode("cp1252")
    posted = posting("capture_lead", content)
    posted["headers"] |= {"content-type": "application/json; charset=ISO-8859-1"}
    assert capture_lead.handler(posted, CONTEXT)["statusCode"] == 201
    assert aws.leads()[0]["contact"]["name"] == "Jos\u00e9 Pe\u00f1a"


def test_digits_of_any_script_are_read(aws: Aws) -> None:
    send([*(pair for pair in OWN if pair[0] != "answers.age"), ("answers.age", "\u0666\u0662")])
    assert aws.leads()[0]["answers"]["age"] == 62


def test_multipart_is_parsed_and_files_are_ignored(aws: Aws) -> None:
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}' for name, value in OWN]
    parts.append('Content-Disposition: form-data; name="scan"; filename="x.png"\r\nContent-Type: image/png\r\n\r\n\x00')
    body = "".join(f"--frontier\r\n{part}\r\n" for part in parts) + "--frontier--\r\n"
    posted = body_post("/submissions", "", "multipart/form-data; boundary=frontier")
    posted |= {"body": base64.b64encode(body.encode()).decode(), "isBase64Encoded": True}
    assert capture_lead.handler(posted, CONTEXT)["statusCode"] == 303
    assert aws.leads()[0]["answers"]["age"] == 62


def test_a_form_without_contact_data_is_redrawn_with_all_input(browser: PlainBrowser, aws: Aws) -> None:
    answer = send(changed(contact__phone="", consents__contact="", submission_id=str(uuid4())))
    browser._show(answer)
    assert browser.status == 422
    assert set(browser.errors) == {"contact-phone", "consent-contact"}
    assert browser.page.select_one("#question-age")["value"] == "62"  # type: ignore[index]
    browser.url = "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/submissions"
    browser.fill({"contact.phone": "312 555 0142", "consents.contact": "yes"}).press("Send")
    assert browser.title == "We received your answers"
    assert aws.leads()[0]["answers"]["age"] == 62


def test_an_emergency_is_never_hidden_behind_an_error(browser: PlainBrowser) -> None:
    browser._show(send([*changed(contact__phone="1"), ("answers.em-now", "chest-pressure")]))
    assert browser.status == 422
    assert browser.title == "Get emergency help now"
    assert set(browser.errors) == {"contact-phone"}


@pytest.mark.parametrize(("seen", "wrong"), [("", ["contact-phone"]), ("yes", ["contact-name", "contact-phone"])])
def test_only_who_has_seen_the_advice_reads_everything_that_is_wrong(
    browser: PlainBrowser, seen: str, wrong: list[str]
) -> None:
    sent = changed(contact__name="x" * 500, contact__phone="1", emergency=seen)
    browser._show(send([*sent, ("answers.em-now", "chest-pressure")]))
    assert browser.title == "Get emergency help now"
    assert list(browser.errors) == wrong


@pytest.mark.parametrize("field", ["answers.nothing", "contact.fax", "answers.age"])
def test_an_invalid_form_field_is_named_without_its_value(browser: PlainBrowser, field: str) -> None:
    browser._show(send([*[pair for pair in OWN if pair[0] != field], (field, "canaryvalue")]))
    assert browser.status == 422
    assert "canaryvalue" not in browser.text


def test_a_filled_trap_is_recorded_but_never_blocks(aws: Aws) -> None:
    assert send([*OWN, ("website", "https://spam.example")])["statusCode"] == 303
    assert "trap-filled" in aws.leads()[0]["suspicion"]["signs"]


def test_a_program_that_asks_for_json_gets_json(aws: Aws) -> None:
    created = send(OWN, accept="application/json")
    assert created["statusCode"] == 201
    assert content(created)["reference"]
    refused = send(changed(contact__phone="1"), accept="application/json")
    assert refused["statusCode"] == 422
    assert refused["headers"]["content-type"] == "application/problem+json"


def test_a_minors_form_is_answered_at_once_and_not_stored(browser: PlainBrowser, aws: Aws) -> None:
    browser._show(send([*changed(), ("answers.who", "guardian")]))
    assert browser.status == 200
    assert browser.title == "Safety advice"
    assert aws.items() == []


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("text/plain", "a=b", 415),
        ("application/x-www-form-urlencoded", "answers.note=" + "x" * 70_000, 413),
        ("application/x-www-form-urlencoded", "&".join(f"a{n}=1" for n in range(600)), 400),
        ("multipart/form-data", "no boundary", 400),
        ("multipart/form-data; boundary=x", "--y\r\n\r\n", 400),
    ],
)
def test_an_unreadable_form_is_answered_with_a_page_of_advice(
    browser: PlainBrowser, content_type: str, body: str, status: int
) -> None:
    browser._show(capture_lead.handler(body_post("/submissions", body, content_type), CONTEXT))
    assert browser.status == status
    assert "text/html" in browser.answer["headers"]["content-type"]
    assert "(312) 555-0100" in browser.text
    assert "911" in browser.text


def test_a_page_in_an_older_encoding_loses_no_patient() -> None:
    fields = form_body.read_fields(
        b"contact.name=Jos%E9&answers.note=a%0D%0Ab&empty=", "application/x-www-form-urlencoded"
    )
    assert fields == {"contact.name": ("Jos\ufffd",), "answers.note": ("a\nb",), "empty": ("",)}
    part = b'--b\r\nContent-Disposition: form-data; name="caf\xe9"\r\n\r\nJos\xe9\r\n--b--\r\n'
    assert form_body.read_fields(part, "multipart/form-data; boundary=b") == {"caf\ufffd": ("Jos\ufffd",)}


def test_an_unexpected_failure_is_answered_with_a_page(browser: PlainBrowser, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Any:
        raise RuntimeError("a defect")

    monkeypatch.setattr("functions.capture_lead.capture_lead", broken)
    browser._show(send(OWN))
    assert browser.status == 503
    assert "911" in browser.text
    assert "defect" not in browser.text


def test_if_the_page_cannot_be_drawn_the_advice_is_still_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> Any:
        raise RuntimeError("a defect")

    monkeypatch.setattr("shared.http.pages.draw", broken)
    answer = send(changed(contact__phone="1"))
    assert answer["statusCode"] == 422
    assert "911" in content(answer)["emergency_advice"]


def test_json_requests_do_not_load_the_page_libraries() -> None:
    """Only plain forms need jinja2 and python_multipart."""
    program = """
import json, sys
from functions import capture_lead, replay_submissions
from tests.functions.calls import CONTEXT, posting, submission
capture_lead.intake.leads.add = lambda lead: None
for body, status in ((submission(), 201), ({}, 422)):
    assert capture_lead.handler(posting("capture_lead", body), CONTEXT)["statusCode"] == status
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules} & {"jinja2", "python_multipart", "bs4"})))
"""
    result = subprocess.run(
        [sys.executable, "-c", program], env=ENVIRONMENT, capture_output=True, text=True, check=True
    )
    assert json.loads(result.stdout.splitlines()[-1]) == []
