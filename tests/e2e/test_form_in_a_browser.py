"""Tests the form in Chromium. tests/browser tests it without the local cloud."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Request

from dev.cloud import LocalCloud
from dev.demo import Demo
from tests.aws import flat
from tests.browser.patient import Patient

FIRST_VIEW_BYTES = 24_000
FORM_BYTES = 12_500


pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(reduced_motion="reduce") as context:
        yield context.new_page()


def test_first_view_is_three_small_files_and_the_form(page: Page, site: str) -> None:
    """The icon does not count, because browsers request an icon for any page."""
    sizes: dict[str, int] = {}

    def note(request: Request) -> None:
        if not request.url.endswith("/icon.svg"):
            transferred = request.sizes()
            sizes[request.url] = transferred["responseHeadersSize"] + transferred["responseBodySize"]

    page.on("requestfinished", note)
    page.goto(site, wait_until="networkidle")
    (form,) = [url for url in sizes if "form?mode=element" in url]
    assert sizes.pop(form) < FORM_BYTES
    assert len(sizes) == 3
    assert sum(sizes.values()) < FIRST_VIEW_BYTES


def test_works_below_any_path(page: Page, cloud: LocalCloud) -> None:
    Patient(page, f"{cloud.api}/").ready_to_send().next().reference()


def test_is_sent_from_another_site(page: Page, cloud: LocalCloud, site: str, elsewhere: Demo) -> None:
    elsewhere.embed(site)
    reference = Patient(page, elsewhere.address, level=2).ready_to_send().next().reference()
    items = cloud.client("dynamodb").scan(TableName=cloud.outputs["LeadsTable"])["Items"]
    assert reference in [flat(item["lead"]["S"])["reference"] for item in items if "lead" in item]
