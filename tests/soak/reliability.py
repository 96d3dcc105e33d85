"""The long checks of what docs/reliability.md promises."""

from __future__ import annotations

from collections import Counter

from tests.faults.random_days import WEATHERS, Days
from tests.soak.check import Check, Found, Piece

VISITS = 2_500


def simulate(piece: Piece) -> Found:
    """One kind of weather for each piece, in turn."""
    weather = WEATHERS[piece.first // VISITS % len(WEATHERS)]
    days = Days(piece.seed + piece.first, piece.count, weather).run()
    counts = Counter({f"{weather.name}: {what}": times for what, times in days.counts.items()})
    return Found(piece.count, days.violations, counts, {f"{weather.name}: first alert after, s": days.delays})


CHECKS: tuple[Check, ...] = (
    Check(
        "simulation",
        "no lead is lost, told twice without a fault, told late or never, whatever fails at random",
        "visits",
        1_000_000,
        VISITS,
        simulate,
    ),
)
