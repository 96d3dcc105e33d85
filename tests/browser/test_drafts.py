"""Tests that drafts survive a reload and are deleted after sending."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Console
from tests.browser.patient import LAST, Held, Patient, Traffic


def test_answers_survive_a_reload(patient: Patient, page: Page) -> None:
    patient.start().fill_to(4).answer({"ces": ["bladder-leak"], "signs": ["none"]})
    page.reload()
    patient.sees_step(4, focused="#block-signs input[value=none]")
    expect(page.locator("#kept")).to_contain_text("Your answers are still here.")
    expect(page.locator("h1:visible")).to_have_attribute("aria-describedby", "kept")
    expect(page.locator("#block-ces input[value=bladder-leak]")).to_be_checked()
    expect(page.locator("#block-ces-onset")).to_be_visible()
    for step in (3, 2):
        page.get_by_role("button", name="Back", exact=True).click()
        patient.sees_step(step)
    expect(page.locator("#question-age")).to_have_value("54")


def test_contact_survives_a_reload_and_makes_one_lead(
    patient: Patient, page: Page, stored: Callable[[], list[Any]]
) -> None:
    patient.filled_in()
    page.reload()
    patient.sees_step(LAST, focused="#consent-contact")
    expect(page.get_by_label("Phone number")).to_have_value("(212) 555-0123")
    expect(page.locator("#consent-contact")).to_be_checked()
    patient.goes_to_check().next()
    patient.reference()
    assert len(stored()) == 1


def test_reload_while_sending_makes_one_lead(patient: Patient, page: Page, stored: Callable[[], list[Any]]) -> None:
    patient.ready_to_send()
    Held(page, "**/submissions")
    patient.next()
    expect(page.locator("[type=submit]:visible")).to_be_disabled()
    page.reload()
    patient.sees_check()
    page.unroute("**/submissions")
    patient.next()
    patient.reference()
    assert len(stored()) == 1


def test_nothing_is_left_after_sending(patient: Patient, page: Page) -> None:
    patient.filled_in("?utm_source=newsletter").leave_contact("2125550123 ext. 7").goes_to_check()
    expect(page.locator(".review .phone")).to_contain_text("(212) 555-0123 ext. 7")
    assert "Test Patient" in patient.kept()["lead-form:fs-intake"]
    patient.next()
    reference = patient.reference()
    kept = patient.kept()
    assert list(kept) == ["lead-form:fs-intake"]
    saved = json.loads(kept["lead-form:fs-intake"])
    assert set(saved) == {"at", "receipt", "texts", "withdraw"}
    steps = {"title", "promise", "number", "details", "calendar", "booking_link"}
    assert set(saved["receipt"]) == {
        "reference",
        "disposition",
        "messages",
        "language",
        "at",
        "id",
        *steps,
    }
    expect(page.locator(".promise")).to_contain_text("We will call (212) 555-0123 ext. 7 by ")
    assert not any(number in kept["lead-form:fs-intake"] for number in ("555-0123", "2125550123"))
    page.reload()
    assert patient.reference() == reference
    expect(page.locator(".promise")).to_contain_text("We will call the number ending in 23 by ")
    page.get_by_role("button", name="Start a new form").click()
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_focused()
    assert json.loads(patient.kept()["lead-form:fs-intake"])["fields"] == []
    page.go_back()
    patient.sees_step(1)
    expect(page.locator("#summary, .error")).to_have_count(0)


def test_receipt_stays_after_a_reload_without_the_form(patient: Patient, page: Page, console: Console) -> None:
    console.expect("ERR_FAILED")
    patient.ready_to_send().next()
    reference = patient.reference()
    advice = page.locator("#messages p").all_inner_texts()
    assert advice
    page.route("**/form?*", lambda route: route.abort())
    page.reload()
    expect(patient.heading("We received your answers")).to_be_focused()
    assert patient.reference() == reference
    assert page.locator("#messages p").all_inner_texts() == advice
    assert ".." not in page.locator("#view").inner_text()


def test_receipt_of_an_hour_ago_is_not_shown(patient: Patient, page: Page) -> None:
    patient.ready_to_send().next()
    patient.reference()
    page.evaluate("""() => {
      const kept = JSON.parse(sessionStorage.getItem("lead-form:fs-intake"));
      sessionStorage.setItem("lead-form:fs-intake", JSON.stringify({ ...kept, at: kept.at - 3601e3 }));
    }""")
    page.reload()
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()
    assert "lead-form:fs-intake" not in patient.kept()


def test_receipt_of_an_emergency_and_of_a_minor_stay_too(patient: Patient, page: Page) -> None:
    patient.start().answer(patient.calm(1, em_now=["chest-pressure"]))
    page.locator("#contact-phone").fill("212 555 0123")
    page.locator("#consent-contact").check()
    patient.next()
    reference = patient.reference()
    page.reload()
    expect(patient.heading("We have your number. Call 911 first.")).to_be_focused()
    expect(page.get_by_role("link", name="Call 911")).to_have_attribute("href", "tel:911")
    assert patient.reference() == reference
    page.get_by_role("button", name="Start a new form").click()
    expect(page.locator("dialog")).to_be_hidden()
    page.get_by_role("button", name="Start", exact=True).click()
    patient.answer(patient.calm(1)).next()
    patient.sees_step(2)
    patient.answer(patient.calm(2, who="guardian")).next()
    page.get_by_role("button", name="Continue to safety advice").click()
    patient.sees_step(3)
    patient.go_on(3, LAST)
    page.get_by_role("button", name="Show the safety advice").click()
    expect(patient.heading("Safety advice")).to_be_focused()
    advice = page.locator("#messages p").all_inner_texts()
    page.reload()
    expect(patient.heading("Safety advice")).to_be_focused()
    assert page.locator("#messages p").all_inner_texts() == advice


def test_after_a_failed_send_a_reload_says_that_nothing_was_sent(
    patient: Patient, page: Page, console: Console
) -> None:
    console.expect("status of 503")
    patient.ready_to_send()
    page.route("**/submissions", lambda route: route.fulfill(status=503, body="no"))
    patient.next()
    expect(page.locator(".problem")).to_be_visible()
    page.reload()
    expect(page.locator("#check-section")).to_contain_text("Your answers have not been sent yet")
    page.get_by_role("button", name="Back", exact=True).click()
    patient.sees_step(LAST)
    note = page.locator("#kept")
    expect(note).to_contain_text("not been sent yet")
    expect(note).to_contain_text("press Send")
    page.unroute("**/submissions")
    patient.goes_to_check().next()
    patient.reference()


def test_questions_that_load_late_after_a_reload_open_the_same_page(
    patient: Patient, page: Page, console: Console
) -> None:
    console.expect("ERR_FAILED")
    patient.at(3)
    page.route("**/form?*", lambda route: route.abort())
    page.reload()
    expect(page.locator("#start-status")).to_contain_text("could not load the questions")
    page.unroute("**/form?*")
    expect(page.get_by_role("button", name="Continue")).to_be_focused()
    page.get_by_role("button", name="Continue").click()
    patient.sees_step(3)
    expect(page.locator("#block-cord")).to_be_visible()


def test_starting_over_deletes_what_was_typed_when_confirmed(patient: Patient, page: Page) -> None:
    patient.at(3)
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Start over").click()
    expect(page.locator("#kept")).to_be_visible()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Start over").click()
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_focused()
    assert json.loads(patient.kept()["lead-form:fs-intake"])["fields"] == []
    page.get_by_role("button", name="Start", exact=True).click()
    patient.sees_step(1)
    expect(page.locator("#block-em-now input:checked")).to_have_count(0)


def test_emergency_is_shown_again_after_a_reload(patient: Patient, page: Page) -> None:
    patient.start().answer(patient.calm(1, em_now=["chest-pressure"]))
    patient.sees_emergency()
    page.reload()
    patient.sees_emergency()
    page.get_by_role("button", name="I pressed this by mistake").click()
    patient.sees_step(1, focused="#block-em-now input[value=chest-pressure]")


def test_nothing_is_kept_about_people_under_18(patient: Patient, page: Page) -> None:
    patient.start().fill_to(2).answer(patient.calm(2, age="15")).next()
    expect(patient.heading("This form is for adults")).to_be_focused()
    assert "lead-form:fs-intake" not in patient.kept()


def test_answers_of_yesterday_are_not_shown_today(patient: Patient, page: Page) -> None:
    Held(page, "**/challenges/*")
    patient.at(3)
    page.evaluate("""() => {
      const kept = JSON.parse(sessionStorage.getItem("lead-form:fs-intake"));
      sessionStorage.setItem("lead-form:fs-intake", JSON.stringify({ ...kept, at: Date.now() - 25 * 3600e3 }));
    }""")
    page.reload()
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()


def test_works_where_the_browser_keeps_nothing(patient: Patient, page: Page) -> None:
    page.add_init_script("Object.defineProperty(window, 'sessionStorage', { get() { throw new Error('refused'); } })")
    patient.start().fill_to(2)


def test_sends_by_itself_when_the_network_is_back(
    patient: Patient, page: Page, console: Console, traffic: Traffic
) -> None:
    console.expect("ERR_INTERNET_DISCONNECTED")
    patient.ready_to_send()
    page.context.set_offline(True)
    patient.next()
    problem = page.locator(".problem")
    expect(problem).to_be_focused()
    expect(problem.locator("a[href^='tel:']")).to_be_visible()
    expect(problem).to_contain_text("call 911")
    expect(page.locator("#check-section")).to_contain_text("Test Patient")
    page.context.set_offline(False)
    patient.reference()
    assert len({body["submission_id"] for body in traffic.posted("/submissions")}) == 1


def test_a_flaky_network_loses_nothing_and_doubles_nothing(
    patient: Patient, page: Page, console: Console, stored: Callable[[], list[Any]]
) -> None:
    """Every second request fails, half of them after the server has processed the request."""
    console.expect("ERR_")
    seen: list[Route] = []

    def flaky(route: Route) -> None:
        seen.append(route)
        if len(seen) % 2 == 0:
            route.continue_()
        elif len(seen) % 4 == 1:
            route.abort("connectionreset")
        else:
            route.fetch()
            route.abort("timedout")

    for path in ("**/screenings", "**/submissions", "**/challenges/*"):
        page.route(path, flaky)
    patient.at(5).go_on(5, LAST)
    patient.answer(patient.calm(LAST)).leave_contact().goes_to_check().next()
    again = page.get_by_role("button", name="Try again")
    reference = page.locator("#reference")
    for _ in range(4):
        expect(again.or_(reference)).to_be_visible()
        if reference.is_visible():
            break
        again.evaluate_all("nodes => nodes.forEach(node => node.click())")
    patient.reference()
    assert len(stored()) == 1
