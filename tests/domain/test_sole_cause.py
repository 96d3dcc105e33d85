from __future__ import annotations

from typing import Any

import pytest

from shared.domain.rules.condition import AnyOf, Condition
from shared.domain.rules.sole_cause import sole_cause
from shared.domain.rules.triage import NotFitRule, RuleSet, SafetyRule, triage
from tests.domain.answer_sets import RULE_SET

Answers = dict[str, Any]


def ticked(question: str, *options: str) -> Condition:
    return AnyOf(question, frozenset(options))


def safety(rule_id: str, floor: str, when: Condition) -> SafetyRule:
    return SafetyRule(rule_id, "reason", (), when, floor, None, True)


WEAK = ticked("motor", "foot-drop")
FEVER = ticked("sys", "fever")
STEROID = ticked("sys", "steroid-long")


@pytest.fixture
def rules() -> RuleSet:
    return RULE_SET._replace(
        safety=(safety("E", "EMERGENCY", FEVER), safety("U", "URGENT", WEAK), safety("P", "PRIORITY", STEROID)),
        not_fit=(NotFitRule("N", "reason", (), ticked("region", "other"), "NOT_A_FIT", RULE_SET.net, None),),
    )


def cause(rules: RuleSet, answers: Answers) -> str | None:
    return sole_cause(rules, answers, triage(rules, answers))


def test_the_only_rule_that_fired_is_the_cause(rules: RuleSet) -> None:
    assert cause(rules, {"motor": ["foot-drop"]}) == "U"


def test_the_most_urgent_of_several_rules_is_the_cause(rules: RuleSet) -> None:
    assert cause(rules, {"motor": ["foot-drop"], "sys": ["fever", "steroid-long"]}) == "E"


def test_two_rules_with_the_same_floor_are_neither_the_only_cause(rules: RuleSet) -> None:
    both = rules._replace(safety=(*rules.safety, safety("U2", "URGENT", WEAK)))
    assert cause(both, {"motor": ["foot-drop"]}) is None


def test_without_a_safety_rule_there_is_no_cause(rules: RuleSet) -> None:
    assert cause(rules, {"motor": ["none"]}) is None


def test_a_rule_is_no_cause_of_a_tier_that_the_fit_score_reaches_too(rules: RuleSet) -> None:
    at_once = rules._replace(fit=rules.fit._replace(at_least=0, tier="PRIORITY"))
    assert cause(rules, {"sys": ["steroid-long"]}) == "P"
    assert cause(at_once, {"sys": ["steroid-long"]}) is None


def test_a_rule_that_keeps_a_lead_from_not_a_fit_is_the_cause(rules: RuleSet) -> None:
    answers = {"region": ["other"], "sys": ["steroid-long"]}
    at_once = rules._replace(fit=rules.fit._replace(at_least=0, tier="PRIORITY"))
    assert triage(at_once, {"region": ["other"]}).tier == "NOT_A_FIT"
    assert cause(at_once, answers) == "P"
