"""Tests the HTML that the script of <lead-form> fetches."""

from __future__ import annotations

import json

import pytest

from functions import draw_form
from shared.rulebook.ui_texts import words
from tests.functions.plain_browser import PlainBrowser

QUESTIONNAIRE = draw_form.rulebook.rule_sets["fs-intake"].questionnaire


def element(language: str = "en", **headers: str) -> PlainBrowser:
    return PlainBrowser().open(f"form?mode=element&language={language}", headers | {"accept-encoding": "identity"})


def test_the_whole_form_has_every_page_question_and_option() -> None:
    page = element().page
    assert [one["data-page"] for one in page.select("[data-page]")] == list(QUESTIONNAIRE.page_ids)
    after = PlainBrowser().open("form?mode=added", {"accept-encoding": "identity"}).page
    drawn_codes = [str(one["data-question"]) for part in (page, after) for one in part.select("[data-question]")]
    assert drawn_codes == list(QUESTIONNAIRE.questions)
    for code, question in QUESTIONNAIRE.questions.items():
        part = after if code in QUESTIONNAIRE.asked_after_send else page
        drawn = [str(field["value"]) for field in part.select(f"#block-{code} .options input")]
        assert drawn == [option.code for option in question.options]


@pytest.mark.parametrize(("language", "hint"), [("en", "down a leg, check Low back"), ("es", "por una pierna, marque")])
def test_who_has_only_leg_pain_reads_which_box_to_check(language: str, hint: str) -> None:
    """Without the hint, people with only leg pain choose "Somewhere else" and become NOT_A_FIT."""
    drawn = element(language).page.select_one("#question-region-hint")
    assert drawn is not None
    assert hint in drawn.text
    plain = PlainBrowser().open(f"form?language={language}").fill({"em-now": ["none"]})
    assert drawn.text in plain.press(words(language).get("Next", "Next")).text


def test_data_attributes_say_what_a_question_needs() -> None:
    page = element().page
    age = page.select_one("#block-age")
    assert age is not None
    assert (age["data-low"], age["data-high"], age["data-missing"]) == ("0", "120", "Enter a number.")
    assert age["data-wrong"] == "Enter a whole number from 0 to 120."
    onset = page.select_one("#block-ces-onset")
    assert onset is not None
    assert json.loads(str(onset["data-shown-when"]))["question"] == "ces"
    assert [one["value"] for one in page.select("#block-ces [data-alone]")] == ["none", "unsure"]
    required = {one["data-question"] for one in page.select("[data-question][data-missing]")}
    assert required == {question.code for question in QUESTIONNAIRE.questions.values() if question.required}
    assert {one["data-contact"] for one in page.select("[data-contact][data-urgent]")} == {"name", "phone"}


def test_an_option_calls_for_its_message_with_the_words_for_it() -> None:
    page = element().page
    called_for = {str(one["value"]): one.get("data-message") for one in page.select("#block-em-now input")}
    assert called_for["self-harm"] == "M-E-CRISIS"
    assert {called_for.pop(code) for code in ("none", "unsure")} == {None}
    assert set(called_for.values()) == {"M-E-HEART", "M-E-CRISIS"}
    for message in ("M-E-HEART", "M-E-CRISIS", "M-NET"):
        assert page.select_one(f"[data-advice={message}]") is not None


def test_the_whole_form_is_the_same_for_everybody_and_may_be_cached() -> None:
    first, second = element(), element(referer="https://clinic.example/page?name=Jo")
    assert first.answer["body"] == second.answer["body"]
    assert first.answer["headers"]["cache-control"] == "public, max-age=300"
    assert not first.page.select("[name=token], [name=submission_id]")
    again = element(**{"if-none-match": first.answer["headers"]["etag"]})
    assert again.status == 304


def test_the_whole_form_is_drawn_in_each_language() -> None:
    page = element("es").page
    form = page.select_one("form")
    assert form is not None
    assert form["data-language"] == "es"
    assert words("es")["Choose one answer."] in {str(one["data-missing"]) for one in page.select("[data-missing]")}


def test_an_unknown_questionnaire_is_refused() -> None:
    assert PlainBrowser().open("form?mode=element&questionnaire=knees").status == 422
