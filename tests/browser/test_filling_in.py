from __future__ import annotations

import hashlib
import re

from playwright.sync_api import Page, expect

from shared.domain.intake.phone import WANTED
from tests.browser.conftest import Console
from tests.browser.patient import LAST, Patient, Traffic


def test_errors_are_tied_to_their_fields(patient: Patient, page: Page) -> None:
    patient.at(2).answer({"age": "200"}).next()
    summary = page.locator("#summary")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link")).to_have_count(4)
    expect(page).to_have_title(
        "Error: Step 2 of 8: " + page.locator("h1:visible").inner_text() + " | " + page.locator(".clinic").inner_text()
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
    patient.at(3)
    block = page.locator("#block-motor")
    block.get_by_label("None of these").check()
    block.get_by_label("One leg is weak").check()
    expect(block.get_by_label("None of these")).not_to_be_checked()
    expect(page.locator("#announcer")).to_contain_text("A question was added below: How has the weakness changed?")
    block.get_by_label("I am not sure").check()
    expect(block.get_by_label("One leg is weak")).not_to_be_checked()
    expect(page.locator("#announcer")).to_contain_text("No longer checked: One leg is weak")


def test_follow_up_comes_right_after_its_question(patient: Patient, page: Page) -> None:
    patient.at(4)
    onset = page.locator("#block-ces-onset")
    expect(onset).to_be_hidden()
    patient.answer({"ces": ["bladder-leak"]})
    expect(onset).to_be_visible()
    assert page.locator("#block-ces").evaluate("node => node.nextElementSibling.id") == "block-ces-onset"
    patient.answer({"ces": ["none"]})
    expect(onset).to_be_hidden()


def test_answers_to_hidden_questions_are_not_sent(patient: Patient, page: Page, traffic: Traffic) -> None:
    patient.at(4).answer({"ces": ["bladder-leak"], "ces-onset": "gt3m"})
    patient.answer(patient.calm(4)).next()
    patient.sees_step(5)
    assert "ces-onset" not in traffic.posted("/screenings")[-1]["answers"]


def test_back_keeps_the_answers(patient: Patient, page: Page) -> None:
    patient.start().fill_to(3)
    page.get_by_role("button", name="Back", exact=True).click()
    patient.sees_step(2)
    expect(page.locator("#question-age")).to_have_value("54")
    page.go_back()
    patient.sees_step(1)
    box = page.locator("#block-em-now input[value=none]")
    expect(box).to_be_checked()
    page.get_by_role("button", name="Back", exact=True).click()
    page.get_by_role("button", name="Continue").click()
    expect(box).to_be_checked()


def test_the_note_is_screened_when_the_visitor_leaves_it_and_contact_never(
    patient: Patient, page: Page, traffic: Traffic
) -> None:
    patient.start().fill_to(LAST)
    checks = traffic.posted("/screenings")
    assert [check["page"] for check in checks] == ["P1", "P2", "P3", "P4", "P5", "P6", "P7"]
    assert all("note" not in check["answers"] for check in checks)
    assert checks[1]["answers"]["age"] == 54
    patient.leave_contact()
    page.locator("#question-note").fill("I like mornings")
    with page.expect_response("**/screenings"):
        page.locator("#contact-name").focus()
    last = traffic.posted("/screenings")[-1]
    assert (last["page"], last["answers"]["note"]) == ("P8", "I like mornings")
    assert all("contact" not in check for check in traffic.posted("/screenings"))


def test_a_hint_is_read_with_its_question_and_with_its_error(patient: Patient, page: Page) -> None:
    patient.at(3)
    hint = "It can't do what it used to. Not only that it hurts."
    weak = page.get_by_role("group", name="Is any part of your body weak?")
    expect(weak).to_have_accessible_description(hint)
    patient.next()
    expect(weak).to_have_accessible_description(f"Check at least one box. {hint}")
    patient.answer(patient.calm(3)).next()
    patient.sees_step(4)
    page.get_by_role("button", name="Back", exact=True).click()
    expect(weak).to_have_accessible_description(hint)


def test_a_follow_up_to_several_questions_stands_where_it_is_asked(patient: Patient, page: Page) -> None:
    patient.at(3).answer({"motor": ["none"], "cord": ["gait-balance"]}).next()
    patient.sees_step(4)
    checked = page.locator("#block-checked")
    expect(checked).to_be_visible()
    page.get_by_role("button", name="Back", exact=True).click()
    patient.answer({"cord": ["none"]}).next()
    patient.sees_step(4)
    expect(checked).to_be_hidden()
    patient.answer({"ces": ["bladder-leak"]})
    expect(checked).to_be_visible()


def test_who_helps_an_adult_reads_of_them_and_says_who_helps(patient: Patient, page: Page, traffic: Traffic) -> None:
    patient.filled_in(who="caregiver")
    expect(page.locator("label[for=contact-name]")).to_contain_text("Name of the person who needs care")
    shown = page.locator("#consent-contact + span > span").first.inner_text()
    assert "or those of the person I help" in shown
    expect(page.locator("#contact-name")).to_have_attribute("autocomplete", "off")
    expect(page.get_by_label("Your own name")).to_have_attribute("autocomplete", "name")
    page.get_by_label("Your own name").fill("Helping Hand")
    page.get_by_label("How are you related to them?").fill("daughter")
    page.get_by_role("button", name="Back", exact=True).click()
    expect(page.get_by_role("group", name="What makes it better or worse?")).to_contain_text("when they walk")
    patient.next()
    patient.sees_step(LAST)
    patient.goes_to_check().next()
    patient.reference()
    (sent,) = traffic.posted("/submissions")
    assert sent["contact"]["helper_name"] == "Helping Hand"
    assert sent["consents_shown"]["contact"] == hashlib.sha256(shown.encode()).hexdigest()


def test_who_answers_for_themselves_is_not_asked_who_helps(patient: Patient, page: Page) -> None:
    patient.at(LAST)
    expect(page.get_by_label("Your own name")).to_be_hidden()
    expect(page.locator("#contact-name")).to_have_attribute("autocomplete", "name")
    expect(page.locator("label[for=contact-name]")).to_contain_text("Your name")


def test_a_number_or_an_address_and_the_permission_are_needed(patient: Patient, page: Page, traffic: Traffic) -> None:
    patient.at(LAST).next()
    expect(page.locator("#summary")).to_be_focused()
    for field in ("contact-phone", "consent-contact"):
        expect(page.locator(f"#{field}")).to_have_attribute("aria-invalid", "true")
    assert traffic.posted("/submissions") == []


def test_phone_number_errors_say_what_to_enter(patient: Patient, page: Page, console: Console) -> None:
    console.expect("status of 422")
    patient.filled_in()
    error = page.locator("#contact-phone-error")
    for refused in ("52 55 1234 5678", "312-555-0142 or 312-555-0143", "312 555", "000-000-0000"):
        page.get_by_label("Phone number").fill(refused)
        patient.next()
        expect(error).to_have_text(WANTED)
    page.get_by_label("Phone number").fill("+1 212 55501")
    patient.goes_to_check().next()
    expect(error).to_have_text(WANTED)
    example = re.search(r"\(([0-9-]+)\)", error.inner_text())
    assert example
    page.get_by_label("Phone number").fill(example[1])
    patient.goes_to_check().next()
    patient.reference()


def test_text_messages_need_their_box_and_the_form_says_so(patient: Patient, page: Page) -> None:
    patient.filled_in()
    page.get_by_text("When and how to reach you").click()
    wish = page.get_by_role("group", name="How should we reach you?")
    expect(wish).to_contain_text("also check the box about text messages")
    wish.get_by_label("Text me").check()
    expect(page.locator("#consent-sms")).not_to_be_checked()
    patient.next()
    expect(page.locator("#consent-sms-error")).to_contain_text(
        "Check this box so that we can text you, or choose a call above."
    )
    page.locator("#consent-sms").check()
    patient.goes_to_check()
    expect(page.locator(".review")).to_contain_text("Text me")


def test_an_email_address_alone_is_enough(patient: Patient, page: Page) -> None:
    patient.filled_in()
    page.get_by_label("Phone number").fill("")
    page.get_by_label("E-mail", exact=True).fill("patient@example.org")
    patient.goes_to_check().next()
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


def test_the_question_about_a_typo_moves_nothing_under_a_finger(patient: Patient, page: Page) -> None:
    patient.at(LAST)
    page.locator("#contact-email").press_sequentially("ann@gmial.con")
    page.locator("#consent-contact").click()
    expect(page.locator("#consent-contact")).to_be_checked()
    expect(page.locator("#contact-email ~ .meant button")).to_be_visible()


def test_a_typo_in_an_address_is_asked_about_and_never_refused(patient: Patient, page: Page, traffic: Traffic) -> None:
    patient.filled_in("?language=es", "Paso {number} de {count}")
    page.locator("#contact-email").fill("jo@gmial.com")
    patient.next()
    patient.sees_check()
    expect(page.get_by_role("button", name="¿Quiso decir jo@gmail.com?")).to_be_visible()
    page.get_by_role("link", name="English").click()
    page.get_by_role("button", name="Did you mean jo@gmail.com?").click()
    expect(page.locator(".review .email")).to_contain_text("jo@gmail.com")
    expect(page.locator(".meant button")).to_have_count(0)
    patient.change("E-mail")
    for typed, asked in (
        ("jo@yahoo.con", 1),
        ("jo@gmial.con", 1),
        ("jo@yahoo.com.mx", 0),
        ("jo@clinic.example", 0),
        ("jo@hotmai.com", 1),
    ):
        page.locator("#contact-email").fill(typed)
        page.locator("#contact-name").focus()
        expect(page.locator("#contact-email ~ .meant button")).to_have_count(asked)
    page.locator("#contact-name").evaluate("field => { field.value += ' \\ud83d'; }")
    patient.goes_to_check().next()
    patient.reference()
    contact = traffic.posted("/submissions")[-1]["contact"]
    assert (contact["name"], contact["email"]) == ("Test Patient", "jo@hotmai.com")
