"""Tests that LHC-Forms, an independent renderer, can draw the FHIR Questionnaire."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from shared.formats.fhir.questionnaire import as_fhir
from shared.rulebook.loading import load

pytestmark = pytest.mark.browser
PATIENCE = 20_000  # milliseconds
SCREENSHOTS = Path(__file__).resolve().parents[2] / "build" / "screenshots"
WEB_COMPONENT = "node_modules/lforms/dist/lforms"
PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>FHIR Questionnaire in LHC-Forms</title>
<link rel="stylesheet" href="/lforms/webcomponent/styles.css">
<div id="form"></div>
<script src="/lforms/webcomponent/assets/lib/zone.min.js"></script>
<script src="/lforms/webcomponent/lhc-forms.js"></script>
<script src="/lforms/fhir/R4/lformsFHIR.min.js"></script>"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture(scope="module")
def address(npm: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("lforms")
    (folder / "index.html").write_text(PAGE, encoding="utf-8")
    (folder / "lforms").symlink_to(npm / WEB_COMPONENT)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(address: str, browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1100, "height": 900})
    page.goto(address)
    rule_set = load().of("fs-intake")
    assert rule_set is not None
    errors = page.evaluate(
        "form => LForms.Util.addFormToPage(form, 'form', {fhirVersion: 'R4'})"
        ".then(() => [], problem => [JSON.stringify(problem)])",
        json.loads(json.dumps(as_fhir(rule_set))),
    )
    assert errors == []
    yield page
    page.close()


def choose(page: Page, text: str, group: str) -> None:
    page.locator(f"[id='item-{group}']").get_by_text(text, exact=True).click()


def see(page: Page, *link_ids: str) -> None:
    for link_id in link_ids:
        expect(page.locator(f"[id='item-{link_id}']")).to_be_visible(timeout=PATIENCE)


def miss(page: Page, *link_ids: str) -> None:
    for link_id in link_ids:
        expect(page.locator(f"[id='item-{link_id}']")).to_have_count(0, timeout=PATIENCE)


def say_age(page: Page, age: str) -> None:
    page.locator("[id='age/1/1']").fill(age)
    page.locator("[id='age/1/1']").blur()


CONTACT = "contact.name/1/1/1"


def test_draws_every_question(page: Page) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / "fhir-in-lforms.png", full_page=True)
    rule_set = load().of("fs-intake")
    assert rule_set is not None
    for question in rule_set.questionnaire.questions.values():
        if question.shown_when is None:
            expect(page.get_by_text(question.text)).to_be_visible(timeout=PATIENCE)
            for option in question.options:
                expect(page.get_by_text(option.label, exact=True).first).to_be_visible()
        else:
            expect(page.get_by_text(question.text)).to_have_count(0)


def test_shows_follow_ups_when_they_are_due(page: Page) -> None:
    miss(page, "ces-onset/1/1", "preg/1/1")
    choose(page, "Leaking pee, or I now need pads", "ces/1/1")
    say_age(page, "30")
    see(page, "ces-onset/1/1", "preg/1/1")
    page.screenshot(path=SCREENSHOTS / "fhir-in-lforms-follow-ups.png", full_page=True)
    choose(page, "Leaking pee, or I now need pads", "ces/1/1")
    say_age(page, "56")
    miss(page, "ces-onset/1/1", "preg/1/1")


def test_asks_everyone_but_minors_for_contact_data(page: Page) -> None:
    see(page, CONTACT)
    say_age(page, "17")
    miss(page, CONTACT)
    say_age(page, "18")
    see(page, CONTACT)
    choose(page, "Me. This form is about me", "who/1/1")
    see(page, CONTACT)
    choose(page, "I am the parent or guardian of someone under 18", "who/1/1")
    miss(page, CONTACT)


def test_preselects_no_consent(page: Page) -> None:
    answered = page.evaluate("JSON.stringify(LForms.Util.getFormFHIRData('QuestionnaireResponse', 'R4'))")
    assert "valueBoolean" not in answered
