from __future__ import annotations

import pytest

from tests.aws import Aws
from tests.functions.fill_form import CALM, CONTACT
from tests.functions.plain_browser import PlainBrowser


@pytest.fixture
def browser() -> PlainBrowser:
    return PlainBrowser()


def test_a_single_page_shows_every_question_with_follow_up_conditions(browser: PlainBrowser) -> None:
    browser.open("form?mode=single")
    assert len(browser.questions) == 24
    assert "Only if your answer to “How old is the person who needs care?” is from 18 to 55." in browser.text
    assert "anything other than" not in browser.text
    browser.press("Send")
    assert browser.status == 422
    assert "question-ces-onset" not in browser.errors
    assert {"question-age", "contact-name", "contact-phone", "consent-contact"} <= set(browser.errors)


def test_an_emergency_on_a_single_page_asks_for_nothing_but_number_and_permission(browser: PlainBrowser) -> None:
    browser.open("form?mode=single").fill({"em-now": ["chest-pressure"]}).press("Send")
    assert browser.title == "Get emergency help now"
    assert set(browser.errors) == {"contact-phone", "consent-contact"}
    assert "Choose one answer." not in browser.text


def test_a_single_page_makes_a_lead(browser: PlainBrowser, aws: Aws) -> None:
    browser.open("form?mode=single")
    for page in CALM:
        browser.fill(page)
    browser.fill(CONTACT).press("Send")
    assert browser.title == "We received your answers"
    assert len(aws.leads()) == 1


def test_the_single_page_says_when_to_answer_a_follow_up_to_several_questions(browser: PlainBrowser) -> None:
    condition = browser.open("form?mode=single").page.select_one("fieldset:has([name='answers.checked']) .condition")
    assert condition is not None
    text = condition.get_text()
    assert text.count("Only if your answer to") == 4
    assert "is: A fall, even a small one; A big one" in text
