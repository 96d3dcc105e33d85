"""Provides an HTTP client and a Chromium, both without JavaScript."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import mechanicalsoup
import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from dev.cloud import LocalCloud

Json = dict[str, Any]
PHONE = ViewportSize(width=390, height=844)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.startswith("tests/plain/") and "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@pytest.fixture
def client() -> Iterator[Any]:
    browser = mechanicalsoup.StatefulBrowser(raise_on_404=False, user_agent="test")
    yield browser
    browser.close()


@pytest.fixture
def plain_page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False, has_touch=True)
    yield context.new_page()
    context.close()


@pytest.fixture
def stored(cloud: LocalCloud) -> Callable[[str], list[Json]]:
    """Provides a function that returns the stored leads that contain a text."""
    table = cloud.client("dynamodb")

    def leads(text: str) -> list[Json]:
        pages = table.get_paginator("scan").paginate(TableName=cloud.outputs["LeadsTable"], ConsistentRead=True)
        # Tombstones of erased leads have no `lead`.
        found = (item["lead"]["S"] for page in pages for item in page["Items"] if "lead" in item)
        return [json.loads(lead) for lead in found if text in lead]

    return leads
