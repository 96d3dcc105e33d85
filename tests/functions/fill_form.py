from __future__ import annotations

from typing import Any

from tests.functions.plain_browser import PlainBrowser

CALM: list[dict[str, Any]] = [
    {"em-now": ["none"]},
    {"age": 62, "who": "self", "region": ["lumbar"], "injury": "no"},
    {"motor": ["none"], "cord": ["none"]},
    {"ces": ["none"], "signs": ["none"]},
    {"sys": ["none"]},
    {"spread": ["leg-one"], "sx": ["pain"]},
    {"pain": 5, "duration": "gt6m", "change": "no", "pattern": ["walk-worse"]},
    {"note": "First line\r\nsecond line"},
]
CONTACT = {"contact.name": "Jordan Example", "contact.phone": "(312) 555-0142", "consents.contact": "yes"}


def fill_to(browser: PlainBrowser, step: int, query: str = "") -> PlainBrowser:
    browser.open(f"form{query}")
    for page in CALM[: step - 1]:
        browser.fill(page).press("Next")
        assert browser.errors == {}
    return browser


def fill_all(browser: PlainBrowser, query: str = "") -> PlainBrowser:
    return fill_to(browser, len(CALM), query).fill(CALM[-1]).fill(CONTACT)


def fill_and_check(browser: PlainBrowser, query: str = "") -> PlainBrowser:
    return fill_all(browser, query).press("Next")
