"""The long checks of what docs/security.md promises."""

from __future__ import annotations

from collections import Counter

from tests.hostile.attack import BATCH, attack
from tests.soak.check import Check, Found, Piece


def send_hostile_requests(piece: Piece) -> Found:
    attacked = attack(piece.seed, piece.first, piece.count)
    counts = Counter({f"status {status}": times for status, times in attacked.statuses.items()})
    return Found(piece.count, attacked.faults, counts)


CHECKS: tuple[Check, ...] = (
    Check(
        "requests",
        "no request to any route is answered by a failure of ours, or by anything that the API does not describe",
        "requests",
        1_000_000,
        BATCH,
        send_hostile_requests,
    ),
)
