"""Tests filling in the form: answers, follow-up questions, errors, and going back."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Console
from tests.browser.patient import Patient, Traffic


def test_errors_are_tied_to_their_fields(patient: Patient, page: Page) -> None:
    patient.start().answer({"age": "200"}).next()
    summary = page.locator("#summary")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link")).to_have_count(4)
    expect(page).to_have_title(
        "Error: Step 1 of 6: " + page.locator("h1:visible").inner_text() + " | " + page.locator(".clinic").inner_text()
    )
    age = page.locator("#question-age")
    expect(age).to_have_attribute("aria-invalid", "true")
    described = age.get_attribute("aria-describedby")
    expect(page.locator(f"#{described}")).to_have_text("Enter a whole number from 0 to 120.")
    group = page.get_by_role("group", name="Who is filling out this form?")
    expect(page.locator(f"#{group.get_attribute('aria-describedby')}")).to_have_text("Choose one answer.")
    summary.get_by_role("link", name="Who is filling out this form?").click()
    expect(page.locator("#question-who")).to_be_focused()
    expect(group.locator("legend")).to_be_in_viewport()


def test_none_of_these_clears_the_others(patient: Patient, page: Page) -> None:
    patient.at(2)
    block = page.locator("#block-motor")
    block.get_by_label("None of these").check()
    block.get_by_label("One leg is weak").check()
    expect(block.get_by_label("None of these")).not_to_be_checked()
    expect(page.locator("#announcer")).to_contain_text("A question was added below: How has the weakness changed?")
    block.get_by_label("I am not sure").check()
    expect(block.get_by_label("One leg is weak")).not_to_be_checked()
    expect(page.locator("#announcer")).to_contain_text("No longer checked: One leg is weak")


def test_follow_up_comes_right_after_its_question(patient: Patient, page: Page) -> None:
    patient.at(2)
    onset = page.locator("#block-ces-onset")
    expect(onset).to_be_hidden()
    patient.answer({"ces": ["bladder-leak"]})
    expect(onset).to_be_visible()
    assert page.locator("#block-ces").evaluate("node => node.nextElementSibling.id") == "block-ces-onset"
    patient.answer({"ces": ["none"]})
    expect(onset).to_be_hidden()


def test_answers_to_hidden_questions_are_not_sent(patient: Patient, page: Page, traffic: Traffic) -> None:
    patient.at(2).answer({"ces": ["bladder-leak"], "ces-onset": "gt3m"})
    patient.answer(patient.calm(2)).next()
    patient.sees_step(3)
    assert "ces-onset" not in traffic.posted("/screenings")[-1]["answers"]


def test_back_keeps_the_answers(patient: Patient, page: Page) -> None:
    patient.start().fill_to(3)
    page.get_by_role("button", name="Back", exact=True).click()
    patient.sees_step(2)
    expect(page.locator("#block-cord input[value=none]")).to_be_checked()
    page.go_back()
    patient.sees_step(1)
    expect(page.locator("#question-age")).to_have_value("54")
    page.get_by_role("button", name="Back to the start page").click()
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("#question-age")).to_have_value("54")


def test_text_is_never_sent_for_screening(patient: Patient, traffic: Traffic) -> None:
    patient.start().fill_to(6)
    checks = traffic.posted("/screenings")
    assert [check["page"] for check in checks] == ["P1", "P2", "P3", "P4", "P5"]
    assert all("note" not in check["answers"] and "contact" not in check for check in checks)
    assert checks[0]["answers"]["age"] == 54


def test_a_number_or_an_address_and_the_permission_are_needed(patient: Patient, page: Page, traffic: Traffic) -> None:
    patient.at(6).next()
    expect(page.locator("#summary")).to_be_focused()
    for field in ("contact-phone", "consent-contact"):
        expect(page.locator(f"#{field}")).to_have_attribute("aria-invalid", "true")
    assert traffic.posted("/submissions") == []


def test_phone_number_errors_say_what_to_enter(patient: Patient, page: Page, console: Console) -> None:
    console.expect("status of 422")
    help_ = "Enter one number, without an extension. For a number outside the US, start with + and the country code."
    patient.ready_to_send()
    error = page.locator("#contact-phone-error")
    for refused in ("52 55 1234 5678", "312-555-0142 or 312-555-0143"):
        page.get_by_label("Phone number").fill(refused)
        patient.next()
        expect(error).to_contain_text(help_)
    example = re.search("for example ([0-9-]+)", error.inner_text())
    assert example
    page.get_by_label("Phone number").fill("+1 312 555 0142 ext. 5")
    patient.next()
    expect(error).to_have_text(f"Enter a phone number that we can call, with area code. {help_}")
    page.get_by_label("Phone number").fill(example[1])
    patient.next()
    patient.reference()


def test_text_messages_need_their_box_and_the_form_says_so(patient: Patient, page: Page) -> None:
    patient.ready_to_send()
    wish = page.get_by_role("group", name="How should we reach you?")
    expect(wish).to_contain_text("only if you also check the box about text messages")
    wish.get_by_label("Text me").check()
    expect(page.locator("#consent-sms")).not_to_be_checked()
    patient.next()
    patient.reference()


def test_an_email_address_alone_is_enough(patient: Patient, page: Page) -> None:
    patient.ready_to_send()
    page.get_by_label("Phone number").fill("")
    page.get_by_label("E-mail", exact=True).fill("patient@example.org")
    patient.next()
    patient.reference()


def test_questions_that_cannot_be_loaded_can_be_retried(patient: Patient, page: Page, console: Console) -> None:
    console.expect("ERR_FAILED")
    page.route("**/form?*", lambda route: route.abort())
    patient.open()
    page.get_by_role("button", name="Start").click()
    expect(page.locator("#start-status")).to_contain_text("could not load the questions")
    page.unroute("**/form?*")
    page.get_by_role("button", name="Start").click()
    patient.sees_step(1)
