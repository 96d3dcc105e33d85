"""Generates answer sets, which may be partial or contradictory."""

from __future__ import annotations

import json
import random
from pathlib import Path
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
    "I can\u2019t hold my pee",
    "chest pain since I got out of bed",
    "sometimes I WANT TO DIE",
    "I can't walk",
    "my brother had a heart attack",
    "numb\ndown there",
    "I ran out of oxycodone",
    "the chair has wheels",
    "my chest hurts and I can\u2019t walk",
)
DATA = Path(__file__).parents[1] / "data"
CASES = json.loads((DATA / "cases.json").read_text(encoding="utf-8"))["cases"]
AGES = (0, 9, 10, 17, 18, 39, 40, 44, 45, 49, 50, 55, 56, 59, 60, 61, 64, 65, 69, 70, 71, 120)
PAINS = (0, 3, 4, 5, 6, 7, 8, 9, 10)
HEALTHY: Answers = {
    "em-now": ["none"], "age": 60, "who": "self", "region": ["lumbar"], "ces": ["none"], "motor": ["none"],
    "cord": ["none"], "sys": ["none"], "signs": ["none"], "injury": "no", "spread": ["leg-one"], "sx": ["pain"],
    "pain": 5, "duration": "6w-3m", "change": "no", "pattern": ["none"], "fn": "some", "dx": ["none"],
    "imaging": "none", "tx": ["none"],
}  # fmt: skip

EFFORT = {"region": ["neck"], "spread": ["arm-one"], "pattern": ["walk-worse", "sit-better"]}
STANDING = {"pattern": ["stand-worse", "bend-fwd-better"], "duration": "gt6m"}
_CHANGES: list[Answers] = [
    EFFORT,
    STANDING,
    {"region": ["thoracic"], "duration": "lt2w", "pain": 7, "spread": ["chest-belly"]},
    EFFORT | {"age": 40, "duration": "gt6m", "preg": "no"},
    {"pattern": ["walk-worse", "sit-better"], "region": ["thoracic"], "duration": "gt6m"},
    {"duration": "lt2w", "pain": 8, "spread": ["chest-belly"]},
    {"region": ["thoracic"], "duration": "lt2w", "pain": 7, "injury": "major", "injury-when": "gt3m"},
    {"duration": "lt2w", "pain": 8, "spread": ["chest-belly"], "injury": "fall", "injury-when": "gt3m"},
    {"duration": "lt2w", "pain": 9, "region": ["neck"], "spread": ["head"]},
    {"ces": ["bladder-leak"], "ces-onset": "lt2w", "checked": "no", "spread": ["none"]},
    {"ces": ["bladder-urgency"], "ces-onset": "unsure", "checked": "same", "spread": ["none"]},
    {"ces": ["bladder-numb"], "ces-onset": "lt2w", "checked": "same"},
    {"ces": ["bladder-leak"], "ces-onset": "gt3m", "checked": "no"},
    {"region": ["thoracic"], "sx": ["tired"], "cord": ["legs-numb"]},
    {"region": ["neck"], "spread": ["head"], "change": "yes", "cord": ["gait-balance"], "checked": "same", "pain": 8},
    {"sys": ["cancer"], "cord": ["legs-numb"], "checked": "no"},
    {"sys": ["fever", "infection"], "duration": "gt6m", "pain": 7},
    {"sys": ["recent-proc", "blood-thinner"], "proc-when": "lt2w", "pain": 9},
    {"sys": ["night-sweats", "diabetes"], "change": "yes", "pain": 7},
    {"ces": ["bladder-leak", "bladder-urgency"], "ces-onset": "2w-3m", "checked": "same", "spread": ["none"]},
    {"ces": ["sexual-change"], "ces-onset": "worse", "checked": "same"},
    {"ces": ["bladder-retention"], "ces-onset": "2w-3m", "checked": "same"},
    {"ces": ["both-legs-weak"], "ces-onset": "worse-slow", "checked": "no"},
    {"spread": ["leg-both"], "change": "unsure", "pattern": ["sit-better"]},
    {"motor": ["foot-drop"], "motor-course": "worse-slow", "checked": "same", "duration": "3m-6m"},
    {"injury": "fall", "injury-when": "2w-3m", "checked": "same", "age": 65},
    {"injury": "fall", "injury-when": "lt2w", "checked": "no", "cord": ["gait-balance"], "region": ["neck"]},
    {"injury": "strain", "injury-when": "lt2w", "sys": ["steroid-long", "fused-spine"]},
    {"injury": "major", "injury-when": "2w-3m", "checked": "same", "sx": ["numb"]},
    {"age": 30, "preg": "yes", "preg-signs": ["belly"], "spread": ["leg-both"], "duration": "lt2w"},
    {"age": 30, "preg": "unsure", "preg-signs": ["none"], "duration": "lt2w"},
    {"age": 9, "who": "self", "pattern": ["night-unrelenting"]},
    {"age": 12},
    {"duration": "2w-6w", "spread": ["none"], "age": 40, "preg": "no"},
    {"pattern": ["night-unrelenting"], "sys": ["cancer-past"], "duration": "gt6m"},
]
NEARLY = [HEALTHY | changes for changes in _CHANGES]
NEARLY_AND_CASES = [*NEARLY, *(case["answers"] for case in CASES)]


def _rule_set() -> RuleSet:
    rule_set = load().of("fs-intake")
    assert rule_set is not None
    return rule_set


RULE_SET = _rule_set()
QUESTIONS = RULE_SET.questionnaire.questions


def any_answers(chance: random.Random, questionnaire: Questionnaire) -> Answers:
    """Draws an answer set of one of three kinds.

    Healthy: a healthy adult's answers with small changes, so that single rules fire.
    Near: answers for which a rule nearly fires, with small changes, because many rules need several answers.
    Random: every answer is random.
    """
    questions = list(questionnaire.questions.values())
    draw = chance.random()
    if draw < 2 / 3:
        answers = dict(HEALTHY if draw < 1 / 3 else chance.choice(NEARLY_AND_CASES))
        for question in chance.sample(questions, chance.randint(1, 6)):
            answers[question.code] = any_answer(chance, question)
        for code in chance.sample(list(answers), chance.choice((0, 0, 0, 0, 1, 2))):
            del answers[code]
        return answers
    missing = chance.choice((0.0, 0.05, 0.5))
    return {question.code: any_answer(chance, question) for question in questions if chance.random() >= missing}


def any_answer(chance: random.Random, question: Question) -> Any:
    codes = [option.code for option in question.options]
    match question.type:
        case "integer":
            low, high = question.minimum or 0, question.maximum or 0
            near = [number for number in (AGES if question.code == "age" else PAINS) if low <= number <= high]
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
_changed_a_little = st.builds(
    lambda base, changes, gone: {code: answer for code, answer in (base | changes).items() if code not in gone},
    st.sampled_from([HEALTHY, *NEARLY_AND_CASES]),
    st.lists(st.sampled_from(list(QUESTIONS)), max_size=5, unique=True).flatmap(
        lambda codes: st.fixed_dictionaries({code: _strategy(QUESTIONS[code]) for code in codes})
    ),
    st.lists(st.sampled_from(list(QUESTIONS)), max_size=1),
)
answer_sets = _changed_a_little | _anything
