"""Tests properties of triage for any answers."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from shared.domain.rules.advice import advice
from shared.domain.rules.condition import ADS, CALLBACK, FORM
from shared.domain.rules.questionnaire import Answers
from shared.domain.rules.triage import TriageResult, triage
from tests.depth import DEPTH
from tests.domain.answer_sets import NOTES, QUESTIONS, RULE_SET, answer_sets
from tests.domain.second_reading_safety import ALWAYS_ASKED, ASKED_FOR_SAFETY

RESULT = TypeAdapter(TriageResult)

# "rash" would explain pain, which suppresses the rules CARD-04 and VASC-02.
RED_FLAGS = [
    (code, option.code)
    for code in (*ASKED_FOR_SAFETY, "signs")
    for option in QUESTIONS[code].options
    if option.code not in {"none", "unsure", "rash"}
]
HARMLESS: dict[str, Any] = {
    **{code: ["none"] for code in (*ASKED_FOR_SAFETY, "signs", "spread", "pattern")},
    "injury": "no", "injury-when": "gt3m", "ces-onset": "gt3m", "motor-course": "stable", "checked": "same",
    "proc-when": "earlier", "preg": "no", "preg-signs": ["none"], "duration": "gt6m", "change": "no",
    "region": ["other"], "sx": ["pain"], "pain": 0, "who": "self",
}  # fmt: skip
LOGISTICS = ("goal", "insurance", "help")
AFTER_SEND = [question.code for page in RULE_SET.questionnaire.pages if page.after_send for question in page.questions]
doors = st.sampled_from((FORM, FORM, CALLBACK, ADS))
often = settings(max_examples=50 * DEPTH)


def scored(answers: Answers, door: str = FORM) -> TriageResult:
    return triage(RULE_SET, answers, door=door)


def rank(answers: Answers, door: str = FORM) -> int:
    """Returns the tier's rank; 0 is the most urgent."""
    return RULE_SET.tiers[scored(answers, door).tier].rank


def ids(result: TriageResult) -> set[str]:
    return {rule.id for rule in result.safety_rules}


def without(answers: dict[str, Any], *codes: str) -> dict[str, Any]:
    return {code: answer for code, answer in answers.items() if code not in codes}


@settings(max_examples=200 * DEPTH)
@given(answer_sets, doors)
def test_a_safety_rule_fires_exactly_if_its_condition_holds(answers: dict[str, Any], door: str) -> None:
    facts = RULE_SET.questionnaire.facts(answers, door=door)
    assert ids(scored(answers, door)) == {rule.id for rule in RULE_SET.safety if rule.when.holds(facts)}


def test_most_safety_rules_need_an_answer() -> None:
    """Triage skips a safety rule if the visitor chose none of the options in its `needs`."""
    needy = [rule for rule in RULE_SET.safety if rule.needs]
    assert len(needy) > 0.8 * len(RULE_SET.safety)
    assert all(option in QUESTIONS[code].option_codes for rule in needy for code, option in rule.needs or ())


@settings(max_examples=200 * DEPTH)
@given(answer_sets, st.sampled_from(RED_FLAGS))
def test_one_more_red_flag_never_lowers_the_tier(answers: dict[str, Any], flag: tuple[str, str]) -> None:
    question, option = flag
    answered = {**answers, question: answers.get(question) or ["none"]}
    assert rank({**answered, question: [*answered[question], option]}) <= rank(answered)


@often
@given(answer_sets)
def test_a_rash_never_ends_below_urgent(answers: dict[str, Any]) -> None:
    rash = {**answers, "signs": [*answers.get("signs", []), "rash"]}
    assert scored(rash).tier in {"EMERGENCY", "URGENT"}


@settings(max_examples=300 * DEPTH)
@given(answer_sets, st.sampled_from(sorted(HARMLESS)), doors)
def test_unknown_is_not_safe(answers: dict[str, Any], question: str, door: str) -> None:
    """A missing or unsure answer is at least as urgent as a clearly harmless answer."""
    harmless = rank(answers | {question: HARMLESS[question]}, door)
    assert rank(without(answers, question), door) <= harmless
    if "unsure" in QUESTIONS[question].option_codes:
        unsure = ["unsure"] if QUESTIONS[question].type == "choice-many" else "unsure"
        assert rank(answers | {question: unsure}, door) <= harmless


@often
@given(answer_sets, st.data())
def test_what_is_answered_after_send_never_lowers_the_tier(answers: dict[str, Any], data: st.DataObject) -> None:
    before = without(answers, *AFTER_SEND)
    added = data.draw(st.lists(st.sampled_from(AFTER_SEND), unique=True))
    assert rank(before | {code: answers[code] for code in added if code in answers}) <= rank(before)


@often
@given(answer_sets, st.data())
def test_payer_help_and_goal_change_neither_tier_nor_score(answers: dict[str, Any], data: st.DataObject) -> None:
    changed = without(answers, *LOGISTICS)
    for code in data.draw(st.lists(st.sampled_from(LOGISTICS), unique=True)):
        options = [option.code for option in QUESTIONS[code].options]
        choice = data.draw(st.sampled_from(options))
        changed[code] = [choice] if QUESTIONS[code].type == "choice-many" else choice
    before, after = scored(answers), scored(changed)
    assert (before.tier, before.fit_score, before.safety_rules) == (after.tier, after.fit_score, after.safety_rules)


@often
@given(answer_sets, st.sampled_from(ALWAYS_ASKED))
def test_a_dropped_safety_answer_never_gives_an_adult_routine_or_not_a_fit(
    answers: dict[str, Any], dropped: str
) -> None:
    adult = answers | {"who": "self", "age": max(answers.get("age", 18), 18)}
    adult.pop(dropped, None)
    assert scored(adult).tier in {"EMERGENCY", "URGENT"}


@often
@given(answer_sets, st.sampled_from((*ASKED_FOR_SAFETY, "signs", "spread", "injury")))
def test_not_sure_never_gives_an_adult_routine_or_not_a_fit(answers: dict[str, Any], question: str) -> None:
    unsure = "unsure" if question == "injury" else ["unsure"]
    adult = answers | {"who": "self", "age": max(answers.get("age", 18), 18), question: unsure}
    assert scored(adult).tier not in {"ROUTINE", "NOT_A_FIT"}


@often
@given(answer_sets, st.sampled_from(NOTES) | st.text(max_size=200))
def test_free_text_never_lowers_the_tier(answers: dict[str, Any], note: str) -> None:
    silent = without(answers, "note")
    before, after = scored(silent), scored({**silent, "note": note})
    assert RULE_SET.tiers[after.tier].rank <= RULE_SET.tiers[before.tier].rank
    assert ids(before) <= ids(after)
    assert before.fit_score == after.fit_score


@often
@given(answer_sets)
def test_the_tier_is_the_highest_floor_that_fired(answers: dict[str, Any]) -> None:
    result = scored(answers)
    fired = [rule for rule in RULE_SET.safety if rule.id in ids(result)]
    floor = min((RULE_SET.tiers[rule.floor].rank for rule in fired), default=None)
    if floor is not None and (floor <= 1 or not result.minor):
        assert RULE_SET.tiers[result.tier].rank == floor
    elif result.not_fit_rules:
        first = next(rule for rule in RULE_SET.not_fit if rule.id in {fired.id for fired in result.not_fit_rules})
        assert result.tier == first.tier
    else:
        assert result.tier == ("PRIORITY" if result.fit_score >= 60 else "ROUTINE")


@often
@given(answer_sets)
def test_minors_and_the_urgent_never_get_marketing(answers: dict[str, Any]) -> None:
    result = scored(answers)
    minor = answers.get("age", 18) < 18 or answers.get("who") == "guardian"
    assert result.minor is minor
    never = any(rule.id in ids(result) and not rule.marketing for rule in RULE_SET.safety)
    assert result.marketing_allowed is not (minor or never or result.tier in {"EMERGENCY", "URGENT"})
    assert not (minor and result.tier in {"PRIORITY", "ROUTINE"})


@often
@given(answer_sets, st.booleans(), st.booleans(), doors)
def test_every_result_ends_with_the_safety_net_except_a_crisis(
    answers: dict[str, Any], clinic_open: bool, calls: bool, door: str
) -> None:
    messages = scored(answers, door).messages
    shown = advice(RULE_SET, messages, clinic_open=clinic_open, calls=calls, deadline="Monday at 5 p.m.")
    net = [message.id for message in shown].count("M-NET")
    if "M-E-CRISIS" in messages:
        assert net == 0
    else:
        assert (len(shown) >= 2, shown[-1].id, net) == (True, "M-NET", 1)
    assert all(message.text.strip() and "{" not in message.text for message in shown)


@often
@given(answer_sets)
def test_a_stored_answer_set_scores_again_to_the_same_result(answers: dict[str, Any]) -> None:
    result = scored(answers)
    stored_answers, stored_result = json.dumps(answers), RESULT.dump_json(result)
    assert scored(json.loads(stored_answers)) == RESULT.validate_json(stored_result) == result


@often
@given(answer_sets, st.randoms(use_true_random=False))
def test_the_order_of_answers_does_not_matter(answers: dict[str, Any], chance: Any) -> None:
    codes = list(answers)
    chance.shuffle(codes)
    shuffled = {code: answers[code][::-1] if isinstance(answers[code], list) else answers[code] for code in codes}
    assert scored(shuffled) == scored(answers)
