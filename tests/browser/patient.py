"""Simulates a patient who fills in the form in a browser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from playwright.sync_api import Locator, Page, Request, Route, expect

Answers = dict[str, str | list[str]]

CALM: list[Answers] = [
    {"em-now": ["none"]},
    {"age": "54", "who": "self", "region": ["lumbar"], "injury": "no"},
    {"motor": ["none"], "cord": ["none"]},
    {"ces": ["none"], "signs": ["none"], "preg": "na"},
    {"sys": ["none"]},
    {"spread": ["leg-one"], "sx": ["pain"]},
    {"pain": "5", "duration": "gt6m", "change": "no", "pattern": ["walk-worse"]},
    {"note": ""},
]
LAST = len(CALM)
STEP = "Step {number} of {count}"
PHONE_NUMBER = "(212) 555-0123"

FILLED_IN = """
([fields, step]) => {
  sessionStorage.setItem("lead-form:fs-intake", JSON.stringify({
    at: Date.now(), submissionId: "10000000-1000-4000-8000-100000000000".replace(/[018]/g, digit =>
      (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16)),
    step, view: "page", guard: {}, emergency: null, minorNoticeShown: false, fields,
  }));
}
"""
FOCUSED = """
() => {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element?.id || (element?.name ? `${element.name}=${element.value}` : "");
}
"""


class Patient:
    def __init__(self, page: Page, site: str, level: int = 1) -> None:
        self.page = page
        self.site = site
        self.level = level

    def open(self, query: str = "") -> Patient:
        self.page.goto(self.site + query)
        return self

    def start(self, query: str = "") -> Patient:
        self.open(query)
        self.page.locator("#start").click()
        self.sees_step(1)
        return self

    def answer(self, answers: Answers) -> Patient:
        for code, value in answers.items():
            block = self.page.locator(f"#block-{code}")
            block.locator("input, textarea").first.wait_for(state="attached")  # the questions after Send load late
            if isinstance(value, list):
                for option in value:
                    block.locator(f"input[value='{option}']").check()
            elif block.locator("input[type=radio]").count():
                block.locator(f"input[value='{value}']").check()
            else:
                block.locator("input, textarea").fill(value)
        return self

    def next(self) -> Patient:
        self.page.locator("[type=submit]:visible").click()
        return self

    def fill_to(self, step: int, **changed: str | list[str]) -> Patient:
        return self.go_on(1, step, **changed)

    def go_on(self, first: int, step: int, **changed: str | list[str]) -> Patient:
        for number in range(first, step):
            self.answer(self.calm(number, **changed)).next()
            self.sees_step(number + 1)
        return self

    @staticmethod
    def calm(step: int, **changed: str | list[str]) -> Answers:
        named = {code.replace("_", "-"): value for code, value in changed.items()}
        return {code: named.get(code, value) for code, value in CALM[step - 1].items()}

    def at(self, step: int, query: str = "", text: str = STEP, **changed: str | list[str]) -> Patient:
        """Opens the form at `step`, with a stored draft, because filling in is slower."""
        draft = json.dumps(self._draft(step, **changed))
        once = f"filled in {uuid4()}"  # the tab's name survives a reload
        self.page.add_init_script(f'if (!name.includes("{once}")) {{ name += "{once}"; ({FILLED_IN})({draft}); }}')
        self.open(query)
        self.sees_step(step, text)
        return self

    def comes_back(self, step: int, text: str = STEP, **changed: str | list[str]) -> Patient:
        self.page.evaluate(FILLED_IN, self._draft(step, **changed))
        self.page.reload()
        self.sees_step(step, text)
        return self

    def _draft(self, step: int, **changed: str | list[str]) -> tuple[list[list[str]], int]:
        fields = []
        for number in range(1, LAST + 1 if step == LAST else step):
            for code, value in self.calm(number, **changed).items():
                fields += [[f"answers.{code}", one] for one in (value if isinstance(value, list) else [value])]
        return fields, step - 1

    def leave_contact(self, phone: str = PHONE_NUMBER) -> Patient:
        self.page.locator("#contact-name").fill("Test Patient")
        self.page.locator("#contact-phone").fill(phone)
        self.page.locator("#consent-contact").check()
        return self

    def filled_in(self, query: str = "", text: str = STEP, **changed: str | list[str]) -> Patient:
        return self.at(LAST, query, text, **changed).leave_contact()

    def ready_to_send(self, query: str = "", **changed: str | list[str]) -> Patient:
        return self.filled_in(query, STEP, **changed).goes_to_check()

    def goes_to_check(self) -> Patient:
        self.next()
        self.sees_check()
        return self

    def sees_check(self) -> None:
        appears(self.page.locator("#check-title"))

    def change(self, question: str) -> Patient:
        self.page.get_by_role("button", name=f"Change: {question}", exact=True).click()
        return self

    def sees_step(self, number: int, text: str = STEP, focused: str = ".title:visible") -> None:
        """Checks that page `number` is shown, and that the element `focused` has the focus."""
        shown = re.compile(rf"^{text.format(number=number, count=LAST)}, ")
        appears(self.page.locator(".progress", has_text=shown))
        if self.level == 1:
            expect(self.page.locator(focused)).to_be_focused()
            expect(self.page.locator(focused)).to_be_in_viewport()

    def sees_emergency(self, title: str = "Get emergency help now") -> None:
        appears(self.heading(title))
        expect(self.heading(title)).to_be_focused()
        expect(self.page.get_by_role("link", name="Call 911")).to_have_attribute("href", "tel:911")

    def heading(self, text: str) -> Any:
        return self.page.get_by_role("heading", name=text, level=self.level)

    def reference(self) -> str:
        shown = self.page.locator("#reference")
        appears(shown)
        return shown.inner_text()

    def focused(self) -> str:
        """Returns the focused element's id, or "name=value" without an id. Looks into shadow roots."""
        return str(self.page.evaluate(FOCUSED))

    def submission_id(self) -> str:
        return str(json.loads(self.kept()["lead-form:fs-intake"])["submissionId"])

    def kept(self) -> dict[str, str]:
        found: dict[str, str] = self.page.evaluate("({...sessionStorage})")
        return found


def appears(locator: Locator) -> None:
    """Waits until the element is visible. `expect` would check less often."""
    locator.wait_for()


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Waits for a condition. The form's security policy blocks Playwright's wait_for_function."""
    for _ in range(300):
        if holds():
            return
        page.wait_for_timeout(50)
    raise AssertionError("waited in vain")


class Traffic:
    def __init__(self, page: Page) -> None:
        self.requests: list[tuple[str, str, Any]] = []
        page.context.on("request", self._note)

    def _note(self, request: Request) -> None:
        body = request.post_data_json if request.method == "POST" and request.post_data else None
        self.requests.append((request.method, request.url, body))

    def posted(self, path: str) -> list[Any]:
        return [body for method, url, body in self.requests if method == "POST" and url.endswith(path)]


class Held:
    def __init__(self, page: Page, path: str) -> None:
        self._routes: list[Route] = []
        self._free = False
        page.route(path, self._hold)

    def _hold(self, route: Route) -> None:
        if self._free:
            route.continue_()
        else:
            self._routes.append(route)

    def let_go(self) -> None:
        self._free = True
        for route in self._routes:
            route.continue_()
