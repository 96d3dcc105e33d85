"""Estimates how likely it is that a bot sent a submission.

A suspect is a submission that probably comes from a bot. It is still stored and listed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Sign(StrEnum):
    """A clue to whether a visitor or a bot filled in the form."""

    TRAP_FILLED = "trap-filled"
    TOO_QUICK = "too-quick"  # the form was sent in less time than it takes to read it
    NO_TOKEN = "no-token"  # noqa: S105  the form is on another site, or a program sent it
    NO_ANSWERS = "no-answers"
    BAD_TOKEN = "bad-token"  # noqa: S105  the token is invalid or expired, for example on a page left open for a day
    NO_PROOF = "no-proof"  # no proof of work, for example without JavaScript
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
# Must exceed 2, the score of every form on another site.
SUSPECT_AT = 4


@dataclass(frozen=True, slots=True)
class Suspicion:
    score: int = 0
    signs: tuple[str, ...] = ()
    suspect: bool = False


def suspicion(signs: frozenset[Sign], *, flagged: bool, answered: bool) -> Suspicion:
    """`flagged`: whether the submission has a red flag, and so is never a suspect."""
    noticed = signs | ({Sign.NO_ANSWERS} if signs and not answered else set())
    if flagged:  # emergency advice shortens the form, so a quick Send is normal
        noticed -= {Sign.TOO_QUICK}
    score = sum(WEIGHTS[sign] for sign in noticed)
    return Suspicion(score=score, signs=tuple(sorted(noticed)), suspect=score >= SUSPECT_AT and not flagged)
