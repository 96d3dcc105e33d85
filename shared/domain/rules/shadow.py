"""Scores submissions with candidate rules, whose result is stored but never shown."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.rules.questionnaire import Answers
from shared.domain.rules.triage import RuleSet, triage


@dataclass(frozen=True, slots=True)
class Shadow:
    """`rules` are the ids of safety and not-fit rules that fired."""

    tier: str
    rules: tuple[str, ...]
    rule_set: str
    rule_set_version: str
    content_hash: str


def shadow(candidate: RuleSet, answers: Answers, door: str) -> Shadow | None:
    """Scores answers with candidate rules.

    Returns None if scoring fails, because candidate rules must not affect a patient.
    """
    try:
        if candidate.questionnaire.problems(answers):
            return None
        result = triage(candidate, answers, door=door)
    except Exception:  # noqa: BLE001  rules that are not approved yet may fail in any way
        return None
    return Shadow(
        tier=result.tier,
        rules=tuple(rule.id for rule in (*result.safety_rules, *result.not_fit_rules)),
        rule_set=result.rule_set,
        rule_set_version=result.rule_set_version,
        content_hash=result.content_hash,
    )
