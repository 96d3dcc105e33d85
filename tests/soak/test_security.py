from __future__ import annotations

import logging
from typing import Any

import pytest

from tests import leaks
from tests.hostile import attack
from tests.hostile.attacker import Route
from tests.soak.check import Piece
from tests.soak.security import CASES, PUBLIC, play_by_the_description, send_hostile_requests
from tests.standards.lambda_wsgi import LambdaWsgi

pytestmark = pytest.mark.slow

PIECE = Piece(seed=1, first=PUBLIC.index("POST /screenings") * CASES, count=20)


def test_a_described_answer_is_not_a_violation() -> None:
    found = play_by_the_description(PIECE)
    assert (found.done, found.violations, found.counts["POST /screenings"]) == (20, [], 20)


def test_an_undescribed_answer_is_a_violation(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = LambdaWsgi._answer

    def broken(self: LambdaWsgi, environ: dict[str, Any]) -> dict[str, Any]:
        answer = answers(self, environ)
        return answer if environ["PATH_INFO"].startswith("/web/") else answer | {"statusCode": 500}

    monkeypatch.setattr(LambdaWsgi, "_answer", broken)
    (violation,) = play_by_the_description(PIECE).violations
    assert violation.startswith("POST /screenings, positive: ")


def test_a_fault_names_the_request_that_reproduces_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def judge(route: Route, answer: object, *, out_of_order: bool) -> str:
        return "wrong" if route.name == "POST /form" else ""

    monkeypatch.setattr(attack, "fault", judge)
    found = send_hostile_requests(Piece(seed=5, first=0, count=120))
    assert found.violations
    assert all(text.startswith("POST /form: wrong (seed 5, request ") for text in found.violations)


def test_a_leak_into_the_log_is_a_violation(monkeypatch: pytest.MonkeyPatch) -> None:
    known: list[str] = []
    remember = leaks.Watch.remember_text

    def overhear(self: leaks.Watch, text: str) -> None:
        remember(self, text)
        known.append(text)

    def judge(route: Route, answer: object, *, out_of_order: bool) -> str:
        logging.getLogger("leads").warning(known[-1] if known else "nothing")
        return ""

    monkeypatch.setattr(leaks.Watch, "remember_text", overhear)
    monkeypatch.setattr(attack, "fault", judge)
    found = send_hostile_requests(Piece(seed=5, first=0, count=120))
    assert any("a log line holds what came as" in text for text in found.violations)
