from __future__ import annotations

import re
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup

from functions import draw_form, wiring
from shared.domain.intake.phone import WANTED
from shared.domain.leads.retention_stage import Stage
from shared.domain.opening_hours import OpeningHours
from shared.rulebook.retention import retention
from tests.aws import Aws
from tests.functions.calls import CONTEXT, event
from tests.functions.fill_form import CALM, fill_all, fill_and_check, fill_to
from tests.functions.plain_browser import PlainBrowser, body_post, form_post


@pytest.fixture
def browser() -> PlainBrowser:
    return PlainBrowser()


def test_the_first_page_is_complete(browser: PlainBrowser) -> None:
    browser.open("form?utm_source=newsletter&gclid=abc", {"referer": "https://clinic.example/page?name=Jo"})
    hidden = {str(field["name"]): str(field["value"]) for field in browser.page.select("input[type=hidden]")}
    assert browser.title == "Safety first"
    assert browser.questions == ["em-now"]
    assert re.fullmatch(r"[0-9a-f-]{36}", hidden["submission_id"])
    assert hidden["token"]
    assert hidden["utm_source"] == "newsletter"
    assert hidden["gclid"] == "abc"
    assert hidden["referrer_host"] == "clinic.example"
    assert hidden["page"].startswith("https://")
    assert "?" not in hidden["page"]


def test_a_consent_is_on_the_page_once_after_an_error(browser: PlainBrowser) -> None:
    """A hidden field would send the consent even after the visitor unticks the box."""
    fill_all(browser).fill({"contact.phone": "12", "consents.marketing": "yes"}).press("Next")
    fields = [str(field["name"]) for field in browser.page.select("input") if "consents." in str(field["name"])]
    assert browser.errors
    assert fields.count("consents.marketing") == 1
    assert len(fields) == len(set(fields))


def test_a_consent_is_kept_on_the_emergency_page_which_does_not_show_it(browser: PlainBrowser) -> None:
    browser.open()
    fields = [*browser.fields("Next")[1], ("answers.em-now", "chest-pressure"), ("consents.marketing", "yes")]
    page = BeautifulSoup(draw_form.handler(form_post("/form", fields), CONTEXT)["body"], "html.parser")
    kept = [form.select_one("[name='consents.marketing']") for form in page.select("form")]
    assert [field["type"] for field in kept if field] == ["hidden"] * 3


def test_pages_are_not_cached_and_load_nothing_from_elsewhere(browser: PlainBrowser) -> None:
    browser.open()
    headers = browser.answer["headers"]
    assert headers["cache-control"] == "no-store"
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["referrer-policy"] == "no-referrer"
    assert not browser.page.select("script, style, [style], [onclick]")
    assert not re.findall(r'(?:src|href)="https?://', browser.answer["body"])


def test_each_visitor_gets_a_submission_id_of_their_own(browser: PlainBrowser) -> None:
    first = browser.open().page.select_one("[name=submission_id]")
    second = browser.open().page.select_one("[name=submission_id]")
    assert first != second


def test_pages_follow_each_other_and_carry_every_answer(browser: PlainBrowser, aws: Aws) -> None:
    fill_to(browser, 8)
    assert browser.title == "How to reach you"
    hidden = {(str(field["name"]), str(field["value"])) for field in browser.page.select("input[type=hidden]")}
    assert {("answers.age", "62"), ("answers.ces", "none"), ("answers.pain", "5")} <= hidden
    assert aws.wire.calls == []


def test_errors_are_beside_their_fields_and_input_is_kept(browser: PlainBrowser) -> None:
    browser.open().press("Next")
    assert browser.errors == {"question-em-now": "Check at least one box."}
    browser.fill({"em-now": ["none"]}).press("Next")
    browser.fill({"age": "ab<c>", "region": ["neck", "lumbar"], "injury": "no"}).press("Next")
    assert browser.status == 200
    assert browser.errors == {
        "question-age": "Enter a whole number from 0 to 120.",
        "question-who": "Choose one answer.",
    }
    assert browser.page.select_one("#question-age")["value"] == "ab<c>"  # type: ignore[index]
    assert {str(box["value"]) for box in browser.page.select("[name='answers.region'][checked]")} == {"neck", "lumbar"}
    assert browser.page.title is not None
    assert browser.page.title.get_text().startswith("Error: Step 2 of 8")


def test_follow_ups_are_asked_after_the_page_that_made_them_due(browser: PlainBrowser) -> None:
    fill_to(browser, 4).fill({"ces": ["bladder-leak"], "signs": ["none"]}).press("Next")
    assert browser.title == "More about your answers"
    assert browser.questions == ["ces-onset", "checked"]
    assert "You answered: Leaking pee, or I now need pads." in browser.text
    assert browser.errors == {}
    browser.fill({"ces-onset": "gt3m"}).press("Next")
    assert browser.errors == {"question-checked": "Choose one answer."}
    assert browser.questions == ["checked"]
    browser.fill({"checked": "same"}).press("Next")
    assert browser.title == "Health"
    browser.press("Back")
    assert browser.questions == ["ces", "ces-onset", "checked", "signs"]
    chosen = {str(field["value"]) for field in browser.page.select("[checked]")}
    assert chosen == {"bladder-leak", "gt3m", "same", "none"}


def test_the_answer_of_a_follow_up_hidden_again_is_dropped(browser: PlainBrowser) -> None:
    fill_to(browser, 3).fill({"motor": ["leg-weak"], "cord": ["none"]}).press("Next")
    browser.fill({"motor-course": "stable"}).press("Next").press("Back")
    browser.page.select_one("[name='answers.motor'][value='leg-weak']").attrs.pop("checked")  # type: ignore[union-attr]
    browser.fill({"motor": ["none"]}).press("Next")
    assert browser.title == "New signs"
    assert not browser.page.select("[name='answers.motor-course']")


def test_back_keeps_all_input_including_contact_and_free_text(browser: PlainBrowser) -> None:
    fill_all(browser).press("Back")
    assert browser.title == "How bad, how long"
    browser.press("Next")
    assert browser.page.select_one("#contact-name")["value"] == "Jordan Example"  # type: ignore[index]
    assert browser.page.select_one("#question-note").get_text() == "\nFirst line\nsecond line"  # type: ignore[union-attr]
    assert browser.page.select_one("#consent-contact").has_attr("checked")  # type: ignore[union-attr]
    assert not browser.page.select_one("#consent-sms").has_attr("checked")  # type: ignore[union-attr]


def test_all_answers_are_checked_before_send(browser: PlainBrowser, aws: Aws) -> None:
    fill_all(browser).fill({"contact.phone": "312.555.0142"}).press("Next")
    assert browser.title == "Check your answers"
    assert "call 911" in browser.page.select_one("footer").get_text()  # type: ignore[union-attr]
    texts = [list(row.stripped_strings) for row in browser.page.select(".review div")]
    shown = {question: answer for question, answer, _change in texts}
    assert len(shown) == 19
    assert shown["How old is the person who needs care?"] == "62"
    assert shown["Where is your main problem?"] == "Low back"
    assert shown["Phone number"] == "(312) 555-0142"
    assert "(312) 555-0142" in browser.page.select(".review .phone")[0].get_text()
    assert aws.wire.calls == []
    browser.press("Send")
    assert browser.title == "We received your answers"
    [lead] = aws.leads()
    assert lead["consent_records"][0]["text_hash"]


def test_a_changed_answer_leads_back_to_the_check(browser: PlainBrowser, aws: Aws) -> None:
    fill_and_check(browser).press("Change: Where is your main problem?")
    assert browser.title == "About the person and the problem"
    browser.fill({"region": ["neck"]}).press("Next")
    assert browser.title == "Check your answers"
    assert "Neck; Low back" in browser.text
    browser.press("Change: How old is the person who needs care?").fill({"age": 40}).press("Next")
    assert browser.title == "New signs"  # at age 40, the form asks about pregnancy
    browser.fill({"preg": "na"}).press("Next")
    assert browser.title == "Check your answers"
    browser.press("Send")
    assert browser.title == "We received your answers"
    assert aws.leads()[0]["answers"]["age"] == 40


@pytest.mark.parametrize("emergency", [False, True])
def test_a_page_that_asks_for_a_number_alone_has_a_consent_without_e_mail(
    browser: PlainBrowser, aws: Aws, emergency: bool
) -> None:
    browser.open("form" if emergency else "form?mode=callback")
    browser.fill({"em-now": ["chest-pressure" if emergency else "none"]})
    if emergency:
        browser.press("Next")
    assert "e-mail" not in browser.page.select("form")[-1 - emergency].get_text()
    browser.fill({"contact.name": "Jo", "contact.phone": "312 555 0142", "consents.contact": "yes"}).press("Send")
    [lead] = aws.leads()
    assert "may store my answers and call me about them" in lead["consent_records"][0]["text"]


def test_an_emergency_interrupts_even_when_the_rest_is_empty(browser: PlainBrowser, aws: Aws) -> None:
    browser.open().fill({"em-now": ["chest-pressure"]}).press("Next")
    assert browser.status == 200
    assert browser.title == "Get emergency help now"
    assert browser.page.select_one("a[href='tel:911']")
    assert browser.page.select(".messages p")[-1]["class"] == ["M-NET"]
    assert "Leave a number so that someone from our clinical team can check on you" in browser.text
    assert aws.wire.calls == []


def test_a_person_in_an_emergency_can_go_back_and_change_the_answer(browser: PlainBrowser) -> None:
    fill_to(browser, 2).press("Back").fill({"em-now": ["chest-pressure"]}).press("Next")
    assert browser.title == "Get emergency help now"
    browser.press("I pressed this by mistake. Go back and change my answers.")
    assert browser.title == "Safety first"
    box = browser.page.select_one("[name='answers.em-now'][value='chest-pressure']")
    assert box is not None
    assert box.has_attr("checked")
    del box["checked"]
    browser.fill({"em-now": ["none"]}).press("Next")
    assert browser.title == "About the person and the problem"


def test_the_back_button_does_not_hide_an_emergency(browser: PlainBrowser) -> None:
    fill_to(browser, 4).fill({"ces": ["bladder-retention", "saddle-numb"], "signs": ["none"]})
    browser.press("Next").fill({"ces-onset": "lt2w", "checked": "no"})
    browser.press("Back")
    assert browser.title == "Get emergency help now"


def test_a_contact_request_in_an_emergency_makes_a_lead(browser: PlainBrowser, aws: Aws) -> None:
    browser.open().fill({"em-now": ["chest-pressure"]}).press("Next").press("Send")
    assert browser.status == 422
    assert browser.title == "Get emergency help now"
    assert set(browser.errors) == {"contact-phone", "consent-contact"}
    browser.fill({"contact.phone": "not a number", "consents.contact": "yes"}).press("Send")
    assert browser.errors == {"contact-phone": WANTED}
    browser.fill({"contact.phone": "312 555 0142"}).press("Send")
    assert browser.title == "We have your number. Call 911 first."
    assert "Your reference:" in browser.text
    [lead] = aws.leads()
    assert lead["triage"]["tier"] == "EMERGENCY"
    assert lead["answers"] == {"em-now": ["chest-pressure"]}


def test_free_text_is_checked_only_on_the_way_to_send(browser: PlainBrowser, aws: Aws) -> None:
    fill_to(browser, 8).fill({"note": "I want to kill myself"}).press("Back")
    assert browser.title == "How bad, how long"
    browser.press("Next").press("Next")
    assert (browser.status, browser.title) == (200, "Get emergency help now")
    assert browser.page.select_one("a[href='tel:988']")
    browser.fill({"contact.phone": "312 555 0142", "consents.contact": "yes"}).press("Send")
    assert browser.title == "We have your number. Call or text 988 first."
    assert aws.leads()[0]["triage"]["tier"] == "EMERGENCY"


def test_a_minor_is_informed_and_not_stored(browser: PlainBrowser, aws: Aws) -> None:
    fill_to(browser, 2).fill(CALM[1] | {"who": "guardian", "age": 15}).press("Next")
    assert browser.title == "This form is for adults"
    browser.press("Continue to safety advice")
    for page in CALM[2:-1]:
        browser.fill(page).press("Next")
    assert not browser.page.select("#contact-phone, #consent-contact")
    browser.press("Show the safety advice")
    assert browser.status == 200
    assert browser.title == "Safety advice"
    assert "Your reference" not in browser.text
    assert aws.wire.calls == []


@pytest.mark.parametrize(("hours", "offered"), [("Mon-Fri 08:00-17:00", False), ("Mon 12:00-20:00", True)])
def test_the_evening_is_offered_only_if_the_clinic_is_open_then(
    browser: PlainBrowser, monkeypatch: pytest.MonkeyPatch, hours: str, offered: bool
) -> None:
    late = OpeningHours.parse(hours, "America/Chicago")
    monkeypatch.setattr(draw_form, "forms", replace(draw_form.forms, hours=late))
    page = browser.open("form?mode=single").page
    values = [field["value"] for field in page.select("input[name='contact.best_time']")]
    assert values == ["morning", "afternoon", *(["evening"] if offered else [])]


@pytest.mark.parametrize("content_type", ["text/plain", "application/json", "multipart/form-data"])
def test_an_unreadable_request_is_answered_with_advice(content_type: str) -> None:
    answer = draw_form.handler(body_post("/form", "x=1", content_type), CONTEXT)
    assert 400 <= answer["statusCode"] < 500
    assert "911" in answer["body"]


def test_an_unknown_page_is_never_a_step(browser: PlainBrowser) -> None:
    answer = draw_form.handler(form_post("/form", [("step", "../x"), ("back", "P99"), ("answers.zzz", "1")]), CONTEXT)
    assert answer["statusCode"] == 200


def test_an_unknown_questionnaire_is_refused_with_advice() -> None:
    answer = draw_form.handler(form_post("/form", [("questionnaire", "knee")]), CONTEXT)
    assert answer["statusCode"] == 422
    assert "text/html" in answer["headers"]["content-type"]
    assert "911" in answer["body"]


def test_input_is_escaped(browser: PlainBrowser) -> None:
    fill_to(browser, 2, "?utm_source=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").fill({"age": '"><b>'}).press("Next")
    assert not browser.page.select("script, b")


def test_links_are_absolute_when_htmx_embeds_the_page() -> None:
    asked = event("draw_form")
    asked["headers"]["hx-request"] = "true"
    body = draw_form.handler(asked, CONTEXT)["body"]
    assert 'action="https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/form"' in body


def test_a_hint_is_tied_to_its_question(browser: PlainBrowser) -> None:
    fill_to(browser, 3)
    block = browser.page.select_one("fieldset:has([name='answers.motor'])")
    assert block is not None
    hint = browser.page.select_one(f"#{block['aria-describedby']}")
    assert hint is not None
    assert hint.get_text(strip=True) == "It can't do what it used to. Not only that it hurts."
    browser.press("Next")
    described = browser.page.select_one("fieldset:has([name='answers.motor'])")["aria-describedby"]  # type: ignore[index]
    assert str(described).split() == ["question-motor-error", "question-motor-hint"]


def test_a_follow_up_to_several_questions_is_asked_where_it_stands(browser: PlainBrowser) -> None:
    fill_to(browser, 3).fill({"motor": ["none"], "cord": ["gait-balance"]}).press("Next")
    assert browser.questions == ["ces", "checked", "signs"]
    fill_to(browser, 2).fill(CALM[1] | {"injury": "fall"}).press("Next")
    assert browser.questions == ["injury-when"]
    assert "You answered: A fall, even a small one." in browser.text
    browser.fill({"injury-when": "lt2w"}).press("Next").fill(CALM[2]).press("Next")
    assert browser.questions == ["ces", "checked", "signs"]


def test_the_form_says_that_it_is_not_open(browser: PlainBrowser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "form_is_open", lambda: False)
    assert browser.open().status == 200
    assert browser.title == "This form is not open yet"
    assert not browser.page.select("main form")
    whole = PlainBrowser().open("form?mode=element")
    assert whole.status == 200
    assert whole.page.select_one("[data-closed]") is not None
    for shown in (browser.text, whole.text):
        assert "(312) 555-0100" in shown
        assert "911" in shown
    assert "max-age" not in whole.answer["headers"]["cache-control"]


def test_who_wants_a_call_is_asked_five_things(browser: PlainBrowser) -> None:
    (link,) = [one for one in browser.open().page.select("main a") if one.get_text(strip=True) == "Just call me"]
    browser.open(str(link["href"]))
    assert browser.title == "Just call me"
    named = {str(field["name"]) for field in browser.page.select("main input:not([type=hidden])")} - {"website"}
    assert named == {"answers.em-now", "contact.name", "contact.phone", "contact.best_time", "consents.contact"}


def test_a_page_without_a_script_has_no_data_attributes(browser: PlainBrowser) -> None:
    assert not re.search(r"\sdata-", browser.open().answer["body"])


def test_the_contact_page_says_how_long_answers_are_kept(browser: PlainBrowser) -> None:
    """The text says "a year", which must agree with retention.toml."""
    assert retention().months[Stage.ANSWERS] == 12
    fill_to(browser, len(CALM))
    assert "We delete your answers after a year, or later if you book a visit." in browser.text
    assert "Call us to get a copy, or to have them erased." in browser.text


def test_a_typo_in_an_address_is_asked_about_beside_the_answers_to_check(browser: PlainBrowser) -> None:
    fill_all(browser).fill({"contact.email": "jo@gmial.com"}).press("Next")
    assert "Did you mean jo@gmail.com?" in browser.text
    assert "¿Quiso decir jo@gmail.com?" in browser.press("Español").text
