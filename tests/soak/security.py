"""Defines the long checks of the promises in docs/security.md."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any

from hypothesis import given, seed, settings
from schemathesis import Case, GenerationMode, openapi
from schemathesis.core.failures import FailureGroup

from dev.openapi import document as described
from tests.aws import aws_in_process
from tests.hostile.attack import BATCH, attack
from tests.quiet import quiet
from tests.soak.check import Check, Found, Piece
from tests.standards.lambda_wsgi import LambdaWsgi
from tests.standards.test_conformance import ALWAYS, THOROUGH, operation

PUBLIC = [route for route, operation in described.OPERATIONS.items() if not operation.staff]
CASES, AT_ONCE = 2_000, 250


def send_hostile_requests(piece: Piece) -> Found:
    attacked = attack(piece.seed, piece.first, piece.count)
    counts = Counter({_named(status): times for status, times in attacked.statuses.items()})
    return Found(piece.count, attacked.faults, counts)


def _named(status: int) -> str:
    return f"status {status}{', the table made to fail' if status >= 500 else ''}"


def play_by_the_description(piece: Piece) -> Found:
    """Sends requests generated from the OpenAPI description. Every second piece sends invalid bodies."""
    route = PUBLIC[piece.first // CASES]
    negative = described.OPERATIONS[route].request is not None and piece.first // AT_ONCE % 2 == 1
    mode = GenerationMode.NEGATIVE if negative else GenerationMode.POSITIVE
    found = Found(0)
    with aws_in_process(), quiet():
        served = openapi.from_wsgi("/web/openapi.json", _app())

        @seed(piece.seed + piece.first)
        @settings(THOROUGH, max_examples=piece.count)
        @given(case=operation(served, route).as_strategy(mode))
        def sends(case: Case[Any]) -> None:
            found.counts[route] += 1
            case.call_and_validate(checks=ALWAYS)

        try:
            sends()
        except (Exception, FailureGroup) as error:  # noqa: BLE001  every failed check is a finding
            message = str(error).partition("\n")[0]
            found.violations.append(
                f"{route}, {mode.value}: {type(error).__name__} {message} (seed {piece.seed}, {piece.first})"
            )
    found.done = min(piece.count, found.counts[route])
    return found


@cache
def _app() -> LambdaWsgi:
    return LambdaWsgi()


CHECKS: tuple[Check, ...] = (
    Check(
        "requests",
        "no request to any route gets a server error or an undescribed answer",
        "requests",
        1_000_000,
        BATCH,
        send_hostile_requests,
        takes=1.7,
    ),
    Check(
        "description",
        "requests that match the API's description, or break it, are answered as described",
        "cases",
        CASES * len(PUBLIC),
        AT_ONCE,
        play_by_the_description,
        takes=9,
    ),
)
