from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.aws import ENVIRONMENT
from tests.browser.conftest import SCREENSHOTS, Console
from tests.browser.page_checks import judge
from tests.browser.patient import LAST, Patient, Traffic

TITLE = "A few more answers help us prepare"
THANKS = "Thank you. We added your answers."


def test_more_answers_are_added_to_the_lead_once(
    patient: Patient, page: Page, traffic: Traffic, stored: Callable[[], list[Any]]
) -> None:
    patient.ready_to_send().next()
    reference = patient.reference()
    switch = page.locator("lead-form").get_by_text("Español").filter(visible=True)
    expect(switch).to_have_count(0)
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    tried = page.locator("#block-tx-tried")
    expect(tried).to_be_hidden()
    patient.answer({"fn": "some", "tx": ["pt"], "tx-tried": "yes"})
    expect(tried).to_be_visible()
    judge(page, "after-send")
    page.screenshot(path=SCREENSHOTS / "phone" / "62-after-send.png", full_page=True)
    page.reload()
    expect(page.locator("#block-fn input[value=some]")).to_be_checked()
    page.get_by_role("button", name="Send these answers").click()
    expect(page.locator("#added")).to_have_text(THANKS)
    expect(page.locator("#added")).to_be_focused()
    (sent,) = traffic.posted("/answers")
    assert sent["answers"] == {"fn": "some", "tx": ["pt"], "tx-tried": "yes"}
    (lead,) = stored()
    assert (lead["reference"], lead["answers"]["fn"]) == (reference, "some")
    page.reload()
    assert patient.reference() == reference
    expect(page.locator("#added")).to_have_text(THANKS)
    expect(page.get_by_role("heading", name=TITLE)).to_have_count(0)


def test_an_answer_that_raises_the_tier_renews_the_promise(patient: Patient, page: Page) -> None:
    patient.ready_to_send().next()
    patient.reference()
    promise = page.locator(".promise")
    expect(promise).to_contain_text(re.compile(r"We will call \(212\) 555-0123 by "))
    before = promise.inner_text()
    patient.answer({"fn": "cannot"})
    page.get_by_role("button", name="Send these answers").click()
    expect(page.locator("#added")).to_have_text(THANKS)
    expect(promise).to_contain_text(re.compile(r"We will call \(212\) 555-0123 by "))
    after = promise.inner_text()
    assert after != before
    page.reload()
    expect(promise).to_have_text(after.replace("(212) 555-0123", "the number ending in 23"))


def test_they_ask_of_the_person_whom_somebody_helps(patient: Patient, page: Page) -> None:
    patient.ready_to_send(who="caregiver").next()
    patient.reference()
    expect(page.get_by_role("group", name="What have they tried so far?")).to_be_visible()


def test_none_answered_sends_nothing_and_says_so(patient: Patient, page: Page, traffic: Traffic) -> None:
    patient.ready_to_send().next()
    patient.reference()
    page.get_by_role("button", name="Send these answers").click()
    expect(page.locator("#added-answers [role=status]")).to_have_text("Answer at least one question, or skip them all.")
    assert traffic.posted("/answers") == []


def test_answers_that_cannot_be_added_yet_can_be_sent_again(patient: Patient, page: Page, console: Console) -> None:
    console.expect("status of (404|503)")
    patient.ready_to_send().next()
    patient.reference()
    patient.answer({"fn": "some"})
    replies = [404, 503]
    page.route("**/answers", lambda route: route.fulfill(status=replies.pop(0), json={}), times=len(replies))
    for _ in range(len(replies)):
        page.get_by_role("button", name="Send these answers").click()
        expect(page.locator("#added-answers [role=status]")).to_contain_text("try again in a minute")
        expect(page.locator("#block-fn input[value=some]")).to_be_checked()
    page.get_by_role("button", name="Send these answers").click()
    expect(page.locator("#added")).to_have_text(THANKS)


def test_nothing_more_is_asked_beside_emergency_advice(patient: Patient, page: Page) -> None:
    patient.start().answer({"em-now": ["chest-pressure"]})
    patient.sees_emergency()
    page.locator("#contact-phone").fill("212 555 0123")
    page.locator("#consent-contact").check()
    patient.next()
    patient.reference()
    expect(page.get_by_role("heading", name=TITLE)).to_have_count(0)
    # The clinic may be closed in an emergency.
    expect(page.get_by_text("Something changed? Call us:")).to_have_count(0)
    expect(page.get_by_text("Something changed or got worse? Call 911.")).to_be_visible()


def test_the_promised_call_can_be_added_to_a_calendar(patient: Patient, page: Page) -> None:
    patient.ready_to_send().next()
    patient.reference()
    with page.expect_download() as saved:
        page.get_by_role("link", name="Add the call to your calendar").click()
    assert saved.value.suggested_filename == "call.ics"
    assert "BEGIN:VEVENT" in saved.value.path().read_text()


def test_a_routine_receipt_links_to_the_page_for_booking(patient: Patient, page: Page) -> None:
    patient.at(LAST, spread=["none"]).leave_contact()
    patient.goes_to_check().next()
    patient.reference()
    link = page.get_by_role("link", name="Choose a time for a visit")
    expect(link).to_have_attribute("href", ENVIRONMENT["BOOKING_LINK"])
    expect(link).to_have_attribute("rel", "noreferrer")
