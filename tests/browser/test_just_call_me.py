from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SCREENSHOTS, Console
from tests.browser.page_checks import judge
from tests.browser.patient import Held, Patient, Traffic

TITLE = "Just call me"


@pytest.fixture
def asking(patient: Patient, page: Page) -> Patient:
    patient.open()
    page.get_by_role("button", name=TITLE).click()
    expect(patient.heading(TITLE)).to_be_focused()
    return patient


def test_five_fields_make_a_request_to_be_called(
    asking: Patient, page: Page, traffic: Traffic, stored: Callable[[], list[Any]]
) -> None:
    shown = page.locator("#view [data-question]:visible, #view [data-contact]:visible, #view [data-consent]:visible")
    expect(shown).to_have_count(5)
    judge(page, "callback")
    page.screenshot(path=SCREENSHOTS / "phone" / "05-callback.png", full_page=True)
    asking.answer({"em-now": ["none"]}).leave_contact("(212) 555-0177")
    page.locator("#contact-best_time").check()
    asking.next()
    reference = asking.reference()
    expect(page.locator("#messages")).to_contain_text("We will ask some safety questions first.")
    (sent,) = traffic.posted("/callbacks")
    assert sent["answers"] == {"em-now": ["none"]}
    assert sent["contact"] == {"name": "Test Patient", "phone": "(212) 555-0177", "best_time": "morning"}
    assert set(sent["consents_shown"]) == {"contact"}
    assert traffic.posted("/submissions") == []
    (lead,) = stored()
    assert (lead["reference"], lead["source"]) == (reference, "callback")
    consent = lead["consent_records"][0]["text"]
    assert consent.endswith("may store my answers and call me about them. I can change my mind at any time.")


def test_a_request_that_was_given_up_is_not_sent_and_permits_nothing(
    asking: Patient, page: Page, traffic: Traffic
) -> None:
    asking.answer({"em-now": ["none"]}).leave_contact()
    page.get_by_role("button", name="Back to the start page").click()
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    assert traffic.posted("/submissions") + traffic.posted("/callbacks") == []
    page.get_by_role("button", name="Continue").click()
    asking.sees_step(1)
    expect(page.locator("#contact-phone")).to_have_value("(212) 555-0123")
    expect(page.locator("#consent-contact")).not_to_be_checked()


def test_what_is_missing_is_said_at_its_field(asking: Patient, page: Page, traffic: Traffic) -> None:
    asking.next()
    expect(page.locator("#summary")).to_be_focused()
    fields = ["question-em-now", "contact-name", "contact-phone", "consent-contact"]
    listed = page.locator("#summary a").evaluate_all("links => links.map(link => link.hash.slice(1))")
    assert listed == fields
    for field in fields:
        expect(page.locator(f"#{field}-error")).to_be_visible()
    judge(page, "callback-errors")
    assert traffic.posted("/callbacks") == []


def test_an_emergency_interrupts_and_by_mistake_leads_back(asking: Patient, page: Page) -> None:
    asking.answer({"em-now": ["stroke-signs"]})
    asking.sees_emergency()
    page.get_by_role("button", name="I pressed this by mistake").click()
    expect(asking.heading(TITLE)).to_be_focused()
    expect(page.locator("#block-em-now input[value=stroke-signs]")).to_be_checked()


def test_a_number_that_the_server_refuses_is_tied_to_its_field(asking: Patient, page: Page, console: Console) -> None:
    console.expect("status of 422")
    asking.answer({"em-now": ["none"]}).leave_contact("+1 212 55501").next()
    expect(page.locator("#contact-phone-error")).to_be_visible()
    page.locator("#contact-phone").fill("212 555 0123")
    asking.next()
    asking.reference()


def test_without_network_it_is_kept_and_sent_when_it_is_back(
    asking: Patient, page: Page, console: Console, traffic: Traffic
) -> None:
    console.expect("ERR_INTERNET_DISCONNECTED")
    asking.answer({"em-now": ["none"]}).leave_contact()
    page.context.set_offline(True)
    asking.next()
    expect(page.locator(".problem")).to_be_focused()
    page.context.set_offline(False)
    asking.reference()
    assert len({sent["submission_id"] for sent in traffic.posted("/callbacks")}) == 1
    assert traffic.posted("/submissions") == []


def test_no_answer_changes_while_the_request_is_sent(asking: Patient, page: Page) -> None:
    held = Held(page, "**/callbacks")
    asking.answer({"em-now": ["none"]}).leave_contact().next()
    expect(page.locator("#block-em-now input[value=chest-pressure]")).to_be_disabled()
    expect(page.locator("#contact-phone")).to_be_disabled()
    held.let_go()
    asking.reference()


def test_a_minor_reads_that_nobody_will_call(patient: Patient, page: Page, traffic: Traffic) -> None:
    patient.at(2).answer({"age": "16"})
    page.get_by_role("button", name="Back", exact=True).click()
    page.get_by_role("button", name="Back", exact=True).click()
    page.get_by_role("button", name=TITLE).click()
    expect(patient.heading("This form is for adults")).to_be_focused()
    assert traffic.posted("/callbacks") == []


def test_leaving_before_send_sends_nothing(asking: Patient, page: Page, traffic: Traffic) -> None:
    asking.answer({"em-now": ["none"]}).leave_contact()
    expect(page.get_by_text("even if you leave this page before you press Send")).to_be_hidden()
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    assert traffic.posted("/callbacks") == traffic.posted("/submissions") == []


def test_back_leads_to_the_start_and_the_whole_form_stays_possible(asking: Patient, page: Page) -> None:
    asking.answer({"em-now": ["none"]})
    page.get_by_role("button", name="Back to the start page").click()
    page.get_by_role("button", name="Continue").click()
    asking.sees_step(1)
    expect(page.locator("#block-em-now input[value=none]")).to_be_checked()


def test_an_earlier_answer_about_safety_is_asked_again(patient: Patient, page: Page, traffic: Traffic) -> None:
    patient.start().answer({"em-now": ["none"]})
    page.get_by_role("button", name="Back", exact=True).click()
    page.get_by_role("button", name=TITLE).click()
    expect(page.locator("#block-em-now input:checked")).to_have_count(0)
    patient.leave_contact().next()
    expect(page.locator("#question-em-now-error")).to_be_visible()
    assert traffic.posted("/callbacks") == []


def test_answers_given_before_are_sent_and_raise_the_tier(
    patient: Patient, page: Page, traffic: Traffic, stored: Callable[[], list[Any]]
) -> None:
    patient.at(3).answer({"motor": ["foot-drop"], "motor-course": "new-2w"})
    for step in (2, 1):
        page.get_by_role("button", name="Back", exact=True).click()
        patient.sees_step(step)
    page.get_by_role("button", name="Back", exact=True).click()
    page.get_by_role("button", name=TITLE).click()
    patient.answer({"em-now": ["none"]}).leave_contact("(212) 555-0178").next()
    expect(page.locator("#messages")).to_contain_text("weakness", ignore_case=True)
    (sent,) = traffic.posted("/callbacks")
    assert sent["answers"]["motor"] == ["foot-drop"]
    assert sent["answers"]["motor-course"] == "new-2w"
    (lead,) = stored()
    assert (lead["source"], lead["triage"]["tier"]) == ("callback", "URGENT")
    assert "MOT-02" in [rule["id"] for rule in lead["triage"]["safety_rules"]]


def test_a_half_filled_form_can_be_started_over_from_the_start(patient: Patient, page: Page) -> None:
    patient.start().answer({"em-now": ["none"]})
    page.get_by_role("button", name="Back", exact=True).click()
    page.reload()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Start over").click()
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_focused()
    expect(page.get_by_role("button", name="Start over")).to_have_count(0)
