"""Provides staff who use the inbox in Chromium."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser

from shared.domain.opening_hours import OpeningHours
from shared.http.lead_responses import ShownHours
from tests.aws import ENVIRONMENT, Aws
from tests.browser.conftest import Console
from tests.functions.calls import submission
from tests.functions.staff_calls import captured
from tests.inbox.member import Member
from tests.served import one_at_a_time, served

CLINIC_ZONE = ENVIRONMENT["CLINIC_TIME_ZONE"]
Json = dict[str, Any]
Send = Callable[..., str]
Come = Callable[..., Member]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.startswith("tests/inbox/"):
            item.add_marker(pytest.mark.browser)


def hours_are(hours: OpeningHours, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shows staff these opening hours, which change no deadlines."""
    shown = ShownHours.of(hours)
    monkeypatch.setattr(ShownHours, "of", lambda _: shown)


@pytest.fixture
def send(aws: Aws) -> Send:
    """Provides a function that sends a patient's form, alerts staff, and returns the reference."""

    def arrive(answers: Json | None = None, language: str = "en", **contact: str) -> str:
        with one_at_a_time:
            return captured(answers, str(uuid4()), contact=submission()["contact"] | contact, language=language)

    return arrive


@pytest.fixture
def clinic(aws: Aws) -> Iterator[str]:
    with served() as address:
        yield address


@pytest.fixture
def member(browser: Browser, clinic: str) -> Iterator[Come]:
    """Provides a function that opens a browser for a member of staff, not yet signed in.

    Unexpected errors fail the test.
    """
    consoles: list[Console] = []
    with ExitStack() as open_browsers:

        def come(name: str, **options: Any) -> Member:
            usual = {"viewport": {"width": 1280, "height": 900}, "timezone_id": CLINIC_ZONE}
            context = browser.new_context(**(usual | options))
            open_browsers.callback(context.close)
            consoles.append(Console())
            return Member(context.new_page(), clinic, name, consoles[-1])

        yield come
    assert [error for console in consoles for error in console.unexpected()] == []


@pytest.fixture
def stored(aws: Aws) -> Callable[[str], Json]:
    return lambda reference: next(lead for lead in aws.leads() if lead["reference"] == reference)
