"""Checks the landing page, and the buttons and links that start the form."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from shared.adapters.web_files import WebFiles
from shared.http.landing_page import LandingPage
from tests.browser.conftest import PHONE, SCREENSHOTS, Console
from tests.browser.page_checks import judge, judge_size
from tests.browser.patient import Patient
from tests.functions.test_landing_page import SIGNED

WIDE = ViewportSize(width=1280, height=900)
NARROW = ViewportSize(width=320, height=640)
BUTTONS = {"light": "rgb(10, 90, 102)", "dark": "rgb(15, 120, 134)"}
SCREENS = {"wide": WIDE, "phone": PHONE, "narrow": NARROW}
SHOWN_BESIDE_THE_FORM = """
[...document.querySelectorAll("main *:not(lead-form, lead-form *)")]
  .filter((node) => node.checkVisibility() && !node.querySelector("lead-form")).map((node) => node.outerHTML)
"""
IN_VIEW = (
    "bar => { const box = bar.getBoundingClientRect(); return box.bottom <= innerHeight + 1 && box.top < innerHeight; }"
)
COVERED = """
(bar) => [...document.querySelectorAll("main a, main summary")]
  .filter((node) => !bar.contains(node) && node.checkVisibility())
  .filter((node) => {
    window.scrollTo(0, 0);
    node.focus();
    return node.getBoundingClientRect().bottom > bar.getBoundingClientRect().top;
  })
  .map((node) => node.innerText)
"""


def looks_right(page: Page, name: str) -> None:
    for screen, size in SCREENS.items():
        page.set_viewport_size(size)
        judge_size(page, f"{name} ({screen})")
        if size is not NARROW:
            page.screenshot(path=SCREENSHOTS / screen / f"{name}.png", full_page=True)
        judge(page, f"{name} ({screen})")
    assert page.locator("h1:visible").count() == 1


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_light_and_in_dark(patient: Patient, page: Page, scheme: str, language: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    patient.open(f"?language={language}")
    for summary in page.locator("summary:visible").all():
        summary.click()
    looks_right(page, f"landing-{language}-{scheme}")
    start = page.get_by_role("button", name=re.compile("^(Start|Empezar)$"))
    expect(start).to_have_css("background-color", BUTTONS[scheme])
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 25, 30)"
    assert dark == (scheme == "dark")


def test_the_form_is_dark_where_the_page_is(patient: Patient, page: Page) -> None:
    def look(name: str) -> None:
        judge(page, f"dark {name}")
        page.screenshot(path=SCREENSHOTS / "phone" / f"dark-{name}.png", full_page=True)

    page.emulate_media(color_scheme="dark")
    patient.start()
    expect(page.locator("body")).to_have_css("background-color", "rgb(15, 25, 30)")
    patient.next()
    look("errors")
    patient.answer(patient.calm(1, em_now=["chest-pressure"]))
    patient.sees_emergency()
    expect(page.locator("dialog")).to_have_css("background-color", "rgb(255, 255, 255)")
    look("emergency")
    page.get_by_role("button", name="I pressed this by mistake").click()
    patient.filled_in()
    page.locator("#contact-email").fill("jo@gmial.com")
    page.locator("#contact-name").focus()
    look("contact")
    patient.goes_to_check()
    look("check")
    patient.next()
    patient.reference()
    look("receipt")


def test_with_forced_colours_and_on_paper(patient: Patient, page: Page) -> None:
    page.emulate_media(forced_colors="active")
    patient.open()
    looks_right(page, "landing-forced-colours")
    page.emulate_media(forced_colors="none", media="print")
    page.set_viewport_size(WIDE)
    page.screenshot(path=SCREENSHOTS / "wide" / "landing-printed.png", full_page=True)
    expect(page.locator(".intro h1")).to_be_visible()
    for part in ("#questions", ".bar", ".advice.before"):
        expect(page.locator(part)).to_be_hidden()


@pytest.mark.parametrize("zoomed", [ViewportSize(width=320, height=256), ViewportSize(width=195, height=422)])
def test_enlarged_nothing_is_cut_or_stuck(patient: Patient, page: Page, zoomed: ViewportSize) -> None:
    page.set_viewport_size(zoomed)
    patient.open()
    judge_size(page, "landing enlarged")
    expect(page.locator(".bar")).to_have_css("position", "static")


def serve(page: Page, site: str, name: str, landing: LandingPage) -> None:
    content = WebFiles(landing.placeholders).get(name).content
    page.route(site, lambda route: route.fulfill(body=content, content_type="text/html"))


def test_with_all_parts_of_the_clinic(patient: Patient, page: Page, site: str) -> None:
    serve(page, site, "index.html", SIGNED)
    patient.open()
    expect(page.get_by_role("link", name="Notice of Privacy Practices")).to_be_visible()
    expect(page.get_by_text("Jane Example, MD")).to_be_visible()
    looks_right(page, "landing-all-parts")


@pytest.mark.parametrize("name", ["closed.html", "closed.es.html"])
def test_a_form_that_is_not_open(patient: Patient, page: Page, site: str, name: str) -> None:
    serve(page, site, name, replace(SIGNED, open=False))
    patient.open()
    expect(page.locator("h1")).to_have_text(
        re.compile("This form is not open yet|Este formulario todavía no está abierto")
    )
    expect(page.locator("main").get_by_role("link", name="(312) 555-0100")).to_be_visible()
    expect(page.locator("lead-form")).to_have_count(0)
    looks_right(page, f"landing-{name.removesuffix('.html')}")


@pytest.mark.parametrize("wide", SCREENS)
def test_each_start_starts_the_form(patient: Patient, page: Page, wide: str) -> None:
    page.set_viewport_size(SCREENS[wide])
    patient.open()
    page.locator(".bar").get_by_role("link", name="Start").click()
    expect(page.locator("lead-form[started]")).to_be_visible()
    assert page.evaluate(SHOWN_BESIDE_THE_FORM) == []


def test_start_leads_to_the_plain_form_while_the_forms_script_is_missing(
    patient: Patient, page: Page, console: Console
) -> None:
    console.expect("ERR_FAILED")
    page.route("**/lead-form.js", lambda route: route.abort())
    patient.open()
    page.locator(".bar").get_by_role("link", name="Start").click()
    page.wait_for_url("**/form")


def test_on_a_phone_call_and_start_stay_at_hand_and_cover_nothing(patient: Patient, page: Page) -> None:
    patient.open()
    bar = page.locator(".bar")
    assert not bar.evaluate(IN_VIEW), "the button of the form itself comes first"
    page.get_by_role("heading", name="How it is treated").scroll_into_view_if_needed()
    assert bar.evaluate(IN_VIEW)
    expect(bar.get_by_role("link", name="Call")).to_have_attribute("href", "tel:3125550100")
    assert bar.evaluate(COVERED) == []
    page.keyboard.press("End")
    below = page.locator("footer").evaluate("footer => footer.getBoundingClientRect().top")
    assert bar.evaluate("bar => bar.getBoundingClientRect().bottom") <= below


def test_the_first_view_of_a_phone_shows_how_to_start(patient: Patient, page: Page) -> None:
    # A phone's screen is 844 px high, minus 180 px for the browser's bars.
    page.set_viewport_size(ViewportSize(width=390, height=664))
    patient.open()
    expect(page.get_by_role("button", name="Start")).to_be_in_viewport(ratio=1)


def test_the_drawings_are_described(patient: Patient, page: Page) -> None:
    patient.open()
    for name in ("A spine from the side", "The same spine with a narrowed opening"):
        expect(page.get_by_role("img", name=name)).to_be_visible()
    expect(page.locator("svg:not([role=img], [aria-hidden=true])")).to_have_count(0)
