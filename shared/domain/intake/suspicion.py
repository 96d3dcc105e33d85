"""How much a submission looks like a machine's. Suspects are kept and listed; nobody is ever turned away."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shared.domain.rules.triage import RuleSet, TriageResult


class Sign(StrEnum):
    """What was noticed about how the form was filled in."""

    TRAP_FILLED = "trap-filled"  # a field that no person sees
    TOO_QUICK = "too-quick"  # less time than reading the form takes
    NO_TOKEN = "no-token"  # noqa: S105  the form was not drawn by us, or a page elsewhere posts plain data
    NO_ANSWERS = "no-answers"  # contact only, perhaps with a text
    BAD_TOKEN = "bad-token"  # noqa: S105  or old: a page that stood open for a day proves as little as none
    NO_PROOF = "no-proof"  # no proof of work: no JavaScript, or a machine
    BAD_PROOF = "bad-proof"
    GOOD_PROOF = "good-proof"


WEIGHTS = {
    Sign.TRAP_FILLED: 6,
    Sign.TOO_QUICK: 4,
    Sign.NO_TOKEN: 1,
    Sign.NO_ANSWERS: 2,
    Sign.BAD_TOKEN: 1,
    Sign.NO_PROOF: 1,
    Sign.BAD_PROOF: 1,
    Sign.GOOD_PROOF: -2,
}
SUSPECT_AT = 4  # no token and no proof (2) is a plain page elsewhere, without JavaScript: not enough


@dataclass(frozen=True, slots=True)
class Suspicion:
    score: int = 0
    signs: tuple[str, ...] = ()
    suspect: bool = False


def suspicion(signs: frozenset[Sign], *, flagged: bool, answered: bool) -> Suspicion:
    """A red flag always wins: a submission that is `flagged` is never a suspect, whatever the signs.

    `answered`: whether any question was; a name and number alone, from nowhere known, is what most machines post.
    """
    noticed = signs | ({Sign.NO_ANSWERS} if signs and not answered else set())
    score = sum(WEIGHTS[sign] for sign in noticed)
    return Suspicion(score=score, signs=tuple(sorted(noticed)), suspect=score >= SUSPECT_AT and not flagged)


def red_flag(rule_set: RuleSet, result: TriageResult) -> bool:
    """Whether an answer (not merely a missing one) set a floor above any tier that a fit score can reach."""
    fired = {rule.id for rule in result.safety_rules}
    if not fired:
        return False
    best_fit = rule_set.tiers[rule_set.fit.tier].rank
    rules = (*rule_set.safety, rule_set.scoring_failure)
    return any(rule.red_flag and rule.id in fired and rule_set.tiers[rule.floor].rank < best_fit for rule in rules)
