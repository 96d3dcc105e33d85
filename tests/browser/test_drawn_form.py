"""Tests that the script follows the form's HTML, and copes with unusual browsers and pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Console
from tests.browser.page_checks import judge
from tests.browser.patient import CALM, LAST, STEP, Held, Patient, Traffic

HIGHEST_ABOVE = 72  # maximum px above the first question on a phone
SCREEN = 844  # px
MOST_SCREENS = 2  # maximum phone screens per page of questions
STEPS = {"en": STEP, "es": "Paso {number} de {count}"}
MOST_UNTIL_SEND = 14  # maximum phone screens of the whole form


def test_an_answer_that_calls_for_advice_interrupts_at_once_and_offline(
    patient: Patient, page: Page, console: Console
) -> None:
    console.expect("ERR_INTERNET_DISCONNECTED")
    patient.start()
    page.context.set_offline(True)
    patient.answer({"em-now": ["chest-pressure"]})
    patient.sees_emergency()
    expect(page.locator("#messages p").first).to_contain_text("Call 911 now.")
    expect(page.locator("#messages p").last).to_contain_text("can't diagnose you")
    page.context.set_offline(False)
    page.get_by_role("button", name="I pressed this by mistake").click()
    box = page.locator("#block-em-now input[value=chest-pressure]")
    expect(box).to_be_focused()
    expect(page.locator("#block-em-now legend")).to_be_in_viewport()


def test_the_server_confirms_what_the_browser_showed(patient: Patient, page: Page) -> None:
    patient.start()
    with page.expect_response("**/screenings") as checked:
        patient.answer({"em-now": ["chest-pressure"]})
    patient.sees_emergency()
    said = [message["text"] for message in checked.value.json()["messages"]]
    assert page.locator("#messages p").all_inner_texts() == said


def test_the_servers_confirmation_does_not_disturb_who_types_a_number(patient: Patient, page: Page) -> None:
    patient.start()
    held = Held(page, "**/screenings")
    patient.answer({"em-now": ["chest-pressure"]})
    patient.sees_emergency()
    page.locator("#contact-phone").press_sequentially("212 555")
    page.locator("#messages p").first.evaluate("node => { node.textContent = 'shown by the browser'; }")
    held.let_go()
    expect(page.locator("#messages p").first).to_contain_text("Call 911 now.")
    expect(page.locator("#contact-phone")).to_be_focused()
    expect(page.locator("#contact-phone")).to_have_value("212 555")


def test_without_dialogs_the_advice_stands_in_the_page(patient: Patient, page: Page) -> None:
    """Safari 14.1 to 15.3 and Firefox before 98 have no <dialog>."""
    page.add_init_script(
        """for (const name of ["show", "showModal", "close", "open"]) delete HTMLDialogElement.prototype[name];"""
    )
    patient.start().answer({"em-now": ["chest-pressure"]})
    patient.sees_emergency()
    expect(page.locator("dialog")).to_have_css("position", "static")
    expect(page.locator("#form")).to_be_hidden()
    page.locator("#contact-phone").fill("212 555 0123")
    page.locator("#consent-contact").check()
    patient.next()
    patient.reference()


def test_what_a_browser_fills_in_without_an_event_is_sent(patient: Patient, page: Page, traffic: Traffic) -> None:
    patient.ready_to_send()
    page.locator("#contact-name").evaluate("field => { field.value = 'Filled In'; }")
    patient.next()
    patient.reference()
    (sent,) = traffic.posted("/submissions")
    assert sent["contact"]["name"] == "Filled In"


def test_a_long_note_is_counted_and_never_cut(patient: Patient, page: Page) -> None:
    patient.filled_in()
    note = page.locator("#question-note")
    limit = int(page.locator("#block-note").get_attribute("data-limit") or 0)
    note.fill("x" * (limit + 1))
    expect(page.locator("#block-note .counter")).to_have_text(f"{limit + 1} of {limit} characters")
    assert note.input_value() == "x" * (limit + 1)
    patient.next()
    expect(page.locator("#question-note-error")).to_contain_text(f"You have used {limit + 1}.")
    note.fill("x" * limit)
    patient.goes_to_check()


def test_send_leads_to_the_first_page_that_is_not_complete(patient: Patient, page: Page, traffic: Traffic) -> None:
    patient.ready_to_send()
    page.locator("#block-injury input:checked").evaluate("field => { field.checked = false; }")
    patient.next()
    expect(page.locator(".progress")).to_contain_text(f"Step 2 of {LAST}")
    expect(page.locator("#summary")).to_be_focused()
    expect(page.locator("#question-injury-error")).to_be_visible()
    assert traffic.posted("/submissions") == []


def test_a_changed_answer_leads_back_to_the_check(patient: Patient, page: Page, traffic: Traffic) -> None:
    patient.ready_to_send()
    phone = page.locator(".review .phone dd").first
    expect(phone).to_have_text("(212) 555-0123")
    assert float(phone.evaluate("node => parseFloat(getComputedStyle(node).fontSize)")) >= 24
    patient.change("Where is your main problem?")
    expect(page.locator("#block-region input").nth(2)).to_be_focused()
    patient.answer({"region": ["neck"]}).goes_to_check()
    expect(page.locator(".review")).to_contain_text("Neck; Low back")
    patient.change("Is any part of your body weak?")
    patient.answer({"motor": ["leg-weak"], "motor-course": "stable"}).next()
    expect(page.locator("#block-checked")).to_be_visible()
    patient.answer({"checked": "same"}).goes_to_check()
    patient.change("Phone number")
    expect(page.locator("#contact-phone")).to_be_focused()
    patient.goes_to_check().next()
    patient.reference()
    assert traffic.posted("/submissions")[-1]["answers"]["region"] == ["neck", "lumbar"]


def test_back_after_a_new_form_never_opens_an_empty_last_page(patient: Patient, page: Page) -> None:
    patient.start().fill_to(3)
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.get_by_role("button", name="Start over").click()
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_focused()
    page.go_back()
    patient.sees_step(1)
    expect(page.locator("#block-em-now input:checked")).to_have_count(0)


@pytest.mark.parametrize(
    "broken",
    [
        "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };",
        "Object.defineProperty(window, 'sessionStorage', { get: () => null });",
        "Storage.prototype.getItem = () => '5';",
    ],
)
def test_storage_that_is_full_or_missing_or_strange_stops_nothing(patient: Patient, page: Page, broken: str) -> None:
    page.add_init_script(broken)
    patient.start().fill_to(2)
    patient.answer(CALM[1]).next()
    patient.sees_step(3)


def test_coming_back_after_leaving_says_what_the_clinic_has(
    patient: Patient, page: Page, stored: Callable[[], list[Any]]
) -> None:
    patient.filled_in()
    with page.expect_response("**/submissions"):
        page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(page.locator("#kept")).to_contain_text("the clinic has received them")
    expect(page.locator("#kept")).not_to_contain_text("only in this browser", use_inner_text=True)
    assert len(stored()) == 1


def test_the_steps_say_how_long_they_take(patient: Patient, page: Page) -> None:
    patient.at(2)
    expect(page.locator(".progress")).to_have_text(f"Step 2 of {LAST}, about 4 min left")


@pytest.mark.parametrize("language", ["en", "es"])
def test_pages_are_short_and_little_stands_above_the_first_question(
    patient: Patient, page: Page, language: str
) -> None:
    patient.filled_in(f"?language={language}", text=STEPS[language])
    patient.goes_to_check()
    screens = [page.evaluate("document.documentElement.scrollHeight") / SCREEN]
    for step in range(LAST, 0, -1):
        page.locator("#check-section .second, #back").locator("visible=true").click()
        expect(page.locator(f"[data-page=P{step}]")).to_be_visible()
        screens.append(page.evaluate("document.documentElement.scrollHeight") / SCREEN)
        first = page.locator("[data-page]:not([hidden]) .question").first.bounding_box()
        assert first
        above = first["y"] + page.evaluate("scrollY")
        assert above <= HIGHEST_ABOVE, f"step {step}: {above} px"
    assert max(screens) <= MOST_SCREENS, screens
    assert sum(screens) <= MOST_UNTIL_SEND, screens


@pytest.fixture
def dark_host(page: Page) -> None:
    page.add_init_script("""addEventListener("DOMContentLoaded", () => {
      document.body.style.background = "#111";
      document.body.style.color = "#eee";
    });""")


@pytest.mark.usefixtures("dark_host")
def test_reads_on_a_dark_page(patient: Patient, page: Page) -> None:
    patient.start()
    patient.next()
    expect(page.locator("#summary")).to_be_focused()
    judge(page, "dark-errors")
    patient.answer({"em-now": ["chest-pressure"]})
    patient.sees_emergency()
    judge(page, "dark-emergency")
