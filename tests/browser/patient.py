"""A patient at the form: what a person does there, in the words of the tests."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, Route, expect

Answers = dict[str, str | list[str]]

# One page of answers after the other, without anything that fires a safety rule.
CALM: list[Answers] = [
    {"age": "54", "who": "self", "em-now": ["none"], "region": ["lumbar"]},
    {"ces": ["none"], "motor": ["none"], "cord": ["none"]},
    {"sys": ["none"], "injury": "no", "preg": "na"},
    {"spread": ["leg-one"], "sx": ["pain"], "pattern": ["walk-worse"], "pain": "5", "duration": "gt6m", "fn": "some"},
    {"dx": ["foraminal-stenosis"], "imaging": "mri-ct", "tx": ["pt"], "tx-weeks": "ge6w", "tx-help": "no"},
    {"goal": ["no-surgery"], "insurance": "private", "travel": "yes"},
]
LAST = len(CALM)


class Patient:
    """Fills the form in with the mouse or a finger; the keyboard has a test of its own."""

    def __init__(self, page: Page, site: str) -> None:
        self.page = page
        self.site = site

    def open(self, query: str = "") -> Patient:
        self.page.goto(self.site + query)
        return self

    def start(self, query: str = "") -> Patient:
        self.open(query)
        self.page.get_by_role("button", name="Start").click()
        self.sees_step(1)
        return self

    def answer(self, answers: Answers) -> Patient:
        for code, value in answers.items():
            block = self.page.locator(f"#block-{code}")
            if isinstance(value, list):
                for option in value:
                    block.locator(f"input[value='{option}']").check()
            elif block.locator("input[type=radio]").count():
                block.locator(f"input[value='{value}']").check()
            else:
                block.locator("input, textarea").fill(value)
        return self

    def next(self) -> Patient:
        self.page.locator("#forward").click()
        return self

    def fill_to(self, step: int, **changed: str | list[str]) -> Patient:
        """From the first page to that step, calm but for the answers named (dashes as underscores)."""
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

    def leave_contact(self, phone: str = "(212) 555-0123") -> Patient:
        self.page.get_by_label("Your name").fill("Test Patient")
        self.page.get_by_label("Phone number").fill(phone)
        self.page.locator("#consent-contact").check()
        return self

    def fill_all(self, **changed: str | list[str]) -> Patient:
        self.fill_to(LAST, **changed).answer(self.calm(LAST))
        return self.leave_contact()

    def sees_step(self, number: int) -> None:
        expect(self.page.locator(".progress")).to_have_text(f"Step {number} of {LAST}")
        expect(self.page.locator("h1:visible")).to_be_focused()

    def sees_emergency(self) -> None:
        expect(self.heading("Get emergency help now")).to_be_focused()
        expect(self.page.get_by_role("link", name="Call 911")).to_have_attribute("href", "tel:911")

    def heading(self, text: str) -> Any:
        return self.page.get_by_role("heading", name=text, level=1)

    def reference(self) -> str:
        shown = self.page.locator("#reference")
        expect(shown).to_be_visible(timeout=20_000)
        return shown.inner_text()


class Traffic:
    """What the page sends and gets, as seen by the browser."""

    def __init__(self, page: Page) -> None:
        self.requests: list[tuple[str, str, Any]] = []
        page.on("request", self._note)

    def _note(self, request: Any) -> None:
        self.requests.append((request.method, request.url, request.post_data_json if request.post_data else None))

    def posted(self, path: str) -> list[Any]:
        return [body for method, url, body in self.requests if method == "POST" and url.endswith(path)]


class Held:
    """Requests that hang until the test lets them go."""

    def __init__(self, page: Page, path: str) -> None:
        self._routes: list[Route] = []
        page.route(path, self._hold)

    def _hold(self, route: Route) -> None:
        self._routes.append(route)

    def let_go(self) -> None:
        for route in self._routes:
            route.continue_()
