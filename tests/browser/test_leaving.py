"""Tests what the form sends when a visitor leaves before Send."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Console
from tests.browser.patient import LAST, Held, Patient, Traffic, until


@pytest.fixture
def leave(page: Page) -> Callable[[], None]:
    """Provides a function that makes the page behave as if the visitor left."""
    return lambda: page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")


def test_looking_at_another_tab_sends_nothing(patient: Patient, page: Page, traffic: Traffic) -> None:
    patient.ready_to_send()
    page.evaluate("""() => {
      Object.defineProperty(document, "visibilityState", { configurable: true, get: () => "hidden" });
      document.dispatchEvent(new Event("visibilitychange"));
      delete document.visibilityState;
    }""")
    patient.next()
    patient.reference()
    assert len(traffic.posted("/submissions")) == 1


def test_nothing_is_sent_before_consent(
    patient: Patient, page: Page, traffic: Traffic, leave: Callable[[], None]
) -> None:
    patient.at(LAST)
    page.get_by_label("Phone number").fill("(212) 555-0123")
    leave()
    page.get_by_label("Phone number").fill("12")
    page.locator("#consent-contact").check()
    leave()
    page.goto("about:blank")
    assert traffic.posted("/submissions") == []


def test_leaving_after_consent_sends_once_for_each_change(
    patient: Patient, page: Page, traffic: Traffic, leave: Callable[[], None], stored: Callable[[], list[Any]]
) -> None:
    patient.at(LAST)
    page.get_by_label("Phone number").fill("(212) 555-0123")
    page.get_by_label("E-mail", exact=True).fill("half an add")
    page.locator("#consent-contact").check()
    with page.expect_response("**/submissions") as sent:
        leave()
    assert sent.value.status == 201
    leave()
    leave()
    (unfinished,) = traffic.posted("/submissions")
    assert unfinished["complete"] is False
    assert unfinished["contact"] == {"phone": "(212) 555-0123"}
    page.get_by_label("Your name").fill("Test Patient")
    with page.expect_response("**/submissions"):
        leave()
    page.get_by_label("E-mail", exact=True).fill("")
    patient.goes_to_check().next()
    patient.reference()
    ids = [body["submission_id"] for body in traffic.posted("/submissions")]
    assert len(ids) == 3
    assert len(set(ids)) == 1
    assert traffic.posted("/submissions")[-1]["complete"] is True
    assert len(stored()) == 1


def test_an_early_save_that_was_refused_is_sent_again_on_the_next_leave(
    patient: Patient, page: Page, console: Console, traffic: Traffic, leave: Callable[[], None]
) -> None:
    console.expect("status of 503")
    patient.filled_in()
    page.route("**/submissions", lambda route: route.fulfill(status=503, json={}), times=1)
    for status in (503, 201):
        with page.expect_response("**/submissions") as answered:
            leave()
        assert answered.value.status == status
    assert len(traffic.posted("/submissions")) == 2


def test_who_comes_back_reads_when_the_form_was_saved_and_can_take_it_back(
    patient: Patient, page: Page, traffic: Traffic, stored: Callable[[], list[Any]]
) -> None:
    patient.filled_in()
    page.reload()
    expect(page.locator("#kept [data-saved]")).to_contain_text("Saved at ")
    expect(page.locator("#kept [data-here]")).to_be_hidden()
    page.locator("#consent-contact").uncheck()
    said = page.locator("[data-consent=contact] #withdrawal")
    expect(said).to_have_text("Withdrawn. The clinic will not contact you about these answers.")
    expect(page.locator("#kept [data-here]")).to_be_visible()
    (lead,) = stored()
    assert (lead["status"], lead["answers"]) == ("closed", {})
    page.locator("#consent-contact").check()
    expect(said).to_have_text("")
    patient.goes_to_check().next()
    patient.reference()
    (lead,) = stored()
    assert (lead["status"], lead["complete"]) == ("new", True)


def test_a_withdrawal_that_fails_says_so_and_is_tried_until_it_succeeds(
    patient: Patient, page: Page, console: Console
) -> None:
    console.expect("status of 503")
    patient.filled_in()
    page.reload()
    expect(page.locator("#kept")).to_contain_text("Saved at ")
    page.route("**/submissions", lambda route: route.fulfill(status=503, json={}))
    page.locator("#consent-contact").uncheck()
    failed = "We could not withdraw your answers. Please call us."
    expect(page.locator("#withdrawal")).to_have_text(failed)
    page.reload()
    expect(page.locator("#withdrawal")).to_have_text(failed)
    page.unroute("**/submissions")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#withdrawal")).to_contain_text("Withdrawn.")
    expect(page.locator("#kept [data-saved]")).to_be_hidden()


def test_starting_over_takes_back_an_early_save_until_that_succeeds(
    patient: Patient, page: Page, console: Console, stored: Callable[[], list[Any]]
) -> None:
    console.expect("status of 503")
    patient.filled_in()
    page.reload()
    expect(page.locator("#kept [data-saved]")).to_contain_text("Press Send to finish.")
    page.route("**/submissions", lambda route: route.fulfill(status=503, json={}))
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Start over").click()
    said = page.locator("#start-status")
    expect(said).to_have_text("We could not withdraw your answers. Please call us.")
    assert "Test Patient" not in json.dumps(patient.kept())
    page.reload()
    expect(said).to_have_text("We could not withdraw your answers. Please call us.")
    page.unroute("**/submissions")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(said).to_have_text("Withdrawn. The clinic will not contact you about these answers.")
    (lead,) = stored()
    assert (lead["status"], lead["answers"]) == ("closed", {})


def test_who_turns_out_to_be_under_18_is_withdrawn_until_that_succeeds(
    patient: Patient, page: Page, console: Console, stored: Callable[[], list[Any]]
) -> None:
    console.expect("status of 503")
    patient.filled_in()
    page.reload()
    expect(page.locator("#kept [data-saved]")).to_contain_text("Saved at ")
    page.route("**/submissions", lambda route: route.fulfill(status=503, json={}))
    page.evaluate(
        """() => {
          const age = document.querySelector("lead-form").shadowRoot.getElementById("question-age");
          age.value = "16";
          age.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true }));
        }"""
    )
    assert set(json.loads(patient.kept()["lead-form:fs-intake"])) == {"withdraw", "at"}
    page.reload()
    page.unroute("**/submissions")
    with page.expect_response("**/submissions") as answered:
        page.evaluate("dispatchEvent(new Event('online'))")
    assert answered.value.status == 200
    (lead,) = stored()
    assert (lead["status"], lead["answers"]) == ("closed", {})


def test_who_left_from_the_start_reads_that_the_form_was_saved(patient: Patient, page: Page) -> None:
    patient.filled_in()
    page.evaluate(
        """() => {
          history.pushState({ view: "start", step: 0 }, "");
          dispatchEvent(new PopStateEvent("popstate", { state: history.state }));
        }"""
    )
    expect(page.get_by_role("button", name="Continue")).to_be_visible()
    page.reload()
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("#kept [data-saved]")).to_contain_text("Saved at ")
    expect(page.locator("#kept [data-here]")).to_be_hidden()


def test_another_language_is_not_leaving(patient: Patient, page: Page, traffic: Traffic) -> None:
    patient.filled_in()
    page.get_by_role("link", name="Español").click()
    expect(page.locator("#consent-contact")).to_be_checked()
    expect(page.locator("[lang=es] #contact-phone")).to_have_value("(212) 555-0123")
    assert traffic.posted("/submissions") + traffic.posted("/stops") == []
    with page.expect_request("**/submissions"):
        page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")


def test_closing_the_page_after_consent_sends_the_form(
    patient: Patient, page: Page, stored: Callable[[], list[Any]]
) -> None:
    patient.ready_to_send()
    page.goto("about:blank")
    until(page, lambda: len(stored()) == 1)
    assert stored()[0]["complete"] is False


def test_leaving_while_sending_sends_the_complete_form(
    patient: Patient, page: Page, traffic: Traffic, stored: Callable[[], list[Any]]
) -> None:
    patient.ready_to_send()
    Held(page, "**/submissions")
    patient.next()
    expect(page.locator("#send")).to_be_disabled()
    until(page, lambda: bool(traffic.posted("/submissions")))
    page.unroute("**/submissions")
    page.goto("about:blank")
    until(page, lambda: len(stored()) == 1)
    assert stored()[0]["complete"] is True


def test_where_a_visitor_stops_is_counted_and_corrected_when_they_come_back(
    patient: Patient, page: Page, traffic: Traffic, leave: Callable[[], None]
) -> None:
    patient.open()
    leave()
    assert traffic.posted("/stops") == [], "the form was not begun"
    patient.at(3)
    with page.expect_response("**/stops") as answered:
        leave()
    assert answered.value.status == 200
    leave()
    assert traffic.posted("/stops") == [{"questionnaire": "fs-intake", "page": "P3"}]
    page.reload()
    patient.sees_step(3)
    patient.go_on(3, LAST).answer(patient.calm(LAST)).leave_contact().goes_to_check()
    leave()
    assert traffic.posted("/stops")[1:] == [{"questionnaire": "fs-intake", "page": "check", "before": "P3"}]
    patient.next()
    patient.reference()
    leave()
    assert traffic.posted("/stops")[2:] == [{"questionnaire": "fs-intake", "before": "check"}]


def test_no_page_is_counted_of_people_under_18(
    patient: Patient, page: Page, traffic: Traffic, leave: Callable[[], None]
) -> None:
    patient.start().fill_to(2).answer(patient.calm(2, age="15"))
    leave()
    assert traffic.posted("/stops") == []


def test_the_form_says_that_leaving_sends(patient: Patient, page: Page) -> None:
    patient.at(LAST)
    note = page.get_by_text("Once you check this box")
    expect(note).to_be_visible()
    assert note.evaluate("node => node.closest('label')") is None, "beside the consent, not a part of it"
