"""A lead: a stored submission with its triage, and what staff have still to be told about it.

`alert_due` and `alert_delivered` are levels of the tier's ladder (1 is the first alert; 0 is none). Each change gives
the next version; the table replaces a lead only while the stored version is the one that was read.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.domain.advice import ShownMessage
from shared.domain.opening_hours import OpeningHours
from shared.domain.submission import Attribution, Consents, Contact, Submission
from shared.domain.triage import LadderStep, Tier, TriageResult

NEVER = datetime(9999, 12, 31, tzinfo=UTC)  # nothing more to say by itself, but the lead still needs someone
CLAIM_LASTS = timedelta(seconds=30)  # longer than any function that alerts may run
CROCKFORD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def reference_of(lead_id: UUID) -> str:
    """Ten characters to read out on the phone (50 bits of a hash of the id, Crockford base 32: no I, L, O or U)."""
    digest = hashlib.sha256(lead_id.bytes).digest()
    text = base64.b32encode(digest[:7]).decode().translate(CROCKFORD)
    return f"{text[:5]}-{text[5:10]}"


class Receipt(BaseModel):
    """What the visitor is told. Never the tier, the score or the rules."""

    model_config = ConfigDict(frozen=True)

    reference: str | None
    disposition: str
    messages: tuple[ShownMessage, ...]
    received_at: datetime


class Lead(BaseModel):
    """Times are UTC. Older shapes stay readable: a new field needs a default."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    lead_id: UUID
    version: int
    reference: str
    content_hash: str
    received_at: datetime
    questionnaire: str
    questionnaire_version: str
    answers: dict[str, int | str | list[str]]
    contact: Contact
    consents: Consents
    attribution: Attribution | None
    triage: TriageResult
    disposition: str
    messages_shown: tuple[ShownMessage, ...]
    deadline: datetime | None
    alert_due: int
    alert_delivered: int
    claimed_until: datetime | None
    next_at: datetime | None

    @classmethod
    def received(
        cls,
        submission: Submission,
        contact: Contact,
        consents: Consents,
        result: TriageResult,
        tier: Tier,
        shown: tuple[ShownMessage, ...],
        hours: OpeningHours,
        at: datetime,
    ) -> Self:
        """The first version: its first alert is due at once, unless the tier has no ladder."""
        return cls(
            lead_id=submission.submission_id,
            version=1,
            reference=reference_of(submission.submission_id),
            content_hash=submission.content_hash(),
            received_at=at,
            questionnaire=submission.questionnaire.id,
            questionnaire_version=submission.questionnaire.version,
            answers=submission.answers,
            contact=contact,
            consents=consents,
            attribution=submission.attribution,
            triage=result,
            disposition=tier.disposition,
            messages_shown=shown,
            deadline=tier.deadline.after(at, hours) if tier.deadline else None,
            alert_due=1 if tier.ladder else 0,
            alert_delivered=0,
            claimed_until=None,
            next_at=at if tier.ladder else None,
        )

    @property
    def receipt(self) -> Receipt:
        return Receipt(
            reference=self.reference,
            disposition=self.disposition,
            messages=self.messages_shown,
            received_at=self.received_at,
        )

    def level_due(self, ladder: tuple[LadderStep, ...], hours: OpeningHours, at: datetime) -> int | None:
        """The ladder level to tell staff now; None when there is nothing to tell, or somebody is telling it."""
        if self.next_at is None or (self.claimed_until is not None and at < self.claimed_until):
            return None
        passed = [n for n, step in enumerate(ladder, start=1) if step.after.after(self.received_at, hours) <= at]
        due = max([self.alert_due, *passed])
        return due if due > self.alert_delivered else None

    def claimed(self, level: int, at: datetime) -> Self:
        """Held by one alerter for a while; if that one dies, the sweep finds the lead again."""
        until = at + CLAIM_LASTS
        return self._next(alert_due=level, claimed_until=until, next_at=until)

    def told(self, level: int, ladder: tuple[LadderStep, ...], hours: OpeningHours) -> Self:
        """Staff have been told this level; the next look is when the next step falls due."""
        later = ladder[level].after.after(self.received_at, hours) if level < len(ladder) else NEVER
        return self._next(alert_delivered=level, claimed_until=None, next_at=later)

    def _next(self, **changes: object) -> Self:
        return self.model_copy(update={"version": self.version + 1, **changes})
