"""Every page and state: a screenshot wide and on a phone, no accessibility violation, nothing wider than 320 px."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.conftest import PHONE, SCREENSHOTS, Console
from tests.browser.patient import Patient

WIDE = ViewportSize(width=1280, height=900)
NARROW = ViewportSize(width=320, height=640)
SMALLEST_TARGET = 44
REASSURANCE = re.compile(
    r"you are fine|you're fine|low risk|no red flags?|nothing serious|no need to worry|don't worry|all clear",
    re.IGNORECASE,
)

# Links within a sentence may be smaller than a finger (WCAG 2.5.8); boxes are as large as their label.
TARGETS = """
(smallest) => [...document.querySelectorAll(
    "button, .button, input:not([type=checkbox]):not([type=radio]), textarea, .option, .call a")]
  .filter(node => node.checkVisibility())
  .map(node => [node.innerText || node.id, node.getBoundingClientRect()])
  .filter(([, box]) => box.height < smallest || box.width < smallest)
  .map(([name, box]) => `${name}: ${box.width} x ${box.height}`)
"""

Look = Callable[[str], None]


@pytest.fixture
def look(page: Page) -> Look:
    """Record the state under that name and judge it."""

    def record(name: str) -> None:
        for screen, size in (("wide", WIDE), ("phone", PHONE), ("narrow", NARROW)):
            page.set_viewport_size(size)
            beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert beyond <= 0, f"{name}: {beyond} px too wide at {size['width']}"
            assert page.evaluate(TARGETS, SMALLEST_TARGET) == [], f"{name}: too small for a finger at {size['width']}"
            if size is not NARROW:
                page.screenshot(path=SCREENSHOTS / screen / f"{name}.png", full_page=True)
        page.set_viewport_size(PHONE)
        found = Axe().run(page, options={"resultTypes": ["violations"]})
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
        words = page.locator("body").inner_text()
        assert not REASSURANCE.search(words), name
        assert page.locator("h1:visible").count() == 1, name

    return record


def test_start_page(patient: Patient, look: Look) -> None:
    patient.open()
    look("00-start")


def test_every_page_empty_and_with_errors(patient: Patient, page: Page, look: Look) -> None:
    patient.start()
    for step in range(1, 7):
        look(f"{step}0-page")
        patient.next()
        expect(page.locator("#summary")).to_be_focused()
        look(f"{step}1-errors")
        patient.answer(patient.calm(step))
        if step < 6:
            patient.next()
            patient.sees_step(step + 1)


def test_follow_ups(patient: Patient, look: Look) -> None:
    patient.start().fill_to(2).answer({"ces": ["bladder-leak"], "motor": ["leg-weak"]})
    look("22-follow-ups")


def test_emergency(patient: Patient, page: Page, look: Look) -> None:
    patient.start().answer(patient.calm(1, em_now=["chest-pressure"])).next()
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
    patient.start().fill_all()
    page.locator("#question-note").fill("Some days I want to die")
    patient.next()
    patient.reference()
    look("73-crisis-receipt")


def test_under_18(patient: Patient, page: Page, look: Look) -> None:
    patient.start().answer(patient.calm(1, who="guardian")).next()
    expect(patient.heading("This form is for adults")).to_be_focused()
    look("80-under-18")
    page.get_by_role("button", name="Go on for safety advice").click()
    for step in range(2, 6):
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
    patient.go_on(2, 6)
    patient.leave_contact()
    page.route("**/submissions", lambda route: route.abort())
    patient.next()
    expect(page.locator(".problem")).to_be_visible()
    look("91-not-sent")


def test_receipt_on_screen_and_on_paper(patient: Patient, page: Page, look: Look) -> None:
    patient.start().fill_all().next()
    patient.reference()
    look("60-receipt")
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Print this page")).to_be_hidden()
    expect(page.locator("#reference")).to_be_visible()
    page.screenshot(path=SCREENSHOTS / "wide" / "61-receipt-printed.png", full_page=True)


def test_reads_at_400_percent(patient: Patient, page: Page) -> None:
    """1280 x 1024 at 400% is a window of 320 x 256 CSS pixels."""
    page.set_viewport_size(ViewportSize(width=320, height=256))
    patient.start().fill_all().next()
    patient.reference()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
