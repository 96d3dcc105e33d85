"""Tests the form on another site, with a strict security policy and conflicting styles."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from dev.demo import Demo
from tests.browser.conftest import SCREENSHOTS, Console
from tests.browser.page_checks import judge
from tests.browser.patient import LAST, Patient, Traffic, until

WIDE = ViewportSize(width=1100, height=800)


@pytest.fixture
def page(browser: Browser, console: Console, elsewhere: Demo, site: str) -> Iterator[Page]:
    elsewhere.embed(site)
    context = browser.new_context(viewport=WIDE, reduced_motion="reduce")
    page = context.new_page()
    page.on("console", lambda message: console.errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: console.errors.append(str(error)))
    yield page
    context.close()
    assert console.unexpected() == []


@pytest.fixture
def patient(page: Page, elsewhere: Demo) -> Patient:
    return Patient(page, elsewhere.address, level=2)


def logged_events(page: Page) -> list[str]:
    return page.locator("#event-log li").all_inner_texts()


def test_whole_form_on_a_foreign_page(
    patient: Patient, page: Page, traffic: Traffic, elsewhere: Demo, site: str
) -> None:
    patient.start("?utm_source=partner").go_on(1, LAST)
    patient.answer(patient.calm(LAST)).leave_contact().goes_to_check().next()
    reference = patient.reference()
    *steps, last = logged_events(page)
    assert len(steps) == LAST
    assert steps[1] == 'lead-form:step {"page":"P2","number":2,"count":8}'
    assert re.fullmatch(rf'lead-form:submitted {{"reference":"{reference}"}}', last)
    (sent,) = traffic.posted("/submissions")
    assert sent["page"] == elsewhere.address
    assert sent["attribution"]["utm_source"] == "partner"
    assert page.context.cookies() == []
    (kept,) = patient.kept().values()
    assert "Test Patient" not in kept
    assert {urlsplit(url).netloc for _, url, _ in traffic.requests} == {
        urlsplit(address).netloc for address in (elsewhere.address, site)
    }


def test_it_loads_after_a_visit_to_the_clinics_own_page(patient: Patient, page: Page, site: str) -> None:
    page.goto(site, wait_until="networkidle")
    patient.start()


def test_what_the_page_offers_without_the_script_is_not_shown_with_it(patient: Patient, page: Page) -> None:
    patient.open()
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()
    expect(page.locator("lead-form > *").first).to_be_hidden()
    expect(page.locator("lead-form").get_by_role("link", name="(312) 555-0100")).to_be_visible()


def test_the_page_keeps_its_title_its_history_and_its_focus(patient: Patient, page: Page) -> None:
    patient.open()
    before = page.evaluate("[document.title, history.length]")
    patient.at(2)
    assert patient.focused() == "", "a form on a foreign page does not take the focus when it loads"
    patient.answer(patient.calm(2)).next()
    patient.sees_step(3)
    assert page.evaluate("[document.title, history.length]") == before


def test_the_first_view_has_emergency_advice_without_network(patient: Patient, page: Page, console: Console) -> None:
    console.expect("ERR_FAILED")
    page.route("**/form?*", lambda route: route.abort())
    patient.open()
    page.get_by_role("button", name="Start").click()
    form = page.locator("lead-form")
    expect(page.locator("#start-status")).to_contain_text("could not load the questions")
    expect(form.get_by_text("or call 911 if any of this is new")).to_be_visible()
    expect(form.get_by_role("link", name="(312) 555-0100")).to_be_visible()
    assert logged_events(page) == ['lead-form:failed {"reason":"questions"}']


def test_an_emergency_covers_the_page_until_it_is_closed(patient: Patient, page: Page) -> None:
    patient.start().answer(patient.calm(1, em_now=["chest-pressure"]))
    patient.sees_emergency()
    box = page.locator("dialog").bounding_box()
    assert box == {"x": 0, "y": 0, "width": WIDE["width"], "height": WIDE["height"]}
    for _ in range(3):
        page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_be_visible()
    assert patient.focused() == "mistake"
    for _ in range(30):
        page.keyboard.press("Tab")
        outside = page.evaluate("document.activeElement.closest('main, header')")
        assert outside is None, "the page behind cannot be reached"
    assert logged_events(page) == ['lead-form:step {"page":"P1","number":1,"count":8}'], "the page gets no event"
    page.get_by_role("button", name="I pressed this by mistake").click()
    patient.sees_step(1)
    expect(page.locator("dialog")).to_be_hidden()


def test_receipt_of_an_emergency_can_be_closed(patient: Patient, page: Page) -> None:
    patient.start().answer(patient.calm(1, em_now=["chest-pressure"]))
    page.locator("#contact-phone").fill("212 555 0123")
    page.locator("#consent-contact").check()
    patient.next()
    reference = patient.reference()
    page.get_by_role("button", name="Close this message").click()
    expect(page.locator("dialog")).to_be_hidden()
    assert patient.reference() == reference
    page.reload()
    assert patient.reference() == reference
    expect(page.locator("dialog")).to_be_hidden()
    expect(page.locator(".waiting")).to_have_count(1)


def test_emergency_changes_its_language_in_place(patient: Patient, page: Page, console: Console) -> None:
    console.expect("ERR_FAILED")
    patient.start().answer(patient.calm(1, em_now=["chest-pressure"]))
    patient.sees_emergency()
    page.route("**/form?*", lambda route: route.abort())
    page.get_by_role("button", name="Español").click()
    expect(patient.heading("Busque ayuda de emergencia ahora mismo")).to_be_focused()
    expect(page.locator("#messages p").first).to_contain_text("sala de emergencias")
    expect(page.locator("#messages .M-E")).to_have_attribute("lang", "en")
    page.get_by_role("button", name="English").click()
    patient.sees_emergency()
    page.unroute("**/form?*")
    page.get_by_role("button", name="Español").click()
    expect(page.locator("#messages .M-E")).to_contain_text("Llame al 911")


def test_language_changes_in_place_and_keeps_what_was_typed(patient: Patient, page: Page) -> None:
    patient.start().answer(patient.calm(1)).next()
    patient.sees_step(2)
    page.get_by_role("button", name="Español").click()
    patient.sees_step(2, "Paso {number} de {count}")
    assert page.locator(".frame").get_attribute("lang") == "es"
    page.get_by_role("button", name="Atrás", exact=True).click()
    expect(page.locator("#block-em-now input[value=none]")).to_be_checked()
    page.reload()
    patient.sees_step(1, "Paso {number} de {count}")


def test_language_of_the_element_comes_before_that_of_the_page(patient: Patient, page: Page) -> None:
    patient.open()
    page.evaluate("document.querySelector('lead-form').setAttribute('language', 'es')")
    expect(page.get_by_role("button", name="Empezar")).to_be_visible()


def test_closing_a_foreign_page_after_consent_sends_the_form(
    patient: Patient, page: Page, stored: Callable[[], list[Any]]
) -> None:
    patient.ready_to_send()
    page.goto("about:blank")
    until(page, lambda: len(stored()) == 1)


def test_looks_right_in_a_narrow_column(patient: Patient, page: Page) -> None:
    patient.open()
    judge(page, "embedded-start")
    patient.at(4).answer({"ces": ["bladder-leak"]}).next()
    expect(page.locator("#summary")).to_be_focused()
    judge(page, "embedded-errors")
    page.screenshot(path=SCREENSHOTS / "wide" / "95-embedded.png", full_page=True)
    assert page.locator("#forward").evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(91, 42, 134)"
    size = page.locator(".question legend").first.evaluate("node => parseFloat(getComputedStyle(node).fontSize)")
    assert size >= 16
    for _ in range(3):
        page.get_by_role("button", name="Back", exact=True).click()
    patient.answer({"em-now": ["chest-pressure"]})
    patient.sees_emergency()
    judge(page, "embedded-emergency")
    page.screenshot(path=SCREENSHOTS / "wide" / "96-embedded-emergency.png")


def test_the_hosts_own_id_stays(patient: Patient, page: Page) -> None:
    patient.open()
    added = """
      const form = document.createElement("lead-form");
      form.id = "clinic-form";
      document.body.append(form);
      return form.id;
    """
    assert page.evaluate(f"() => {{ {added} }}") == "clinic-form"


SITE_WITH_MONITORING = """
  const before = window.fetch;
  window.fetch = (url, options = {}) => {
    const headers = new Headers(options.headers ?? {});
    headers.set("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    return before(url, { ...options, headers });
  };
  addEventListener("DOMContentLoaded", () => {
    for (const phone of ["1-800-SPINE-MD", "(312) 555-0100 ext. 4", "Call the front desk"]) {
      const form = document.createElement("lead-form");
      form.setAttribute("phone", phone);
      document.body.append(form);
    }
  });
"""


def test_a_site_with_monitoring_and_several_forms(patient: Patient, page: Page) -> None:
    page.add_init_script(SITE_WITH_MONITORING)
    patient.open()
    first, second = page.locator("lead-form").nth(0), page.locator("lead-form").nth(1)
    first.get_by_role("button", name="Start").click()
    first.get_by_label("None of these").first.check()
    second.get_by_role("button", name="Start").click()
    expect(second.get_by_role("heading", name="Safety first")).to_be_visible()
    each = "[...document.querySelectorAll('lead-form')].map((form) => {part})"
    ids = page.evaluate(each.replace("{part}", "form.state.submissionId"))
    assert len({*ids}) == len(ids) == 4
    assert all(ids)
    page.reload()
    expect(first.get_by_label("None of these").first).to_be_checked()
    assert page.evaluate(each.replace("{part}", "form.state.submissionId"))[:2] == ids[:2]
    links = page.evaluate(each.replace("{part}", "form.phone.href ?? ''"))
    assert links == ["tel:+13125550100", "tel:18007746363", "tel:3125550100", ""]
