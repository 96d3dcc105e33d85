"""Tests that emergencies stop the form, and that no data of minors is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Console
from tests.browser.patient import LAST, Held, Patient, Traffic

EMERGENCIES = [
    (4, {"ces": ["saddle-numb"]}, {"ces-onset": "lt2w", "checked": "no"}, "M-E", "cauda equina"),
    (3, {"motor": ["foot-drop"]}, {"motor-course": "rapid"}, "M-E", "New or fast weakness"),
]


@pytest.mark.parametrize(("step", "changed", "follow_up", "look", "said"), EMERGENCIES)
def test_emergency_interrupts_after_the_page(
    patient: Patient,
    page: Page,
    step: int,
    changed: dict[str, list[str]],
    follow_up: dict[str, str | list[str]],
    look: str,
    said: str,
) -> None:
    patient.at(step).answer(patient.calm(step, **changed)).answer(follow_up).next()
    patient.sees_emergency()
    expect(page.locator(f"#messages .{look}").filter(has_text=said)).to_be_visible()
    expect(page.locator("#messages p").last).to_contain_text("can't diagnose you")


def test_an_age_that_is_no_number_is_asked_for_again_and_hides_no_emergency(patient: Patient, page: Page) -> None:
    patient.start().fill_to(2).answer(patient.calm(2))
    for written in ("52.", "5e1", "0x3", "-1"):
        page.locator("#question-age").fill(written)
        patient.next()
        expect(page.locator("#question-age-error")).to_have_text("Enter a whole number from 0 to 120.")
    page.get_by_role("button", name="Back", exact=True).click()
    patient.answer(patient.calm(1, em_now=["chest-pressure"]))
    patient.sees_emergency()
    expect(page.locator("#messages")).to_contain_text("call 911")


def test_a_refused_form_shows_the_advice_that_its_answers_call_for(
    patient: Patient, page: Page, console: Console
) -> None:
    console.expect("status of 422")
    patient.ready_to_send()
    problem = {
        "errors": [{"pointer": "/answers/pain", "detail": "Enter a whole number."}],
        "messages": [{"id": "M-E-CES", "text": "Go to an emergency room now."}],
    }
    page.route("**/submissions", lambda route: route.fulfill(status=422, json=problem))
    patient.next()
    patient.sees_emergency()
    expect(page.locator("#messages")).to_contain_text("Go to an emergency room now.")
    page.get_by_role("button", name="I pressed this by mistake").click()
    expect(page.locator("#question-pain")).to_be_visible()


def test_number_left_in_an_emergency_is_sent_with_the_answers(patient: Patient, page: Page, traffic: Traffic) -> None:
    patient.start().answer(patient.calm(1, em_now=["chest-pressure"]))
    patient.sees_emergency()
    expect(page.locator("dialog").get_by_text("e-mail address")).to_have_count(0)
    patient.next()
    expect(page.locator("#summary")).to_be_focused()
    page.get_by_label("Phone number").fill("212 555 0123")
    page.locator("#consent-contact").check()
    patient.next()
    patient.reference()
    patient.sees_emergency("We have your number. Call 911 first.")
    (sent,) = traffic.posted("/submissions")
    assert sent["answers"]["em-now"] == ["chest-pressure"]
    assert sent["contact"] == {"phone": "212 555 0123"}
    assert sent["consents"] == {"contact": True, "sms": False, "marketing": False}


def test_emergency_does_not_wait_for_the_rest_of_the_page(patient: Patient) -> None:
    patient.at(4).answer({"ces": ["saddle-numb"], "ces-onset": "lt2w", "checked": "no"}).next()
    patient.sees_emergency()


def test_open_follow_up_is_asked_before_the_alarm(patient: Patient, page: Page) -> None:
    patient.at(4).answer(patient.calm(4, ces=["saddle-numb"]))
    with page.expect_response("**/screenings") as checked:
        patient.next()
    assert checked.value.json()["disposition"] == "continue"
    expect(page.locator("#question-ces-onset-error")).to_be_visible()


@pytest.mark.parametrize("way", ["link", "browser"])
def test_a_mistaken_emergency_answer_can_be_undone(patient: Patient, page: Page, way: str) -> None:
    patient.start().answer(patient.calm(1, em_now=["chest-pressure"]))
    patient.sees_emergency()
    if way == "link":
        page.get_by_role("button", name="I pressed this by mistake").click()
    else:
        page.go_back()
    patient.sees_step(1, focused="#block-em-now input[value=chest-pressure]")
    patient.answer({"em-now": ["none"]}).next()
    patient.sees_step(2)


def test_after_a_failed_check_the_form_continues_with_the_advice(
    patient: Patient, page: Page, console: Console
) -> None:
    console.expect("ERR_FAILED")
    page.route("**/screenings", lambda route: route.abort())
    patient.start().fill_to(2)
    advice = page.locator("#advice")
    expect(advice).to_be_visible()
    expect(advice.get_by_role("link", name="Call 911")).to_be_visible()
    expect(page.locator("h1:visible")).to_have_attribute("aria-describedby", "advice")
    page.unroute("**/screenings")
    patient.answer(patient.calm(2)).next()
    patient.sees_step(3)
    expect(advice).to_be_hidden()


def test_answers_that_could_not_be_checked_are_checked_once_the_network_is_back(
    patient: Patient, page: Page, console: Console
) -> None:
    console.expect("ERR_INTERNET_DISCONNECTED")
    patient.at(4).answer(patient.calm(4, ces=["saddle-numb"])).answer({"ces-onset": "lt2w", "checked": "no"})
    page.context.set_offline(True)
    patient.next()
    patient.sees_step(5)
    advice = page.locator("#advice")
    expect(advice).to_contain_text("We could not check your answers. Do not wait for us")
    page.context.set_offline(False)
    patient.sees_emergency()


@pytest.mark.slow
def test_after_a_slow_check_the_form_continues_and_can_interrupt(patient: Patient, page: Page) -> None:
    patient.at(4)
    held = Held(page, "**/screenings")
    patient.answer(patient.calm(4, ces=["saddle-numb"])).answer({"ces-onset": "lt2w", "checked": "no"}).next()
    expect(page.locator(".progress")).to_contain_text(f"Step 5 of {LAST}", timeout=6_000)
    expect(page.locator("#advice")).to_be_visible()
    held.let_go()
    patient.sees_emergency()


def test_someone_who_wants_to_die_sees_988(patient: Patient, page: Page) -> None:
    patient.filled_in()
    page.locator("#question-note").fill("Some days I want to die")
    page.locator("#contact-name").focus()
    patient.sees_emergency()
    expect(page.locator("#messages p")).to_have_count(1)
    consent = page.locator("[data-consent=contact] label")
    expect(consent).not_to_contain_text("e-mail")
    page.get_by_role("button", name="I pressed this by mistake").click()
    expect(consent).to_contain_text("call or e-mail me about them")
    patient.next()
    patient.sees_emergency()
    expect(page.get_by_role("link", name="Text 988")).to_have_attribute("href", "sms:988")
    patient.next()
    patient.reference()
    expect(page.get_by_role("link", name="Call 988")).to_have_attribute("href", "tel:988")
    patient.sees_emergency("We have your number. Call or text 988 first.")


@pytest.mark.parametrize("changed", [{"age": "15"}, {"who": "guardian"}])
def test_under_18_gets_advice_and_sends_no_contact(
    patient: Patient, page: Page, traffic: Traffic, stored: Callable[[], list[Any]], changed: dict[str, str]
) -> None:
    patient.start().fill_to(2).answer(patient.calm(2, **changed)).next()
    expect(patient.heading("This form is for adults")).to_be_focused()
    page.get_by_role("button", name="Continue to safety advice").click()
    patient.sees_step(3)
    for step in range(3, LAST):
        answers = patient.calm(step)
        if "age" in changed:
            answers.pop("preg", None)  # the form asks about pregnancy only from age 18
        patient.answer(answers).next()
        patient.sees_step(step + 1)
    expect(page.locator(".contact")).to_be_hidden()
    with page.expect_response("**/submissions") as sent:
        page.get_by_role("button", name="Show the safety advice").click()
    assert sent.value.json()["reference"] is None
    expect(patient.heading("Safety advice")).to_be_focused()
    expect(page.locator("#messages")).to_contain_text("This form is for adults.")
    expect(page.locator("#reference")).to_have_count(0)
    (body,) = traffic.posted("/submissions")
    assert "contact" not in body
    assert "consents" not in body
    assert stored() == []


def test_an_emergency_of_a_child_does_not_ask_for_a_number(patient: Patient, page: Page) -> None:
    patient.start().fill_to(2).answer(patient.calm(2, age="12"))
    page.get_by_role("button", name="Back", exact=True).click()
    patient.sees_step(1)
    patient.answer({"em-now": ["chest-pressure"]})
    patient.sees_emergency()
    expect(page.locator(".leave-number")).to_have_count(0)


HELP_NOW = "Busque ayuda de emergencia ahora mismo"
IN_SPANISH = "sala de emergencias"


@pytest.mark.parametrize("note", ["", "Some days I want to die"])
def test_emergency_in_another_language_comes_with_its_advice(patient: Patient, page: Page, note: str) -> None:
    if note:
        patient.filled_in().answer({"note": note}).next()
    else:
        patient.start().answer(patient.calm(1, em_now=["stroke-signs"]))
    patient.sees_emergency()
    page.get_by_label("Phone number").fill("212 555 0123")
    page.locator("dialog").get_by_role("link", name="Español").click()
    expect(patient.heading(HELP_NOW)).to_be_focused()
    if note:
        expect(page.get_by_role("link", name="Enviar un mensaje de texto al 988")).to_have_attribute(
            "href", "sms:988?body=AYUDA"
        )
    expect(page.locator("#messages .M-E")).to_contain_text("988" if note else "Llame al 911 ahora mismo")
    expect(page.locator("#messages [lang=en]")).to_have_count(0)
    expect(page.locator("#contact-phone")).to_have_value("212 555 0123")


def test_emergency_of_a_child_changes_its_language_in_place(patient: Patient, page: Page) -> None:
    patient.start().fill_to(2).answer(patient.calm(2, age="12"))
    page.get_by_role("button", name="Back", exact=True).click()
    patient.sees_step(1)
    patient.answer({"em-now": ["stroke-signs"]})
    patient.sees_emergency()
    page.locator("dialog").get_by_role("button", name="Español").click()
    expect(patient.heading(HELP_NOW)).to_be_focused()
    expect(page.locator("#messages .M-E")).to_contain_text("Llame al 911 ahora mismo")
    expect(page.locator(".leave-number")).to_have_count(0)


@pytest.mark.parametrize("missing", ["screenings", "form?mode=element"])
def test_emergency_in_another_language_says_what_it_can_without_network(
    patient: Patient, page: Page, console: Console, missing: str
) -> None:
    console.expect("ERR_FAILED")
    patient.start().answer(patient.calm(1, em_now=["stroke-signs"]))
    patient.sees_emergency()
    page.route(f"**/{missing}*", lambda route: route.abort())
    page.locator("dialog").get_by_role("link", name="Español").click()
    expect(patient.heading(HELP_NOW)).to_be_focused()
    first = page.locator("#messages p").first
    expect(first).to_contain_text(IN_SPANISH)
    expect(first).not_to_have_attribute("lang", "en")
    expect(page.locator("#messages .M-E")).to_have_attribute("lang", "en")
    expect(page.get_by_role("link", name="Llamar al 911")).to_be_visible()


def test_emergency_comes_before_the_questions_after_a_reload(patient: Patient, page: Page, console: Console) -> None:
    console.expect("ERR_FAILED")
    patient.start().answer(patient.calm(1, em_now=["chest-pressure"]))
    patient.sees_emergency()
    page.route("**/form?*", lambda route: route.abort())
    page.reload()
    patient.sees_emergency()
    expect(page.locator("#messages .M-E")).to_contain_text("Call 911 now.")
    page.unroute("**/form?*")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.get_by_label("Phone number")).to_be_visible()
    page.reload()
    patient.sees_emergency()
    page.get_by_role("button", name="I pressed this by mistake").click()
    patient.sees_step(1, focused="#block-em-now input[value=chest-pressure]")


def test_a_note_that_asks_for_help_is_answered_before_contact(patient: Patient, page: Page, traffic: Traffic) -> None:
    patient.filled_in()
    page.locator("textarea").fill("The pain is so bad I want to die.")
    patient.next()
    patient.sees_emergency()
    expect(page.get_by_role("link", name="Call 988")).to_be_visible()
    assert all("contact" not in asked for asked in traffic.posted("/screenings"))
    assert traffic.posted("/submissions") == []
