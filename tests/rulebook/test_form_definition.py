"""Tests that the form definition agrees with what the API accepts."""

from __future__ import annotations

import random

import pytest

from shared.domain.intake.screening import Screening
from shared.domain.intake.submission import Consents, ContactEntry
from shared.domain.rules.condition import AllOf, Between, Every
from shared.rulebook.form_definition import drawn_condition, form
from shared.rulebook.loading import load
from shared.rulebook.reader import RulebookError
from shared.rulebook.ui_texts import words
from tests.domain.answer_sets import RULE_SET, any_answers
from tests.rulebook.folder import signed

DRAWN = form(RULE_SET, ["en"])


@pytest.mark.parametrize(("by", "awaits"), [("", True), ("Dr. Sample", False)])
def test_it_says_whether_it_awaits_a_signature(by: str, awaits: bool) -> None:
    (rule_set,) = signed(load(), by, "2026-01-31" if by else "").rule_sets.values()
    assert form(rule_set, ["en"])["awaiting_approval"] is awaits


def test_every_question_and_option_is_drawn_in_order() -> None:
    drawn = [question for page in DRAWN["pages"] for question in page["questions"]]
    asked = list(RULE_SET.questionnaire.questions.values())
    assert [question["code"] for question in drawn] == [question.code for question in asked]
    for question, one in zip(drawn, asked, strict=True):
        labels = [(option["code"], option["label"]) for option in question.get("options", [])]
        assert labels == [(option.code, option.label) for option in one.options]


def test_the_form_does_not_reveal_rules_or_tiers() -> None:
    words = str(DRAWN)
    assert not any(rule.id in words for rule in (*RULE_SET.safety, *RULE_SET.not_fit, *RULE_SET.fit.rules))
    assert "EMERGENCY" not in words


def test_none_and_unsure_are_exclusive_in_multiple_choice() -> None:
    for question in RULE_SET.questionnaire.questions.values():
        exclusive = {option.code for option in question.options if option.exclusive}
        expected = question.option_codes & {"none", "unsure", "no"} if question.type == "choice-many" else set()
        assert exclusive == expected


def test_the_api_accepts_every_answer_of_the_form() -> None:
    chance = random.Random(3)
    for _ in range(300):
        answers = {
            code: answer for code, answer in any_answers(chance, RULE_SET.questionnaire).items() if code != "note"
        }
        screening = Screening.model_validate(
            {"questionnaire": {"id": DRAWN["id"], "version": DRAWN["version"]}, "answers": answers, "page": "P1"}
        )
        assert screening.answers == answers
        assert not RULE_SET.questionnaire.problems(screening.answers)


def test_every_sentence_about_a_refused_answer_is_translated() -> None:
    refused = (True, -1, 10**6, "no-such-option", "x" * 2000, ["no-such-option"])
    sentences = {
        question.problem(answer) for question in RULE_SET.questionnaire.questions.values() for answer in refused
    }
    assert sentences - {None} <= words("es").keys()


def test_contact_fields_and_consents_are_those_of_the_api() -> None:
    assert {field["code"] for field in DRAWN["contact"]["fields"]} == set(ContactEntry.model_fields) - {"extension"}
    assert {consent["code"] for consent in DRAWN["contact"]["consents"]} == set(Consents.model_fields)
    assert [consent["code"] for consent in DRAWN["contact"]["consents"] if consent["required"]] == ["contact"]


def test_a_condition_that_pages_do_not_know_is_refused() -> None:
    with pytest.raises(RulebookError, match="cannot evaluate Every"):
        drawn_condition(Every((Between("age", 1, 2), AllOf("ces", frozenset({"none"})))))
