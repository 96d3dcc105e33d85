from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from shared.domain.intake.phone import WANTED
from shared.rulebook.ui_texts import words
from tests.accessibility import violations
from tests.aws import Aws
from tests.functions.fill_form import CALM, CONTACT
from tests.plain.conftest import PHONE
from tests.served import served

SCREENSHOTS = Path(__file__).resolve().parents[2] / "build" / "screenshots"
WIDE = ViewportSize(width=1280, height=900)
NARROW = ViewportSize(width=320, height=640)
SMALLEST_TARGET = 44
REASSURANCE = re.compile(
    r"you are fine|low risk|no red flags?|nothing serious|no need to worry|all clear", re.IGNORECASE
)
TARGETS = """
(smallest) => [...document.querySelectorAll(
    "button, .button, input:not([type=checkbox], [type=radio], [type=hidden], .trap *), textarea, .option, .call a")]
  .filter(node => node.checkVisibility())
  .map(node => [node.innerText || node.id, node.getBoundingClientRect()])
  .filter(([, box]) => box.height < smallest || box.width < smallest)
  .map(([name, box]) => `${name}: ${box.width} x ${box.height}`)
"""

Look = Callable[[str], None]


@pytest.fixture
def site(aws: Aws) -> Iterator[str]:
    with served() as address:
        yield address


@pytest.fixture(scope="module")
def copy(browser: Browser) -> Iterator[Page]:
    """Yields a tab with JavaScript, which axe needs, for a copy of the tested page."""
    context = browser.new_context(viewport=PHONE, bypass_csp=True)
    yield context.new_page()
    context.close()


@pytest.fixture
def look(plain_page: Page, copy: Page) -> Look:
    def record(name: str) -> None:
        for screen, size in (("wide", WIDE), ("phone", PHONE), ("narrow", NARROW)):
            plain_page.set_viewport_size(size)
            beyond = plain_page.locator("html").evaluate("page => page.scrollWidth - page.clientWidth")
            assert beyond <= 0, f"{name}: {beyond} px too wide at {size['width']}"
            assert plain_page.evaluate(TARGETS, SMALLEST_TARGET) == [], f"{name}: too small a target"
            if size is not NARROW:
                plain_page.screenshot(path=SCREENSHOTS / screen / f"plain-{name}.png", full_page=True)
        plain_page.set_viewport_size(PHONE)
        judge(copy, plain_page, name)
        assert not REASSURANCE.search(plain_page.locator("body").inner_text()), name
        assert plain_page.locator("h1").count() == 1, name

    return record


def judge(copy: Page, page: Page, name: str) -> None:
    content = page.content()
    copy.route(page.url, lambda route: route.fulfill(body=content, content_type="text/html; charset=utf-8"))
    copy.goto(page.url)
    copy.unroute(page.url)
    assert violations(copy) == [], name


def answer(page: Page, values: dict[str, Any]) -> None:
    for key, value in values.items():
        name = key if "." in key else f"answers.{key}"
        fields = page.locator(f'[name="{name}"]:not([type=hidden])')
        if fields.first.get_attribute("type") in ("radio", "checkbox"):
            for choice in value if isinstance(value, list) else [value]:
                page.locator(f'[name="{name}"][value="{choice}"]').check()
        else:
            fields.fill(str(value))


def press(page: Page, text: str) -> None:
    page.get_by_role("button", name=text, exact=True).click()


def go_to(page: Page, site: str, step: int, query: str = "", forward: str = "Next") -> None:
    page.goto(f"{site}form{query}")
    for values in CALM[: step - 1]:
        answer(page, values)
        press(page, forward)


def test_every_page_empty_with_errors_and_the_receipt(plain_page: Page, site: str, look: Look) -> None:
    plain_page.goto(f"{site}form")
    for step, values in enumerate(CALM, start=1):
        expect(plain_page.locator(".progress")).to_contain_text(f"Step {step} of {len(CALM)}")
        look(f"{step}0-page")
        press(plain_page, "Next")
        expect(plain_page.locator("#summary")).to_be_focused()
        look(f"{step}1-errors")
        answer(plain_page, values | (CONTACT if step == len(CALM) else {}))
        press(plain_page, "Next")
    look("59-check")
    press(plain_page, "Send")
    expect(plain_page.locator("h1")).to_have_text("We received your answers")
    look("60-receipt")
    plain_page.reload()
    expect(plain_page.locator("#reference")).to_be_visible()


def test_a_link_of_the_error_summary_leads_to_the_field(plain_page: Page, site: str) -> None:
    go_to(plain_page, site, 2)
    press(plain_page, "Next")
    plain_page.locator(".summary a").first.click()
    plain_page.keyboard.type("62")
    expect(plain_page.locator("#question-age")).to_have_value("62")


def test_follow_ups(plain_page: Page, site: str, look: Look) -> None:
    go_to(plain_page, site, 4)
    answer(plain_page, {"ces": ["bladder-leak"], "signs": ["none"]})
    press(plain_page, "Next")
    expect(plain_page.locator("h1")).to_have_text("More about your answers")
    look("22-follow-ups")


@pytest.fixture
def dark(plain_page: Page, copy: Page) -> Iterator[None]:
    for page in (plain_page, copy):
        page.emulate_media(color_scheme="dark")
    yield
    copy.emulate_media(color_scheme="light")


def test_the_single_page_and_an_emergency_in_the_dark(plain_page: Page, site: str, look: Look, dark: None) -> None:
    plain_page.goto(f"{site}form?mode=single")
    expect(plain_page.locator("body")).to_have_css("background-color", "rgb(15, 25, 30)")
    look("50-single")
    press(plain_page, "Send")
    expect(plain_page.locator("#summary")).to_be_focused()
    look("51-single-errors")
    answer(plain_page, {"em-now": ["chest-pressure"]})
    press(plain_page, "Send")
    expect(plain_page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    look("73-emergency-in-the-dark")


def test_an_emergency(plain_page: Page, site: str, look: Look) -> None:
    plain_page.goto(f"{site}form")
    answer(plain_page, CALM[0] | {"em-now": ["chest-pressure"]})
    press(plain_page, "Next")
    expect(plain_page.locator("h1")).to_have_text("Get emergency help now")
    look("70-emergency")
    press(plain_page, "Send")
    look("71-emergency-errors")
    answer(plain_page, {"contact.phone": "312 555 0142", "consents.contact": "yes"})
    press(plain_page, "Send")
    expect(plain_page.locator("#reference")).to_be_visible()
    look("72-emergency-receipt")


def test_every_page_shows_the_notice_and_exists_in_spanish(plain_page: Page, site: str, look: Look) -> None:
    """On a page with answers, the language switch posts the form, so that no URL contains answers."""
    es = words("es")
    notice, title = plain_page.locator(".approval").first, plain_page.locator("h1")
    go_to(plain_page, site, 4)
    answer(plain_page, {"ces": ["bladder-leak"], "signs": ["none"]})
    press(plain_page, "Español")
    expect(plain_page.locator(".progress")).to_contain_text("Paso 4 de 8")
    expect(plain_page.locator("[name='answers.ces'][value=bladder-leak]")).to_be_checked()
    press(plain_page, "English")
    answer(plain_page, {"ces": ["saddle-numb"], "ces-onset": "lt2w", "checked": "no"})
    press(plain_page, "Next")
    expect(title).to_have_text("Get emergency help now")
    expect(notice).to_be_visible()
    expect(plain_page.locator("header a[href^='tel:']")).to_be_visible()
    press(plain_page, "Español")
    expect(title).to_have_text(es["Get emergency help now"])
    expect(plain_page.locator("#messages")).to_contain_text("Vaya a una sala de emergencias ahora mismo.")
    expect(plain_page.locator(".approval")).to_have_count(2)
    expect(plain_page.locator(".error")).to_have_count(0)
    assert urlsplit(plain_page.url).query == ""
    sizes = {
        tag: plain_page.locator(tag).first.evaluate("node => parseFloat(getComputedStyle(node).fontSize)")
        for tag in ("h1", ".call-buttons a", ".call a", ".approval")
    }
    assert min(sizes["h1"], sizes[".call-buttons a"]) > max(sizes[".call a"], sizes[".approval"])
    below = [plain_page.locator(part).first.bounding_box() for part in ("#messages", "header.site")]
    assert below[0]
    assert below[1]
    assert below[0]["y"] < below[1]["y"]
    look("es-70-emergency")


def test_an_emergency_in_free_text_remains_one_in_another_language(plain_page: Page, site: str, aws: Aws) -> None:
    go_to(plain_page, site, len(CALM))
    answer(
        plain_page,
        CALM[-1] | CONTACT | {"note": "Some days I want to die", "contact.name": "Nobody Yet", "contact.phone": "12"},
    )
    press(plain_page, "Next")
    expect(plain_page.get_by_role("link", name="Call 988")).to_be_visible()
    press(plain_page, "Español")
    expect(plain_page.get_by_role("link", name="Llamar al 988")).to_be_visible()
    expect(plain_page.locator("#summary")).to_have_count(0)
    assert aws.leads() == []


def test_hints_about_numbers_and_text_messages(plain_page: Page, site: str) -> None:
    go_to(plain_page, site, len(CALM))
    plain_page.get_by_text("When and how to reach you").click()
    expect(plain_page.get_by_role("group", name="How should we reach you?")).to_contain_text("also check the box")
    answer(plain_page, CALM[-1] | CONTACT | {"contact.phone": "+1 212 55501"})
    press(plain_page, "Next")
    expect(plain_page.locator("#contact-phone")).to_have_accessible_description(WANTED)


def test_under_18(plain_page: Page, site: str, look: Look) -> None:
    go_to(plain_page, site, 2)
    answer(plain_page, CALM[1] | {"who": "guardian"})
    press(plain_page, "Next")
    look("80-under-18")
    press(plain_page, "Español")
    expect(plain_page.locator("h1")).to_have_text("Este formulario es para adultos")
    press(plain_page, "English")
    press(plain_page, "Continue to safety advice")
    for values in CALM[2:-1]:
        answer(plain_page, values)
        press(plain_page, "Next")
    look("81-under-18-last-page")
    press(plain_page, "Show the safety advice")
    expect(plain_page.locator("h1")).to_have_text("Safety advice")
    look("82-under-18-advice")


def test_a_form_sent_again_with_other_answers(plain_page: Page, site: str, look: Look) -> None:
    go_to(plain_page, site, len(CALM))
    answer(plain_page, CALM[-1] | CONTACT)
    press(plain_page, "Next")
    sent = plain_page.evaluate("new URLSearchParams(new FormData(document.querySelector('main form'))).toString()")
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert plain_page.request.post(f"{site}submissions", data=sent, headers=kind).ok
    press(plain_page, "Change: Your name")
    answer(plain_page, {"contact.name": "Somebody Else"})
    press(plain_page, "Next")
    press(plain_page, "Send")
    expect(plain_page.locator("h1")).to_have_text("We already have a different set of answers from you")
    look("90-sent-before")
    press(plain_page, "Send as a new form")
    expect(plain_page.locator("#reference")).to_be_visible()


def test_an_expired_receipt(plain_page: Page, site: str, look: Look) -> None:
    plain_page.goto(f"{site}received/0b4f7c1e-6a52-4d0b-9a3e-5d1c2b7f8e90")
    expect(plain_page.locator("h1")).to_have_text("Not found")
    look("91-not-found")


def test_spanish(plain_page: Page, site: str, look: Look) -> None:
    es = words("es")
    plain_page.goto(f"{site}form")
    plain_page.get_by_role("link", name="Español").click()
    look("es-10-page")
    press(plain_page, es["Next"])
    look("es-11-errors")
    go_to(plain_page, site, len(CALM), "?language=es", es["Next"])
    answer(plain_page, CALM[-1] | CONTACT)
    look("es-60-last-page")
    press(plain_page, es["Next"])
    press(plain_page, es["Send"])
    expect(plain_page.locator("h1")).to_have_text(es["We received your answers"])
    look("es-61-receipt")


def test_a_page_by_keyboard(plain_page: Page, site: str) -> None:
    """Tab must never reach the hidden field that traps bots."""
    plain_page.goto(f"{site}form")
    seen = []
    for _ in range(40):
        plain_page.keyboard.press("Tab")
        focused = plain_page.evaluate("document.activeElement.id || document.activeElement.innerText")
        seen.append(focused)
        if focused == "question-em-now-none":
            plain_page.keyboard.press("Space")
        elif focused == "Next":
            plain_page.keyboard.press("Enter")
            break
    assert "website" not in seen
    expect(plain_page.locator(".progress")).to_contain_text("Step 2 of 8")
