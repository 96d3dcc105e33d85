from __future__ import annotations

from dev import drill
from dev.stage import StepFailedError
from tests.soak.check import Check, Found, Piece


def restore(piece: Piece) -> Found:
    try:
        drill.on_the_local_cloud()
    except StepFailedError as error:
        return Found(piece.count, [str(error)])
    return Found(piece.count)


CHECKS: tuple[Check, ...] = (
    Check(
        "drill",
        "lost and spoilt leads come back from a copy, without a second alert, and erased ones are erased again",
        "drills",
        1,
        1,
        restore,
        takes=60_000,
        alone=True,
    ),
)
