"""Finds the safety rule that alone decides the tier of a lead."""

from __future__ import annotations

from shared.domain.rules.condition import FORM
from shared.domain.rules.questionnaire import Answers
from shared.domain.rules.triage import RuleSet, TriageResult, triage


def sole_cause(rule_set: RuleSet, answers: Answers, result: TriageResult, door: str = FORM) -> str | None:
    """Returns None if no single rule decides, for example because two rules set the same floor."""
    fired = {rule.id for rule in result.safety_rules}
    deciding = [rule for rule in rule_set.safety if rule.id in fired and rule.floor == result.tier]
    if len(deciding) != 1:
        return None
    others = tuple(rule for rule in rule_set.safety if rule.id in fired and rule is not deciding[0])
    without = triage(rule_set._replace(safety=others), answers, door=door).tier
    return deciding[0].id if rule_set.tiers[without].rank > rule_set.tiers[result.tier].rank else None
