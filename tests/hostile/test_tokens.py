"""Tests that expired, changed or misused tokens, proofs, cursors and signatures are refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from altcha.v1 import solve_challenge
from standardwebhooks.webhooks import Webhook as Judge
from standardwebhooks.webhooks import WebhookVerificationError

from shared.adapters import form_guard
from shared.adapters.form_guard import CANARY_TOKEN_LIFETIME, TOKEN_LIFETIME, FormGuard
from shared.adapters.webhook import Webhook
from shared.domain.intake.spam_signs import Sign
from shared.domain.intake.submission import Submission
from shared.domain.leads.lead import CANARY
from shared.domain.rules.condition import FORM
from tests.aws import ENVIRONMENT
from tests.functions.calls import submission

GUARD, STRANGER = FormGuard("a key"), FormGuard("another key")
ID, OTHER_ID = UUID("0b4f7c1e-6a52-4d0b-9a3e-5d1c2b7f8e90"), UUID("11111111-2222-4333-8444-555555555555")
MINUTE = timedelta(minutes=1)


def flips(token: str) -> Iterator[str]:
    """Yields copies of the token with one flipped bit, without copies that no request can contain."""
    for place, character in enumerate(token):
        for bit in range(7):
            other = chr(ord(character) ^ 1 << bit)
            if other.isprintable() and not (other == " " and place in (0, len(token) - 1)):
                yield token[:place] + other + token[place + 1 :]


def sent(submission_id: UUID = ID, **given: Any) -> Submission:
    return Submission.model_validate(submission(submission_id=str(submission_id), **given))


def token_signs(token: str, at: datetime, guard: FormGuard = GUARD) -> frozenset[Sign]:
    return guard.judge(sent(token=token), at).signs & {Sign.BAD_TOKEN, Sign.TOO_QUICK}


def source_of(token: str) -> str:
    return GUARD.judge(sent(token=token), datetime.now(UTC)).source


def solved(guard: FormGuard, submission_id: UUID = ID, at: datetime | None = None) -> str:
    drawn = guard.challenge(submission_id, at or datetime.now(UTC))
    solution = solve_challenge(drawn["challenge"], drawn["salt"], drawn["algorithm"], drawn["maxnumber"])
    assert solution is not None
    kept = {key: drawn[key] for key in ("algorithm", "challenge", "salt", "signature")}
    return base64.b64encode(json.dumps(kept | {"number": solution.number}).encode()).decode()


def proof_sign(proof: str, submission_id: UUID = ID, guard: FormGuard = GUARD) -> Sign:
    judged = guard.judge(sent(submission_id, proof=proof), datetime.now(UTC))
    (sign,) = judged.signs & {Sign.GOOD_PROOF, Sign.BAD_PROOF}
    return sign


def test_every_flipped_bit_of_a_form_token_is_detected() -> None:
    token, later = GUARD.token(), datetime.now(UTC) + MINUTE
    assert token_signs(token, later) == set()
    spoilt = list(flips(token))
    assert len(spoilt) > 5 * len(token)
    assert [text for text in spoilt if token_signs(text, later) != {Sign.BAD_TOKEN}] == []


def test_a_form_token_with_another_key_purpose_or_time_is_detected() -> None:
    now = datetime.now(UTC)
    for token, at in (
        (STRANGER.token(), now + MINUTE),
        (GUARD.canary_token(ID), now + MINUTE),
        (GUARD.canary_token(ID, tries_spool=True), now + MINUTE),
        (GUARD.token(), now + TOKEN_LIFETIME + MINUTE),
        (GUARD.token() + "x", now + MINUTE),
        (GUARD.token()[:-1], now + MINUTE),
    ):
        assert token_signs(token, at) == {Sign.BAD_TOKEN}
    assert token_signs(GUARD.token(), now) == {Sign.TOO_QUICK}
    assert token_signs(GUARD.token(), now - timedelta(hours=1)) == {Sign.TOO_QUICK}, "a clock that was set back"


@pytest.mark.parametrize("tries_spool", [False, True])
def test_every_flipped_bit_of_a_canary_token_makes_it_a_lead(tries_spool: bool) -> None:
    token = GUARD.canary_token(ID, tries_spool=tries_spool)
    assert source_of(token) == CANARY
    assert [text for text in flips(token) if source_of(text) != FORM] == []


def test_an_invalid_canary_token_makes_it_a_lead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for token in (STRANGER.canary_token(ID), GUARD.token(), GUARD.canary_token(OTHER_ID), str(ID), f"{ID}."):
        assert source_of(token) == FORM
    assert not GUARD.judge(sent(token=GUARD.canary_token(ID)), datetime.now(UTC)).tries_spool
    token = GUARD.canary_token(ID)
    monkeypatch.setattr(
        "itsdangerous.timed.time.time", lambda: datetime.now(UTC).timestamp() + CANARY_TOKEN_LIFETIME + 60
    )
    assert source_of(token) == FORM


def test_every_flipped_bit_of_a_proof_is_detected_or_has_no_meaning() -> None:
    """An accepted proof with a flipped bit decodes to the same fields."""
    proof = solved(GUARD)
    assert proof_sign(proof) == Sign.GOOD_PROOF
    for text in flips(proof):
        if proof_sign(text) == Sign.GOOD_PROOF:
            assert read(text) == read(proof)


def read(proof: str) -> Any:
    return json.loads(base64.b64decode(proof))


@pytest.mark.parametrize("field", ["algorithm", "challenge", "number", "salt", "signature"])
def test_every_flipped_bit_of_a_field_of_a_proof_is_detected(field: str) -> None:
    fields = read(solved(GUARD))
    for spoilt in flips(str(fields[field])):
        value: object = int(spoilt) if field == "number" and spoilt.isdecimal() else spoilt
        if value != fields[field]:
            text = base64.b64encode(json.dumps(fields | {field: value}).encode()).decode()
            assert proof_sign(text) == Sign.BAD_PROOF, spoilt


def test_a_proof_with_another_key_submission_or_time_is_detected() -> None:
    assert proof_sign(solved(STRANGER)) == Sign.BAD_PROOF
    assert proof_sign(solved(GUARD, OTHER_ID)) == Sign.BAD_PROOF
    assert proof_sign(solved(GUARD), OTHER_ID) == Sign.BAD_PROOF
    assert proof_sign(solved(GUARD, at=datetime.now(UTC) - TOKEN_LIFETIME - MINUTE)) == Sign.BAD_PROOF


def test_a_challenge_without_its_expiry_cannot_be_made() -> None:
    """Proof of work and signature cover the salt, which contains the expiry."""
    fields = read(solved(GUARD))
    bare = fields["salt"].partition("?")[0]
    digest = hashlib.sha256(f"{bare}{fields['number']}".encode()).hexdigest()
    forged = fields | {"salt": bare, "challenge": digest}
    assert proof_sign(base64.b64encode(json.dumps(forged).encode()).decode()) == Sign.BAD_PROOF


def test_our_signatures_have_256_bits() -> None:
    for token in (GUARD.token(), GUARD.canary_token(ID)):
        assert len(base64.urlsafe_b64decode(token.rpartition(".")[2] + "=")) == 32
    assert len(bytes.fromhex(read(solved(GUARD))["signature"])) == 32


def test_the_work_is_work() -> None:
    assert form_guard.MAX_NUMBER >= 50_000


KEY = ENVIRONMENT["WEBHOOK_KEY"]
BODY = b'{"type":"lead.new","data":{"reference":"7K3MQ-2XDRT"}}'


def signed(key: str = KEY, message_id: str = "msg_1", at: datetime | None = None) -> dict[str, str]:
    timestamp = str(int((at or datetime.now(UTC)).timestamp()))
    signature = Webhook("https://pager.clinic.example/", key)._signature(message_id, timestamp, BODY)
    return {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": signature}


def taken(body: bytes, headers: dict[str, str]) -> bool:
    try:
        Judge(f"whsec_{KEY}").verify(body, headers)
    except (WebhookVerificationError, ValueError):
        return False
    return True


def test_a_webhook_with_any_flipped_bit_is_refused() -> None:
    headers = signed()
    assert taken(BODY, headers)
    for place in range(len(BODY)):
        for bit in range(8):
            spoilt = bytearray(BODY)
            spoilt[place] ^= 1 << bit
            assert not taken(bytes(spoilt), headers)
    for name in ("webhook-id", "webhook-timestamp"):
        assert not any(taken(BODY, headers | {name: text}) for text in flips(headers[name]))
    digest = base64.b64decode(headers["webhook-signature"].removeprefix("v1,"))
    for place in range(len(digest) * 8):
        spoilt = bytearray(digest)
        spoilt[place // 8] ^= 1 << place % 8
        assert not taken(BODY, headers | {"webhook-signature": "v1," + base64.b64encode(spoilt).decode()})


def test_a_webhook_with_another_key_version_or_time_is_refused() -> None:
    stranger = base64.b64encode(b"another secret of thirty-two bytes").decode()
    an_hour = timedelta(hours=1)
    plain = base64.b64encode(hmac.new(base64.b64decode(KEY), BODY, hashlib.sha256).digest()).decode()
    assert not taken(BODY, signed(stranger))
    assert not taken(BODY, signed(at=datetime.now(UTC) - an_hour))
    assert not taken(BODY, signed(at=datetime.now(UTC) + an_hour))
    assert not taken(BODY, signed() | {"webhook-id": "msg_2"})
    assert not taken(BODY, signed() | {"webhook-signature": signed()["webhook-signature"].replace("v1,", "v2,")})
    assert not taken(BODY, signed() | {"webhook-signature": f"v1,{plain}"}), "the body alone is not what is signed"


def test_what_a_former_key_signed_is_accepted_and_a_strangers_is_not() -> None:
    rotated, later = FormGuard("a new key", "a key"), datetime.now(UTC) + MINUTE
    assert token_signs(GUARD.token(), later, rotated) == set()
    assert proof_sign(solved(GUARD), guard=rotated) == Sign.GOOD_PROOF
    assert token_signs(rotated.token(), later, GUARD) == {Sign.BAD_TOKEN}, "the new key signs"
    assert proof_sign(solved(rotated), guard=GUARD) == Sign.BAD_PROOF
    assert token_signs(STRANGER.token(), later, rotated) == {Sign.BAD_TOKEN}
    assert proof_sign(solved(STRANGER), guard=rotated) == Sign.BAD_PROOF
