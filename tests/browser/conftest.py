"""Provides pages in Chromium, served from this process. An unexpected console error fails the test."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from tests.aws import Aws
from tests.browser.patient import Patient, Traffic
from tests.served import served

SCREENSHOTS = Path(__file__).resolve().parents[2] / "build" / "screenshots"
PHONE = ViewportSize(width=390, height=844)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.startswith("tests/browser/"):
            item.add_marker(pytest.mark.browser)


@dataclass
class Console:
    """Collects console errors. A test calls `expect` for the errors that it causes."""

    errors: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def expect(self, pattern: str) -> None:
        self.expected.append(pattern)

    def unexpected(self) -> list[str]:
        return [error for error in self.errors if not any(re.search(pattern, error) for pattern in self.expected)]


@pytest.fixture
def site(aws: Aws) -> Iterator[str]:
    with served() as address:
        yield address


@pytest.fixture
def console() -> Console:
    return Console()


@pytest.fixture
def screen() -> ViewportSize:
    return PHONE


@pytest.fixture
def proves() -> bool:
    """Keeps `page` from solving the proof of work, which takes half of a test's CPU time."""
    return False


@pytest.fixture
def page(browser: Browser, console: Console, screen: ViewportSize, proves: bool) -> Iterator[Page]:
    context = browser.new_context(viewport=screen, reduced_motion="reduce", has_touch=True)
    if not proves:
        context.add_init_script("if (crypto.subtle) crypto.subtle.digest = () => Promise.reject()")
    page = context.new_page()
    page.on("console", lambda message: console.errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: console.errors.append(str(error)))
    yield page
    context.close()
    assert console.unexpected() == []


@pytest.fixture
def traffic(page: Page) -> Traffic:
    return Traffic(page)


@pytest.fixture
def stored(aws: Aws) -> Callable[[], list[Any]]:
    """Provides a function that returns the stored leads, as flat dicts."""
    return aws.leads


@pytest.fixture
def patient(page: Page, site: str) -> Patient:
    return Patient(page, site)
