"""Simulates a member of staff who uses the inbox in a browser."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime

from playwright.sync_api import ConsoleMessage, Locator, Page
from playwright.sync_api import TimeoutError as TookTooLongError

from dev.cloud import PASSWORD
from tests.browser.conftest import Console
from tests.browser.patient import appears

OPEN_LEADS = re.compile(r"/leads\?view=open$")
REFRESHED_EVERY = 16_000  # milliseconds; more than the interval in web/inbox/refresh.js
TURNS = 20
TURN = 1_000  # milliseconds


def next_january() -> str:
    """Returns 9:30 on a Wednesday of next January, as a datetime-local input."""
    middle = date(datetime.now(UTC).year + 1, 1, 13)
    return f"{middle.replace(day=13 + (2 - middle.weekday()) % 7)}T09:30"


class Member:
    def __init__(self, page: Page, site: str, name: str, console: Console) -> None:
        self.page, self.site, self.name, self.console = page, site, name, console
        self.addresses: list[str] = []
        page.on("request", lambda request: self.addresses.append(request.url))
        page.on("console", self._note)
        page.on("pageerror", lambda error: console.errors.append(str(error)))

    def open(self, reference: str = "") -> Member:
        """Opens the inbox and signs in. `reference` is the lead whose alert's URL is opened, or ""."""
        self.page.goto(f"{self.site}inbox{f'#lead={reference}' if reference else ''}")
        self.sign_in()
        return self.sees(reference) if reference else self

    def sign_in(self) -> None:
        self.page.get_by_label("Username").fill(self.name)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.locator("#user", has_text=self.name).wait_for(state="attached")

    def goes_to(self, reference: str) -> Member:
        self.page.evaluate("reference => { location.hash = `lead=${reference}` }", reference)
        return self.sees(reference)

    def sees(self, reference: str) -> Member:
        appears(self.page.locator("#lead h2 .reference", has_text=reference))
        return self

    def press(self, name: str) -> Member:
        self.page.get_by_role("button", name=name, exact=True).click()
        return self

    def filter(self, name: str, choice: str) -> Member:
        """Chooses a value in a filter of the list. Opens the filters first if they are folded."""
        if self.page.locator("#find").get_attribute("open") is None:
            self.page.locator("#find summary").click()
        self.page.locator(f"[data-filter={name}]").select_option(choice)
        return self

    def books(self) -> Member:
        self.press("Booked …").page.get_by_label("When").fill(next_january())
        if (why := self.page.locator("#book-why")).count():
            why.fill("Agreed at the door.")
        return self.press("Save the appointment").has("^Booked by you")

    def has(self, text: str) -> Member:
        appears(self.page.locator(".has", has_text=re.compile(text)))
        return self

    def refreshes(self) -> Member:
        """Advances the page's clock until the list reloads. A loading page skips a reload."""
        for _ in range(TURNS):
            with suppress(TookTooLongError), self.page.expect_request(OPEN_LEADS, timeout=TURN):
                self.page.clock.fast_forward(REFRESHED_EVERY)
                return self
        raise AssertionError("the page does not refresh")

    def second_tab(self) -> Member:
        return Member(self.page.context.new_page(), self.site, self.name, self.console).open()

    def row(self, reference: str) -> Locator:
        return self.page.locator(f'#leads a[data-reference="{reference}"]')

    def _note(self, message: ConsoleMessage) -> None:
        no_icon = str(message.location.get("url", "")).endswith("/favicon.ico")
        if message.type == "error" and not no_icon:
            self.console.errors.append(message.text)

    @property
    def lead(self) -> Locator:
        return self.page.locator("#lead")

    @property
    def refusal(self) -> Locator:
        return self.page.locator("#refusal")
