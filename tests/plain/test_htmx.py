"""Tests that htmx on another site's page submits the form and shows our response."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.npm import installed

ENDINGS = itertools.count(100)
LANDING = "http://localhost:8000/"
CONFIGURATION = {
    "htmx2": {"selfRequestsOnly": False, "responseHandling": [{"code": ".*", "swap": True}]},
    "htmx4": {"mode": "cors"},
}
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Landing page</title>
<meta name="htmx-config" content='{configuration}'>
<script src="/htmx.js"></script>
<h2>The clinic's own landing page</h2>
<form hx-post="{site}submissions" hx-target="#answer" hx-select="main">
<input type="hidden" name="answers.age" value="62">
<input type="hidden" name="answers.em-now" value="none">
<label>Phone <input name="contact.phone"></label>
<label><input type="checkbox" name="consents.contact"> The clinic may call me</label>
<button>Call me</button>
</form><div id="answer"></div></html>"""


@pytest.fixture(scope="session")
def htmx() -> Path:
    return installed(Path(__file__).parent / "npm", "htmx") / "node_modules"


@pytest.fixture(params=list(CONFIGURATION))
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def number() -> str:
    return f"872555{next(ENDINGS):04}"


@pytest.fixture
def landing(browser: Browser, htmx: Path, version: str, site: str) -> Iterator[Callable[[], Page]]:
    context = browser.new_context()
    context.grant_permissions(["local-network-access"], origin=LANDING)
    page = context.new_page()
    script = (htmx / version / "dist" / "htmx.min.js").read_text()

    def open_page() -> Page:
        body = PAGE.format(configuration=json.dumps(CONFIGURATION[version]), site=site)

        def serve(route: Route) -> None:
            if route.request.url.endswith(".js"):
                route.fulfill(body=script, content_type="text/javascript")
            else:
                route.fulfill(body=body, content_type="text/html; charset=utf-8")

        page.route(f"{LANDING}**", serve)
        page.goto(LANDING)
        return page

    yield open_page
    context.close()


def test_another_sites_form_is_sent_and_shows_the_receipt_in_place(
    landing: Callable[[], Page], number: str, stored: Callable[[str], list[Any]]
) -> None:
    page = landing()
    page.get_by_label("Phone").fill(number)
    page.get_by_label("The clinic may call me").check()
    page.get_by_role("button", name="Call me").click()
    expect(page.locator("#answer #reference")).to_be_visible()
    assert page.locator("h2").first.inner_text() == "The clinic's own landing page"
    assert len(stored(number)) == 1


def test_errors_return_a_form_that_works_on_the_other_site(
    landing: Callable[[], Page], number: str, site: str, stored: Callable[[str], list[Any]]
) -> None:
    page = landing()
    page.get_by_role("button", name="Call me").click()
    again = page.locator("#answer form")
    expect(again).to_have_attribute("action", f"{site}submissions")
    expect(page.locator("#answer .summary li")).to_have_count(2)
    expect(page.locator("#answer #question-age")).to_have_value("62")
    page.locator("#contact-phone").fill(number)
    page.locator("#consent-contact").check()
    page.locator("#answer").get_by_role("button", name="Send").click()
    page.wait_for_url(f"{site}received/*")
    expect(page.locator("#reference")).to_be_visible()
    assert len(stored(number)) == 1
