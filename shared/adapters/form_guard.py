"""Protects the form from bots with signed form tokens and proof-of-work challenges."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from shared.domain.intake.spam_signs import Sign
from shared.domain.rules.condition import FORM

if TYPE_CHECKING:
    from itsdangerous import TimestampSigner

    from shared.domain.intake.submission import Submission

TOKEN_LIFETIME = timedelta(hours=24)  # as long as the browser keeps the answers
SHORTEST_FILL_TIME = timedelta(seconds=8)
CANARY_TOKEN_LIFETIME = 600  # seconds
SPOOLED_CANARY = "canary by way of the spool"
MAX_NUMBER = 50_000  # the most attempts that a challenge can need: under a second on a slow phone


class Judgement(NamedTuple):
    """The result of checking a submission's token, proof of work and trap field.

    source: FORM or CANARY.
    tries_spool: whether the submission is a canary that goes through the spool.
    signs: clues to whether a visitor or a bot filled in the form.
    """

    source: str
    tries_spool: bool
    signs: frozenset[Sign]


class FormGuard:
    """A guard that signs form tokens and challenges with a key, and checks them.

    others: further keys whose signatures are accepted, such as the former key during a rotation.
    """

    def __init__(self, key: str, *others: str) -> None:
        self._key = key
        self._accepted = (key, *others)

    def token(self) -> str:
        return self._signer("form").sign("form").decode()

    def canary_token(self, submission_id: UUID, *, tries_spool: bool = False) -> str:
        from shared.domain.leads.lead import CANARY  # noqa: PLC0415  a form's token needs no lead

        return self._signer(SPOOLED_CANARY if tries_spool else CANARY).sign(str(submission_id)).decode()

    def _signer(self, purpose: str) -> TimestampSigner:
        from itsdangerous import TimestampSigner  # noqa: PLC0415  only where a token is made or checked

        oldest_first = self._accepted[::-1]  # itsdangerous signs with the last key
        return TimestampSigner(oldest_first, salt=purpose, digest_method=hashlib.sha256)

    def _is_canary(self, submission: Submission, salt: str) -> bool:
        if submission.token is None or not submission.token.startswith(str(submission.submission_id)):
            return False
        return self._signed_at(submission.token, salt, CANARY_TOKEN_LIFETIME) is not None

    def _signed_at(self, token: str, purpose: str, max_age: int | None = None) -> datetime | None:
        """Returns None for a forged token, or a token older than `max_age` seconds."""
        from itsdangerous import BadSignature  # noqa: PLC0415  only where a token is checked
        from itsdangerous.encoding import base64_decode, base64_encode  # noqa: PLC0415

        try:
            _, at = self._signer(purpose).unsign(token, max_age, return_timestamp=True)
        except BadSignature:
            return None
        # Several texts decode to the same signature, because the last base64 letter has unused bits. Accept only one.
        signature = token.rpartition(".")[2]
        return at if base64_encode(base64_decode(signature)).decode() == signature else None

    def submission_id(self, content: str, at: datetime) -> UUID:
        """Returns an id for a form that was sent without one.

        The id depends only on content and day (UTC), so that a double click makes only one lead.
        """
        digest = hmac.new(self._key.encode(), f"{at:%Y-%m-%d}\n{content}".encode(), hashlib.sha256).digest()
        return UUID(bytes=digest[:16], version=4)

    def challenge(self, submission_id: UUID, at: datetime) -> dict[str, Any]:
        """Returns an ALTCHA challenge (version 1) that is valid for this submission only."""
        from altcha.v1 import ChallengeOptions, create_challenge  # noqa: PLC0415  only where a challenge is made

        expires, params = at + TOKEN_LIFETIME, {"form": _form(submission_id)}
        options = ChallengeOptions(hmac_key=self._key, max_number=MAX_NUMBER, expires=expires, params=params)
        challenge = create_challenge(options)
        return {
            "algorithm": challenge.algorithm,
            "challenge": challenge.challenge,
            "maxnumber": MAX_NUMBER,
            "salt": challenge.salt,
            "signature": challenge.signature,
        }

    def judge(self, submission: Submission, at: datetime) -> Judgement:
        from shared.domain.leads.lead import CANARY  # noqa: PLC0415

        tries_spool = self._is_canary(submission, SPOOLED_CANARY)
        canary = tries_spool or self._is_canary(submission, CANARY)
        trap = Sign.TRAP_FILLED if submission.website else None
        signs = (self._token_sign(submission.token, at), self._proof_sign(submission), trap)
        return Judgement(CANARY if canary else FORM, tries_spool, frozenset(filter(None, signs)))

    def _token_sign(self, token: str | None, at: datetime) -> Sign | None:
        if token is None:
            return Sign.NO_TOKEN
        drawn = self._signed_at(token, "form")
        if drawn is None or at - drawn > TOKEN_LIFETIME:
            return Sign.BAD_TOKEN
        return Sign.TOO_QUICK if at - drawn < SHORTEST_FILL_TIME else None

    def _proof_sign(self, submission: Submission) -> Sign:
        if submission.proof is None:
            return Sign.NO_PROOF
        from altcha.v1 import Payload, verify_solution  # noqa: PLC0415

        try:
            payload = Payload.from_base64(submission.proof)
            bound = payload.parse_salt()[2].get("form") == [_form(submission.submission_id)]
            good = bound and any(verify_solution(payload, key)[0] for key in self._accepted)
        except Exception:  # noqa: BLE001  the payload is untrusted: any failure means a bad proof
            good = False
        return Sign.GOOD_PROOF if good else Sign.BAD_PROOF


def _form(submission_id: UUID) -> str:
    return hashlib.sha256(submission_id.bytes).hexdigest()[:32]
