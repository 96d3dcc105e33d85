from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Console
from tests.browser.patient import LAST, Held, Patient, Traffic


def press_until_focused(patient: Patient, element: str, limit: int = 80) -> None:
    for _ in range(limit):
        if patient.focused() == element:
            return
        patient.page.keyboard.press("Tab")
    pytest.fail(f"{element} is not reached with {limit} times Tab")


def test_whole_form_by_keyboard_alone(patient: Patient, page: Page) -> None:
    patient.open()
    press_until_focused(patient, "start")
    page.keyboard.press("Enter")
    for step in range(1, LAST + 1):
        patient.sees_step(step)
        for code, value in patient.calm(step).items():
            if code == "note":
                continue
            if code == "age":
                press_until_focused(patient, "question-age")
                page.keyboard.type(str(value))
                continue
            for option in value if isinstance(value, list) else [value]:
                box = page.locator(f"#block-{code} input[value='{option}']")
                first = f"question-{code}"
                wanted = box.get_attribute("id") or f"answers.{code}={option}"
                press_until_focused(patient, wanted if isinstance(value, list) else first)
                page.keyboard.press("Space")
                while patient.focused() != wanted:
                    page.keyboard.press("ArrowDown")
                expect(box).to_be_checked()
        if step < LAST:
            press_until_focused(patient, "forward")
            page.keyboard.press("Enter")
    press_until_focused(patient, "contact-name")
    page.keyboard.type("Test Patient")
    press_until_focused(patient, "contact-phone")
    page.keyboard.type("212 555 0123")
    press_until_focused(patient, "consent-contact")
    page.keyboard.press("Space")
    press_until_focused(patient, "forward")
    page.keyboard.press("Enter")
    expect(page.locator("#check-title")).to_be_focused()
    press_until_focused(patient, "send")
    page.keyboard.press("Enter")
    assert re.fullmatch(r"[0-9A-Z]{5}-[0-9A-Z]{5}", patient.reference())
    expect(patient.heading("We received your answers")).to_be_focused()


def test_receipt_shows_the_messages_in_the_order_given(patient: Patient, page: Page) -> None:
    patient.ready_to_send()
    with page.expect_response("**/submissions") as sent:
        patient.next()
    receipt: dict[str, Any] = sent.value.json()
    assert patient.reference() == receipt["reference"]
    assert page.locator("#messages p").all_inner_texts() == [message["text"] for message in receipt["messages"]]
    assert receipt["messages"][-1]["id"] == "M-NET"


def test_browser_back_leaves_the_receipt_in_place(patient: Patient, page: Page) -> None:
    patient.ready_to_send().next()
    reference = patient.reference()
    page.go_back()
    assert patient.reference() == reference


def test_double_click_sends_once(patient: Patient, page: Page, traffic: Traffic) -> None:
    patient.ready_to_send()
    page.locator("#send").dblclick()
    patient.reference()
    assert len(traffic.posted("/submissions")) == 1


def test_button_is_off_and_says_so_while_sending(patient: Patient, page: Page) -> None:
    patient.ready_to_send()
    held = Held(page, "**/submissions")
    patient.next()
    expect(page.locator("#send")).to_be_disabled()
    expect(page.locator("#check-section .status")).to_have_text("Sending your answers…")
    held.let_go()
    patient.reference()


def test_lost_answer_is_asked_for_again_and_gives_the_same_receipt(
    patient: Patient, page: Page, traffic: Traffic, console: Console, stored: Callable[[], list[Any]]
) -> None:
    console.expect("ERR_FAILED")
    answers: list[dict[str, Any]] = []

    def lose_the_first(route: Route) -> None:
        response = route.fetch()
        answers.append(response.json())
        if len(answers) == 1:
            route.abort()
        else:
            route.fulfill(response=response)

    patient.ready_to_send()
    page.route("**/submissions", lose_the_first)
    patient.next()
    expect(page.get_by_role("heading", name="Your answers have not been sent yet")).to_be_visible()
    assert patient.reference() == answers[0]["reference"] == answers[1]["reference"]
    first, second = traffic.posted("/submissions")
    assert first | {"proof": None} == second | {"proof": None}
    assert len(stored()) == 1


def test_a_spooled_form_gets_a_receipt_like_any_other(patient: Patient, page: Page) -> None:
    patient.ready_to_send()
    page.route("**/submissions", lambda route: route.fulfill(response=route.fetch(), status=202))
    patient.next()
    patient.reference()
    expect(patient.heading("We received your answers")).to_be_focused()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_server_trouble_keeps_the_answers_and_offers_the_phone(
    patient: Patient, page: Page, traffic: Traffic, console: Console, status: int
) -> None:
    console.expect(f"status of {status}")
    patient.ready_to_send()
    page.route("**/submissions", lambda route: route.fulfill(status=status, headers={"retry-after": "60"}, body="no"))
    patient.next()
    problem = page.locator(".problem")
    expect(problem).to_be_focused()
    expect(problem.locator("a[href^='tel:']")).to_be_visible()
    expect(problem).to_contain_text("call 911")
    expect(page.locator("#check-section")).to_contain_text("Test Patient")
    page.unroute("**/submissions")
    page.get_by_role("button", name="Try again").click()
    patient.reference()
    assert len({body["submission_id"] for body in traffic.posted("/submissions")}) == 1


def test_who_goes_back_to_change_an_answer_sends_nothing_until_send_is_pressed(
    patient: Patient, page: Page, traffic: Traffic, console: Console
) -> None:
    console.expect("ERR_INTERNET_DISCONNECTED")
    patient.ready_to_send()
    page.context.set_offline(True)
    patient.next()
    expect(page.locator(".problem")).to_be_focused()
    page.get_by_role("button", name="Back", exact=True).click()
    patient.sees_step(LAST)
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    page.get_by_label("Your name").fill("Test Patient Two")
    patient.goes_to_check().next()
    patient.reference()
    assert [sent["contact"]["name"] for sent in traffic.posted("/submissions")][-1] == "Test Patient Two"


def test_a_captive_portal_page_is_not_taken_for_an_answer(patient: Patient, page: Page) -> None:
    patient.ready_to_send()
    page.route("**/submissions", lambda route: route.fulfill(status=200, content_type="text/html", body="<p>Log in"))
    patient.next()
    expect(page.get_by_role("heading", name="Your answers have not been sent yet")).to_be_visible()


def test_changed_answers_after_a_lost_answer_are_explained(patient: Patient, page: Page, console: Console) -> None:
    console.expect("ERR_FAILED|status of 409")
    patient.ready_to_send()

    def store_and_lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/submissions", store_and_lose)
    patient.next()
    expect(page.locator(".problem")).to_be_visible()
    page.unroute("**/submissions")
    patient.change("Your name")
    page.get_by_label("Your name").fill("Another Name")
    patient.goes_to_check().next()
    expect(page.get_by_role("heading", name="We already have a different set of answers from you")).to_be_visible()
    page.get_by_role("button", name="Send as a new form").click()
    patient.reference()


def test_refused_phone_number_is_tied_to_its_field(patient: Patient, page: Page, console: Console) -> None:
    console.expect("status of 422")
    patient.filled_in()
    page.get_by_label("Phone number").fill("+1 212 55501")
    patient.goes_to_check().next()
    expect(page.locator("#summary")).to_be_focused()
    expect(page.locator("#contact-phone")).to_have_attribute("aria-describedby", "contact-phone-error")
    page.get_by_label("Phone number").fill("(212) 555-0123")
    patient.goes_to_check().next()
    patient.reference()


def test_refused_answer_opens_its_page(patient: Patient, page: Page, console: Console) -> None:
    console.expect("status of 422")
    patient.ready_to_send()
    refusal = {
        "errors": [
            {"pointer": "/contact/email", "detail": "No."},
            {"pointer": "/answers/injury", "detail": "Not this."},
        ]
    }
    page.route("**/submissions", lambda route: route.fulfill(status=422, json=refusal))
    patient.next()
    expect(page.locator(".progress")).to_contain_text("Step 2 of 8")
    expect(page.locator("#summary")).to_be_focused()
    expect(page.locator("#question-injury-error")).to_have_text("Not this.")
