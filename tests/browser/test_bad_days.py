"""Tests the form without a network, in two tabs, and with two people at one device."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import SCREENSHOTS, Console
from tests.browser.page_checks import judge
from tests.browser.patient import LAST, Patient, Traffic

INTERNET_GONE = "ERR_INTERNET_DISCONNECTED"


def test_the_whole_form_can_be_filled_in_without_network_and_is_sent_when_it_is_back(
    patient: Patient, page: Page, console: Console, traffic: Traffic, stored: Callable[[], list[Any]]
) -> None:
    console.expect(INTERNET_GONE)
    patient.open()
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    page.locator("#start").click()
    patient.sees_step(1)
    for step in range(1, LAST):
        patient.answer(patient.calm(step)).next()
        patient.sees_step(step + 1)
        expect(page.locator("#advice")).to_contain_text("Do not wait for us")
    patient.answer(patient.calm(LAST)).leave_contact().goes_to_check().next()
    expect(page.locator(".problem")).to_contain_text("Your answers have not been sent yet")
    page.context.set_offline(False)
    patient.reference()
    assert len({body["submission_id"] for body in traffic.posted("/submissions")}) == 1
    assert [lead["complete"] for lead in stored()] == [True]


def test_a_copy_of_the_tab_sends_the_same_form_once(
    patient: Patient, page: Page, stored: Callable[[], list[Any]]
) -> None:
    patient.ready_to_send()
    with page.expect_popup() as opened:
        page.evaluate("open(location.href)")
    copy = Patient(opened.value, patient.site)
    copy.sees_check()
    patient.next()
    reference = patient.reference()
    copy.next()
    assert copy.reference() == reference
    assert len(stored()) == 1


def test_two_tabs_send_two_forms(patient: Patient, page: Page, stored: Callable[[], list[Any]]) -> None:
    other = Patient(page.context.new_page(), patient.site)
    patient.ready_to_send()
    other.filled_in().goes_to_check()
    patient.next()
    other.next()
    assert patient.reference() != other.reference()
    assert len(stored()) == 2


def test_the_next_person_at_a_shared_tablet_sees_nothing_of_the_one_before(
    patient: Patient, page: Page, stored: Callable[[], list[Any]]
) -> None:
    patient.ready_to_send().next()
    first = patient.reference()
    page.get_by_role("button", name="Start a new form").click()
    for _ in range(2):
        page.go_back()
        expect(page.locator("lead-form")).not_to_contain_text(first)
    expect(page.locator(".progress")).to_contain_text(f"Step 1 of {LAST}")
    assert page.locator("lead-form :checked").count() == 0
    patient.go_on(1, LAST)
    for field in ("name", "phone", "email"):
        expect(page.locator(f"#contact-{field}")).to_have_value("")
    expect(page.locator("#consent-contact")).not_to_be_checked()
    patient.answer(patient.calm(LAST)).leave_contact("(312) 555-0177").goes_to_check().next()
    assert patient.reference() != first
    assert len(stored()) == 2


def test_the_form_in_the_colours_of_the_system(patient: Patient, page: Page) -> None:
    page.emulate_media(forced_colors="active")
    patient.start().next()
    judge(page, "form in forced colours")
    page.screenshot(path=SCREENSHOTS / "phone" / "form-forced-colours.png", full_page=True)
    patient.answer(patient.calm(1, em_now=["chest-pressure"]))
    patient.sees_emergency()
    judge(page, "emergency in forced colours")
