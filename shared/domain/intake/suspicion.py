"""How likely it is that a bot sent a submission. Suspects are stored and listed; nobody is turned away."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shared.domain.rules.triage import RuleSet, TriageResult


class Sign(StrEnum):
    """A sign of how the form was filled in."""

    TRAP_FILLED = "trap-filled"  # a field that people do not see
    TOO_QUICK = "too-quick"  # in less time than it takes to read the form
    NO_TOKEN = "no-token"  # noqa: S105  another site drew the form or posts plain data
    NO_ANSWERS = "no-answers"  # contact details only, or with free text
    BAD_TOKEN = "bad-token"  # noqa: S105  invalid or expired, such as from a page left open for a day
    NO_PROOF = "no-proof"  # no proof of work: no JavaScript, or a bot
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
SUSPECT_AT = 4  # above 2, the score of a form on another site without token and proof


@dataclass(frozen=True, slots=True)
class Suspicion:
    score: int = 0
    signs: tuple[str, ...] = ()
    suspect: bool = False


def suspicion(signs: frozenset[Sign], *, flagged: bool, answered: bool) -> Suspicion:
    """Add up the signs.

    flagged: the submission has a red flag. Then it is never a suspect.
    answered: at least one question was answered. Most bots post only a name and a number.
    """
    noticed = signs | ({Sign.NO_ANSWERS} if signs and not answered else set())
    score = sum(WEIGHTS[sign] for sign in noticed)
    return Suspicion(score=score, signs=tuple(sorted(noticed)), suspect=score >= SUSPECT_AT and not flagged)


def red_flag(rule_set: RuleSet, result: TriageResult) -> bool:
    """Whether a given answer, not a missing one, set a floor above every tier that a fit score can reach."""
    fired = {rule.id for rule in result.safety_rules}
    if not fired:
        return False
    best_fit = rule_set.tiers[rule_set.fit.tier].rank
    rules = (*rule_set.safety, rule_set.scoring_failure)
    return any(rule.red_flag and rule.id in fired and rule_set.tiers[rule.floor].rank < best_fit for rule in rules)
