"""Tests GET /challenges/{submission_id}, and how a proof lowers suspicion."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from altcha.v1 import solve_challenge

from functions import capture_lead, wiring
from shared.adapters.form_guard import TOKEN_LIFETIME
from tests.aws import Aws
from tests.functions.calls import CONTEXT, EMERGENCY, LEAD_ID, URGENT, Json, content, event, posting, submission
from tests.functions.conftest import Clock


def challenge() -> Json:
    response = capture_lead.handler(event("capture_lead.challenge"), CONTEXT)
    assert response["statusCode"] == 200
    assert response["headers"]["cache-control"] == "no-store"
    return content(response)


def proof_of(challenge: Json) -> str:
    solution = solve_challenge(
        challenge["challenge"], challenge["salt"], challenge["algorithm"], challenge["maxnumber"]
    )
    assert solution is not None
    signed = {key: challenge[key] for key in ("algorithm", "challenge", "salt", "signature")}
    return base64.b64encode(json.dumps(signed | {"number": solution.number}).encode()).decode()


def suspicion_of(aws: Aws, *, answers: Json | None = None, **changes: Any) -> Json:
    body = submission(**changes)
    body["answers"] = body["answers"] if answers is None else answers
    response = capture_lead.handler(posting("capture_lead", body), CONTEXT)
    assert response["statusCode"] == 201, response["body"]
    found: Json = aws.leads()[-1]["suspicion"]
    return found


@pytest.fixture
def a_minute_later(monkeypatch: pytest.MonkeyPatch) -> None:
    later = datetime.now(UTC) + timedelta(minutes=1)
    monkeypatch.setattr(wiring, "now", lambda: later)


def test_only_a_submission_id_gets_a_challenge() -> None:
    response = capture_lead.handler(
        event("capture_lead.challenge") | {"pathParameters": {"submission_id": "x"}}, CONTEXT
    )
    assert response["statusCode"] == 404


@pytest.mark.usefixtures("a_minute_later")
def test_a_person_with_token_and_proof_is_trusted(aws: Aws) -> None:
    drawn = challenge()
    found = suspicion_of(aws, token=drawn["token"], proof=proof_of(drawn["challenge"]))
    assert found == {"score": -2, "signs": ["good-proof"], "suspect": False}


@pytest.mark.usefixtures("a_minute_later")
def test_a_form_without_javascript_is_not_suspect(aws: Aws) -> None:
    assert suspicion_of(aws) == {"score": 2, "signs": ["no-proof", "no-token"], "suspect": False}


@pytest.mark.usefixtures("a_minute_later")
def test_the_proof_of_another_submission_proves_nothing(aws: Aws) -> None:
    drawn = challenge()
    other = "11111111-2222-4333-8444-555555555555"
    assert other != LEAD_ID
    found = suspicion_of(aws, submission_id=other, token=drawn["token"], proof=proof_of(drawn["challenge"]))
    assert found["signs"] == ["bad-proof"]


@pytest.mark.usefixtures("a_minute_later")
@pytest.mark.parametrize("proof", ["x", base64.b64encode(b"[]").decode(), base64.b64encode(b'{"salt": 1}').decode()])
def test_an_invalid_proof_is_a_sign_and_not_an_error(aws: Aws, proof: str) -> None:
    assert "bad-proof" in suspicion_of(aws, proof=proof, token="nonsense")["signs"]


@pytest.mark.usefixtures("a_minute_later")
def test_a_forged_token_is_detected(aws: Aws) -> None:
    text, drawn, signature = challenge()["token"].split(".")
    changed = ".".join((text, drawn, ("A" if signature[0] != "A" else "B") + signature[1:]))
    assert "bad-token" in suspicion_of(aws, token=changed)["signs"]


def test_a_form_filled_in_within_seconds_is_suspect(aws: Aws) -> None:
    found = suspicion_of(aws, token=challenge()["token"])
    assert found == {"score": 5, "signs": ["no-proof", "too-quick"], "suspect": True}


def test_an_emergency_may_be_sent_within_seconds(aws: Aws) -> None:
    found = suspicion_of(aws, token=challenge()["token"], answers={"em-now": ["chest-pressure"]})
    assert found == {"score": 1, "signs": ["no-proof"], "suspect": False}


def test_an_expired_token_is_not_accepted(aws: Aws, clock: Clock) -> None:
    from datetime import UTC, datetime  # noqa: PLC0415

    token = challenge()["token"]
    clock.at = datetime.now(UTC) + TOKEN_LIFETIME + timedelta(minutes=1)
    assert "bad-token" in suspicion_of(aws, token=token)["signs"]


@pytest.mark.usefixtures("a_minute_later")
def test_a_filled_trap_makes_a_suspect_that_is_stored_and_alerted(aws: Aws) -> None:
    found = suspicion_of(aws, website="https://spam.example")
    assert found["suspect"] is True
    assert aws.leads()[0]["alert_due"] == 1


@pytest.mark.usefixtures("a_minute_later")
def test_a_red_flag_lead_is_never_suspect(aws: Aws) -> None:
    found = suspicion_of(
        aws, answers=submission(URGENT)["answers"], website="https://spam.example", token="x", proof="x"
    )
    assert found["score"] > 4
    assert found["suspect"] is False


@pytest.mark.usefixtures("a_minute_later")
def test_a_missing_safety_answer_alone_does_not_clear_a_suspect(aws: Aws) -> None:
    found = suspicion_of(aws, answers={}, website="https://spam.example")
    assert aws.leads()[0]["triage"]["tier"] == "URGENT"
    assert found["suspect"] is True


def test_an_emergency_that_is_sent_within_seconds_is_not_too_quick(aws: Aws) -> None:
    """An emergency interrupts the form, so the visitor fills in less."""
    found = suspicion_of(aws, token=challenge()["token"], answers=EMERGENCY)
    assert (found["signs"], found["suspect"]) == (["no-proof"], False)
