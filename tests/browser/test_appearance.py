"""Checks accessibility and layout of every page of the form, down to 320 px."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.conftest import PHONE, SCREENSHOTS, Console
from tests.browser.page_checks import judge, judge_size
from tests.browser.patient import LAST, STEP, Patient

WIDE = ViewportSize(width=1280, height=900)
NARROW = ViewportSize(width=320, height=640)

Look = Callable[[str], None]


@pytest.fixture
def look(page: Page) -> Look:
    def record(name: str) -> None:
        for screen, size in (("wide", WIDE), ("narrow", NARROW), ("phone", PHONE)):
            page.set_viewport_size(size)
            judge_size(page, f"{name} ({screen})")
            if size is not NARROW:
                page.screenshot(path=SCREENSHOTS / screen / f"{name}.png", full_page=True)
        judge(page, name)
        assert page.locator("h1:visible").count() == 1, name

    return record


def test_start_page(patient: Patient, look: Look) -> None:
    patient.open()
    look("00-start")


@pytest.mark.slow
def test_every_page_empty_and_with_errors(patient: Patient, page: Page, look: Look) -> None:
    patient.start()
    for step in range(1, LAST + 1):
        look(f"{step}0-page")
        patient.next()
        expect(page.locator("#summary")).to_be_focused()
        look(f"{step}1-errors")
        patient.answer(patient.calm(step))
        if step < LAST:
            patient.next()
            patient.sees_step(step + 1)


@pytest.mark.slow
def test_every_page_in_spanish(patient: Patient, page: Page, look: Look) -> None:
    patient.open("?language=es")
    look("es-00-start")
    page.get_by_role("button", name="Empezar").click()
    for step in range(1, LAST + 1):
        patient.sees_step(step, "Paso {number} de {count}")
        patient.next()
        expect(page.locator("#summary")).to_be_focused()
        look(f"es-{step}1-errors")
        patient.answer(patient.calm(step))
        if step < LAST:
            patient.next()
    patient.leave_contact().goes_to_check()
    look("es-59-check")
    patient.next()
    patient.reference()
    look("es-60-receipt")


def test_emergency_in_spanish(patient: Patient, page: Page, look: Look) -> None:
    patient.at(1, "?language=es", text="Paso {number} de {count}").answer(patient.calm(1, em_now=["stroke-signs"]))
    expect(patient.heading("Busque ayuda de emergencia ahora mismo")).to_be_focused()
    expect(page.locator("#messages .M-E")).to_contain_text("Llame al 911")
    expect(page.locator("dialog .waiting").last).to_contain_text("espera la revisión")
    look("es-70-emergency")


def test_follow_ups(patient: Patient, look: Look) -> None:
    patient.at(4).answer({"ces": ["bladder-leak"], "preg": "yes"})
    look("22-follow-ups")


def test_emergency(patient: Patient, page: Page, look: Look) -> None:
    patient.start().answer(patient.calm(1, em_now=["chest-pressure"]))
    patient.sees_emergency()
    look("70-emergency")
    patient.next()
    expect(page.locator("#summary")).to_be_focused()
    look("71-emergency-errors")
    page.get_by_label("Phone number").fill("212 555 0123")
    page.locator("#consent-contact").check()
    patient.next()
    patient.reference()
    look("72-emergency-receipt")


def test_crisis_receipt(patient: Patient, page: Page, look: Look) -> None:
    patient.filled_in()
    page.locator("#question-note").fill("Some days I want to die")
    page.locator("#contact-name").focus()
    patient.sees_emergency()
    look("74-crisis")
    patient.next()
    patient.reference()
    look("73-crisis-receipt")


def test_under_18(patient: Patient, page: Page, look: Look) -> None:
    patient.start().fill_to(2).answer(patient.calm(2, who="guardian")).next()
    expect(patient.heading("This form is for adults")).to_be_focused()
    look("80-under-18")
    page.get_by_role("button", name="Continue to safety advice").click()
    patient.sees_step(3)
    for step in range(3, LAST):
        patient.answer(patient.calm(step)).next()
        patient.sees_step(step + 1)
    look("81-under-18-last-page")
    patient.next()
    expect(patient.heading("Safety advice")).to_be_focused()
    look("82-under-18-advice")


def test_without_network(patient: Patient, page: Page, look: Look, console: Console) -> None:
    console.expect("ERR_FAILED|ERR_INTERNET_DISCONNECTED")
    patient.start()
    page.route("**/screenings", lambda route: route.abort())
    patient.fill_to(2)
    look("90-not-checked")
    page.unroute("**/screenings")
    patient.open().sees_step(2)
    patient.comes_back(LAST).leave_contact().goes_to_check()
    page.route("**/submissions", lambda route: route.abort())
    patient.next()
    expect(page.locator(".problem")).to_be_visible()
    look("91-not-sent")


def test_receipt_on_screen_and_on_paper(patient: Patient, page: Page, look: Look) -> None:
    patient.ready_to_send().next()
    patient.reference()
    look("60-receipt")
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Print this page")).to_be_hidden()
    expect(page.locator("#reference")).to_be_visible()
    page.screenshot(path=SCREENSHOTS / "wide" / "61-receipt-printed.png", full_page=True)


def test_after_a_reload(patient: Patient, look: Look) -> None:
    patient.at(2)
    look("92-kept")


@pytest.mark.parametrize("address", ["", "form"])
@pytest.mark.parametrize("width", [195, 390])
def test_the_skip_link_covers_nothing_and_leaves_nothing(
    patient: Patient, page: Page, address: str, width: int
) -> None:
    page.set_viewport_size(ViewportSize(width=width, height=844))
    patient.open(address)
    page.evaluate("document.documentElement.style.setProperty('font-size', '225%')")
    skip, clinic = page.locator(".skip"), page.locator(".clinic")
    expect(skip).not_to_be_in_viewport()
    skip.focus()
    expect(skip).to_be_in_viewport(ratio=1)
    above, below = skip.bounding_box(), clinic.bounding_box()
    assert above
    assert below
    assert above["y"] + above["height"] <= below["y"]


def test_reads_at_400_percent(patient: Patient, page: Page) -> None:
    page.set_viewport_size(ViewportSize(width=320, height=256))
    patient.ready_to_send().next()
    patient.reference()
    assert page.locator("html").evaluate("page => page.scrollWidth <= page.clientWidth")


@pytest.mark.parametrize(("language", "text"), [("en", STEP), ("es", "Paso {number} de {count}")])
def test_every_page_reads_on_a_phone_at_200_percent(patient: Patient, page: Page, language: str, text: str) -> None:
    """A phone is 390 CSS pixels wide, or 195 at 200%."""
    page.set_viewport_size(ViewportSize(width=195, height=422))
    patient.at(1, f"?language={language}", text)
    for step in range(1, LAST + 1):
        patient.sees_step(step, text)
        beyond = page.locator("html").evaluate("page => page.scrollWidth - page.clientWidth")
        assert beyond <= 0, f"step {step}: {beyond} px too wide"
        patient.answer(patient.calm(step)).next()
