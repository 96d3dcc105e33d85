"""Measures three visits to the form, and compares one of them with other providers' forms.

    python -m benchmarks.visit [--counted]

The real template runs on a local cloud where no function has started. `--counted` also counts the instructions for
which the first visitor waits.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, Locator, Page, Request, expect

from benchmarks import artifacts
from benchmarks.artifacts import PROJECT, Variant
from benchmarks.fake_aws import FakeAws, trust
from benchmarks.form_speed import PHONE
from benchmarks.measuring import environment, run
from dev import template
from dev.chromium import open_browser
from dev.cloud import LocalCloud
from dev.front import Front
from shared.rulebook.loading import load
from tests.browser.patient import CALM, PHONE_NUMBER

STARTED = re.compile(r"Lambda worker spawned for (\S+) ")  # a line of the emulator's log
WORDS = """
() => [...document.querySelector("lead-form").shadowRoot.children]
  .filter(node => !node.matches("style, link, template")).map(node => node.innerText ?? "").join(" ")
"""
NOT_AWAITED = ("/challenges/", "mode=added")  # the visitor reads during these requests
READS_WITHIN = 30  # seconds; longer than a cold start
FORWARD = "[type=submit]:visible"
EVENTS = PROJECT / "events"


@dataclass
class Visit:
    """The effort and the traffic of one visit.

    taps: number of pressed buttons, boxes and options
    typed: number of fields filled in by keyboard
    words: number of words that the form shows
    bytes: received bytes, in headers and bodies
    started: functions that had a cold start
    waited: functions in `started` for which the visitor waited
    """

    name: str
    taps: int = 0
    typed: int = 0
    screens: int = 0
    words: int = 0
    requests: int = 0
    bytes: int = 0
    started: list[str] = field(default_factory=list)
    waited: list[str] = field(default_factory=list)


class Visitor:
    """A simulated visitor, who counts the page's requests."""

    def __init__(self, page: Page, cloud: LocalCloud, name: str) -> None:
        self.page = page
        self.visit = Visit(name)
        self._cloud = cloud
        self._asked: list[tuple[Request, int]] = []
        self._answered: list[Request] = []
        self._begun = False
        page.on("request", self._note)
        page.on("requestfinished", self._finished)

    def open(self, address: str) -> None:
        self.page.goto(address, wait_until="networkidle")
        self._look()

    def press(self, button: Locator, until: Locator) -> None:
        """Presses a button after all requests are answered, and waits until the element `until` is visible."""
        until_answered = time.monotonic() + READS_WITHIN
        while len(self._answered) < len(self._asked) and time.monotonic() < until_answered:
            self.page.wait_for_timeout(50)
        self._begun = True
        button.click()
        self.visit.taps += 1
        expect(until).to_be_visible(timeout=60_000)
        self._look()

    def answer(self, answers: dict[str, Any]) -> None:
        for code, value in answers.items():
            block = self.page.locator(f"#block-{code}")
            options = value if isinstance(value, list) else [value]
            if block.locator("input[type=radio], input[type=checkbox]").count():
                for option in options:
                    self.tick(block.locator(f"input[value='{option}']"))
            elif value:
                self.type(block.locator("input, textarea"), value)

    def tick(self, box: Locator) -> None:
        box.check()
        self.visit.taps += 1

    def type(self, box: Locator, text: str) -> None:
        box.fill(text)
        self.visit.typed += 1

    def leave_contact(self) -> None:
        self.type(self.page.locator("#contact-name"), "Test Patient")
        self.type(self.page.locator("#contact-phone"), PHONE_NUMBER)
        self.tick(self.page.locator("#consent-contact"))

    def finish(self) -> Visit:
        for sizes in (request.sizes() for request in self._answered):
            self.visit.requests += 1
            self.visit.bytes += sizes["responseHeadersSize"] + sizes["responseBodySize"]
        return self.visit

    def _look(self) -> None:
        self.visit.screens += 1
        self.visit.words += len(str(self.page.evaluate(WORDS)).split())

    def _note(self, request: Request) -> None:
        self._asked.append((request, self._starts(request)))

    def _finished(self, request: Request) -> None:
        self._answered.append(request)
        before = next(count for asked, count in self._asked if asked is request)
        if self._starts(request) > before:
            self.visit.started.append(self._function(request))
            if self._begun and not any(part in request.url for part in NOT_AWAITED):
                self.visit.waited.append(self._function(request))

    def _starts(self, request: Request) -> int:
        """Returns how often the request's function has started so far."""
        physical = self._cloud.resources.get(self._function(request), "no function")
        return STARTED.findall(self._cloud.emulator.log.read_text(errors="replace")).count(physical)

    @staticmethod
    def _function(request: Request) -> str:
        path = "/" + request.url.partition("://")[2].partition("/")[2].partition("?")[0]
        asked = f"{request.method} {path}"
        for route, function in template.routes().items():
            if re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(route)), asked):
                return function
        return ""


def usual(visitor: Visitor) -> None:
    page, title = visitor.page, ".progress:visible"
    visitor.press(page.locator("#start"), page.locator(title))
    for number, answers in enumerate(CALM, 1):
        visitor.answer(answers)
        if number < len(CALM):
            following = re.compile(rf"^Step {number + 1} ")
            visitor.press(page.locator(FORWARD), page.locator(title).filter(has_text=following))
    visitor.leave_contact()
    visitor.press(page.locator(FORWARD), page.locator("#check-title"))
    visitor.press(page.locator(FORWARD), page.locator("#reference"))


def emergency(visitor: Visitor) -> None:
    page = visitor.page
    visitor.press(page.locator("#start"), page.locator(".progress:visible"))
    visitor.press(
        page.locator("#block-em-now input[value='chest-pressure']"), page.get_by_role("link", name="Call 911")
    )


def callback(visitor: Visitor) -> None:
    page = visitor.page
    heading = page.get_by_role("heading", name="Just call me", level=1)
    visitor.press(page.get_by_role("button", name="Just call me"), heading)
    visitor.answer({"em-now": ["none"]})
    visitor.leave_contact()
    visitor.press(page.locator(FORWARD), page.locator("#reference"))


VISITS: dict[str, Callable[[Visitor], None]] = {"usual": usual, "emergency": emergency, "just call me": callback}


@contextmanager
def fresh_cloud() -> Iterator[tuple[LocalCloud, str]]:
    with TemporaryDirectory() as state:
        cloud = LocalCloud(Path(state))
        cloud.emulator.log_level = "INFO"
        with cloud, Front(cloud) as front:
            yield cloud, front.address


def drive(chromium: Browser, name: str) -> Visit:
    with fresh_cloud() as (cloud, address):
        context = chromium.new_context(viewport=PHONE, has_touch=True, reduced_motion="reduce")
        try:
            visitor = Visitor(context.new_page(), cloud, name)
            visitor.open(address)
            VISITS[name](visitor)
            return visitor.finish()
        finally:
            context.close()


# ---- other providers' forms


def others() -> list[Visit]:
    """Estimates the same visit on a form by the rules of GOV.UK and the NHS, and on a form of Formspree.

    GOV.UK and the NHS ask for a start page, a page for each question, for name, phone number and consent,
    "Check your answers", and a confirmation. Formspree has one page with all questions, and a "Thank You" page.
    """
    questions = load().rule_sets["fs-intake"].questionnaire.questions
    asked = {code: value for answers in CALM for code, value in answers.items()}
    written = [code for code in asked if questions[code].type in ("integer", "text")]
    ticks = (
        sum(len(value) if isinstance(value, list) else 1 for code, value in asked.items() if code not in written) + 1
    )
    typed = sum(bool(asked[code]) for code in written) + 2
    pages = len(asked) + 3
    return [
        Visit("GOV.UK or NHS question pages", taps=1 + ticks + pages + 1, typed=typed, screens=1 + pages + 2),
        Visit("Formspree", taps=ticks + 1, typed=typed, screens=2),
    ]


def table(visits: list[Visit]) -> str:
    lines = [
        "| | taps; fields typed | screens | words | requests | kB | starts; waited for after Start |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {visit.name} | {visit.taps}; {visit.typed} | {visit.screens} | {visit.words} | {visit.requests} "
        f"| {visit.bytes / 1000:.0f} | {len(visit.started)}; {len(visit.waited)} |"
        for visit in visits
    ]
    lines += [f"| {one.name}: usual | {one.taps}; {one.typed} | {one.screens} | | | | |" for one in others()]
    return "\n".join(lines)


# ---- instructions


def waited_instructions() -> dict[str, float]:
    """Returns for how many millions of instructions the visitor waits in each part of the usual visit.

    The key "a" holds the cold start of peer a.
    """
    with FakeAws() as aws:
        variables = environment(aws)
        bare = next(peer for peer in artifacts.peers() if peer.key == "a")
        page, form, capture = artifacts.ours("show_page", "draw_form", "capture_lead")
        for variant in (bare, page):
            trust(variant.folder, aws.authority)

        def count(variant: Variant, *events: str) -> float:
            parts = [json.loads((EVENTS / f"{name}.json").read_text()) for name in events]
            with TemporaryDirectory() as folder:
                file = Path(folder) / "events.json"
                file.write_text(json.dumps(parts if events else json.loads(variant.event.read_text())))
                asked = Variant(variant.key, variant.title, variant.folder, variant.handler, file)
                return (run(asked, "0", variables, counted=True).instructions or 0) / 1e6

        boot = (run(page, "boot", variables, counted=True).instructions or 0) / 1e6
        started = count(page) - boot
        screening = count(form, "draw_form", "draw_form.screening") - count(form, "draw_form")
        sending = count(capture, "capture_lead.challenge", "capture_lead") - count(capture, "capture_lead.challenge")
        return {
            "a": count(bare) - boot,
            "page": started,
            "its files": started,
            "screenings": screening * (len(CALM) - 1),
            "submission": sending,
        }


def main() -> None:
    parser = argparse.ArgumentParser(description="What a visit takes")
    parser.add_argument("--counted", action="store_true", help="counts instructions, too")
    asked = parser.parse_args()
    with open_browser() as chromium:
        print(table([drive(chromium, name) for name in VISITS]))
    if asked.counted:
        parts = waited_instructions()
        bare = parts.pop("a")
        print("".join(f"{name}: {count:.0f} M, {count / bare:.3f} of a\n" for name, count in parts.items()))
        print(f"waited for, all cold: {sum(parts.values()) / bare:.2f} of a (0.85 at most)")


if __name__ == "__main__":
    main()
