from __future__ import annotations

import re
from pathlib import Path

import pytest

from functions import draw_form
from shared.http import pages
from shared.rulebook.ui_texts import words
from tests.aws import Aws
from tests.functions.calls import CONTEXT
from tests.functions.fill_form import CALM, CONTACT, fill_to
from tests.functions.plain_browser import PlainBrowser, form_post

QUESTIONNAIRE = draw_form.rulebook.rule_sets["fs-intake"].questionnaire


@pytest.fixture
def browser() -> PlainBrowser:
    return PlainBrowser()


def test_the_whole_form_in_spanish(browser: PlainBrowser, aws: Aws) -> None:
    browser.open("form?language=es&utm_source=x")
    es = words("es")
    assert browser.page.html is not None
    assert browser.page.html["lang"] == "es"
    assert browser.page.select_one(".switch a")["hreflang"] == "en"  # type: ignore[index]
    browser.press(es["Next"])
    assert set(browser.errors.values()) == {es["Check at least one box."]}
    browser.fill(CALM[0]).press(es["Next"]).press(es["Next"])
    assert set(browser.errors.values()) == {
        es["Enter a number."],
        es["Choose one answer."],
        es["Check at least one box."],
    }
    for page in CALM[1:-1]:
        browser.fill(page).press(es["Next"])
    browser.fill(CALM[-1] | CONTACT).press(es["Next"])
    assert browser.title == es["Check your answers"]
    browser.press(es["Send"])
    assert browser.title == es["We received your answers"]
    [lead] = aws.leads()
    assert lead["language"] == "es"
    assert lead["messages_shown"][0]["text"] in browser.text


@pytest.mark.parametrize(("language", "others"), [("en", ["es"]), ("es", ["en"])])
def test_a_page_offers_the_other_languages_only(browser: PlainBrowser, language: str, others: list[str]) -> None:
    browser.open(f"form?language={language}")
    assert [link["hreflang"] for link in browser.page.select(".switch a")] == others
    browser.press(words(language).get("Next", "Next"))
    assert [button["value"] for button in browser.page.select("button[name=switch_language]")] == others


def test_the_language_changes_without_a_page_that_was_asked() -> None:
    answer = draw_form.handler(form_post("/form", [("asked", "yes"), ("switch_language", "es")]), CONTEXT)
    assert (answer["statusCode"], 'lang="es"' in answer["body"]) == (200, True)


def test_the_browsers_language_is_the_default(browser: PlainBrowser) -> None:
    browser.open("form", {"accept-language": "es-MX,es;q=0.9,en;q=0.5"})
    assert browser.page.html is not None
    assert browser.page.html["lang"] == "es"


def test_every_text_of_the_pages_is_translated() -> None:
    sources = [path.read_text() for path in Path(pages.__file__).parent.iterdir() if path.suffix in (".html", ".py")]
    found = (
        pair for source in sources for pair in re.findall(r'\bt\("([^"]+)"|"((?:Only if|You answered)[^"]+)"', source)
    )
    texts = {one or other for one, other in found}
    assert len(texts) > 30
    assert texts <= words("es").keys()


def test_who_helps_somebody_reads_of_them(browser: PlainBrowser) -> None:
    browser.open().fill(CALM[0]).press("Next").fill(CALM[1] | {"who": "caregiver"}).press("Next")
    assert "Is any part of their body weak?" in browser.text
    for page in CALM[2:-1]:
        browser.fill(page).press("Next")
    assert "Your own name" in browser.text
    asked = {code: browser.page.select_one(f"#contact-{code}") for code in ("name", "helper_name")}
    assert {code: field["autocomplete"] for code, field in asked.items() if field} == {
        "name": "off",
        "helper_name": "name",
    }
    consent = QUESTIONNAIRE.contact.consents[0]
    shown = browser.page.select_one("[name='consents_shown.contact']")
    assert shown is not None
    assert shown["value"] not in ("", consent.text_hash)
    fill_to(browser, len(CALM))
    assert "Your own name" not in browser.text
