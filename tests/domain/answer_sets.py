"""Generates answer sets for Hypothesis: complete, partial and contradictory ones, and answers to hidden questions."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import strategies as st

from shared.domain.rules.questionnaire import Question, Questionnaire
from shared.domain.rules.triage import RuleSet
from shared.rulebook.loading import load

Answers = dict[str, Any]

NOTES = (
    "",
    "   ",
    "My back hurts when I garden.",
    "No bladder problems at all",
    "I can\u2019t walk far, and I fainted once",
    "sometimes I WANT TO DIE",
    "numb\ndown there",
    "my chest hurts and I can\u2019t walk",
)
EDGES = (0, 10, 17, 18, 39, 40, 44, 45, 49, 50, 55, 56, 59, 60, 61, 69, 70, 71, 120)
HEALTHY: Answers = {
    "age": 60, "who": "self", "em-now": ["none"], "region": ["lumbar"], "ces": ["none"], "motor": ["none"],
    "cord": ["none"], "sys": ["none"], "injury": "no", "spread": ["leg-one"], "sx": ["pain"], "pattern": ["none"],
    "pain": 5, "duration": "6w-3m", "fn": "some", "dx": ["none"], "imaging": "none", "tx": ["none"],
}  # fmt: skip


def _rule_set() -> RuleSet:
    rule_set = load().of("fs-intake")
    assert rule_set is not None
    return rule_set


RULE_SET = _rule_set()
QUESTIONS = RULE_SET.questionnaire.questions


def any_answers(chance: random.Random, questionnaire: Questionnaire) -> Answers:
    """Draws an answer set. Half of the sets change a healthy adult a little, so that rules fire alone; half are
    entirely random."""
    questions = list(questionnaire.questions.values())
    if chance.random() < 0.5:
        answers = dict(HEALTHY)
        for question in chance.sample(questions, chance.randint(1, 8)):
            answers[question.code] = any_answer(chance, question)
        for code in chance.sample(list(answers), chance.choice((0, 0, 0, 1, 2))):
            del answers[code]
        return answers
    missing = chance.choice((0.0, 0.05, 0.5))
    return {question.code: any_answer(chance, question) for question in questions if chance.random() >= missing}


def any_answer(chance: random.Random, question: Question) -> Any:
    codes = [option.code for option in question.options]
    match question.type:
        case "integer":
            low, high = question.minimum or 0, question.maximum or 0
            near = [number for number in EDGES if low <= number <= high]
            return chance.choice(near) if chance.random() < 0.5 else chance.randint(low, high)
        case "text":
            return chance.choice(NOTES)
        case "choice-one":
            return chance.choice(codes)
        case _:
            return chance.sample(codes, min(len(codes), chance.choice((0, 1, 1, 1, 2, 2, 3, 4, 6))))


def _strategy(question: Question) -> st.SearchStrategy[Any]:
    codes = [option.code for option in question.options]
    match question.type:
        case "integer":
            return st.integers(question.minimum, question.maximum)
        case "text":
            return st.sampled_from(NOTES) | st.text(max_size=60)
        case "choice-one":
            return st.sampled_from(codes)
        case _:
            return st.lists(st.sampled_from(codes), unique=True, max_size=4)


_anything: st.SearchStrategy[Answers] = st.fixed_dictionaries(
    {}, optional={code: _strategy(question) for code, question in QUESTIONS.items()}
)
_nearly_healthy = st.builds(
    lambda changes, gone: {code: answer for code, answer in (HEALTHY | changes).items() if code not in gone},
    st.lists(st.sampled_from(list(QUESTIONS)), max_size=5, unique=True).flatmap(
        lambda codes: st.fixed_dictionaries({code: _strategy(QUESTIONS[code]) for code in codes})
    ),
    st.lists(st.sampled_from(list(QUESTIONS)), max_size=1),
)
answer_sets = _nearly_healthy | _anything
