"""How much a submission looks like a machine's. Suspects are kept and listed; nobody is ever turned away."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from shared.domain.triage import RuleSet, TriageResult


class Sign(StrEnum):
    """What was noticed about how the form was filled in."""

    TRAP_FILLED = "trap-filled"  # a field that no person sees
    TOO_QUICK = "too-quick"  # less time than reading the form takes
    NO_TOKEN = "no-token"  # noqa: S105  the form was not drawn by us, or a page elsewhere posts plain data
    BAD_TOKEN = "bad-token"  # noqa: S105
    NO_PROOF = "no-proof"  # no proof of work: no JavaScript, or a machine
    BAD_PROOF = "bad-proof"
    GOOD_PROOF = "good-proof"


WEIGHTS = {
    Sign.TRAP_FILLED: 6,
    Sign.TOO_QUICK: 4,
    Sign.NO_TOKEN: 1,
    Sign.BAD_TOKEN: 2,
    Sign.NO_PROOF: 1,
    Sign.BAD_PROOF: 2,
    Sign.GOOD_PROOF: -2,
}
SUSPECT_AT = 4  # no token and no proof (2) is a plain page without JavaScript: never enough


class Suspicion(BaseModel):
    model_config = ConfigDict(frozen=True)

    score: int = 0
    signs: tuple[str, ...] = ()
    suspect: bool = False


def suspicion(signs: frozenset[Sign], rule_set: RuleSet, result: TriageResult) -> Suspicion:
    """A red flag always wins: a submission with one is never a suspect, whatever the signs."""
    score = sum(WEIGHTS[sign] for sign in signs)
    suspect = score >= SUSPECT_AT and not red_flag(rule_set, result)
    return Suspicion(score=score, signs=tuple(sorted(signs)), suspect=suspect)


def red_flag(rule_set: RuleSet, result: TriageResult) -> bool:
    """Whether an answer (not merely a missing one) set a floor above any tier that a fit score can reach."""
    fired = {rule.id for rule in result.safety_rules}
    best_fit = rule_set.tiers[rule_set.fit.tier].rank
    rules = (*rule_set.safety, rule_set.scoring_failure)
    return any(rule.red_flag and rule.id in fired and rule_set.tiers[rule.floor].rank < best_fit for rule in rules)
