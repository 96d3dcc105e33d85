"""Records consent as evidence of which text was shown and which box was ticked.

Each ledger entry contains the hash of the entry before it, so that changes can be detected.
The fields follow 47 CFR 64.1200 and the FTC Telemarketing Sales Rule (2024).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple
from uuid import UUID

from pydantic import Field

from shared.domain.intake.submission import Contact, Submission
from shared.domain.model import Model
from shared.domain.rules.questionnaire import Questionnaire

# "email" is part of the consent to contact, but can be revoked separately.
ConsentCode = Literal["contact", "sms", "marketing", "email"]
UNTICKED_BOX = "a box of its own, unticked by default"
UNDONE = "a revocation that was recorded by mistake was undone"
UNKNOWN_TEXT = "given on a page that did not say which text it showed"


class Visit(NamedTuple):
    """The visitor's IP address and user agent, which are evidence and never cause a refusal."""

    source_address: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """An entry of a lead's consent ledger.

    covers: the phone number and email address that the consent applies to.
    previous: the hash of the entry before it; "" for the first entry.
    hash: SHA-256 (hex) of all other fields.
    """

    consent: str  # contact, sms, marketing or email
    given: bool
    text: str
    text_hash: str
    questionnaire: str
    questionnaire_version: str
    language: str
    how: str
    page: str
    covers: tuple[str, ...]
    at: datetime
    source_address: str
    user_agent: str
    previous: str
    hash: str = ""

    def sealed(self) -> ConsentRecord:
        entry = self._entry()
        return ConsentRecord(**entry, hash=_hash(entry))

    def after(self, previous: str) -> ConsentRecord:
        return replace(self, previous=previous).sealed()

    @property
    def substance(self) -> tuple[object, ...]:
        return (self.given, self.text_hash, self.language, self.covers, self.how)

    def intact(self, previous: str) -> bool:
        return self.previous == previous and self.hash == _hash(self._entry())

    def _entry(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in SEALED}


SEALED = tuple(field.name for field in fields(ConsentRecord) if field.name != "hash")


def _hash(entry: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(entry, default=datetime.isoformat).encode()).hexdigest()


def consent_records(
    submission: Submission,
    contact: Contact,
    questionnaire: Questionnaire,
    visit: Visit,
    at: datetime,
    elsewhere: str,
) -> tuple[ConsentRecord, ...]:
    """Returns a chained record for each consent that was given or whose text was shown.

    elsewhere: the form on which the person consented, such as an ad form; "" for the clinic's own page.
    """
    given = vars(submission.consents) if submission.consents else {}
    shown = {str(code): text_hash for code, text_hash in submission.consents_shown.items()}
    records: list[ConsentRecord] = []
    for consent in questionnaire.contact.consents:
        text = consent.texts.get(shown.get(consent.code, ""), "")
        if not text and not given.get(consent.code):
            continue
        record = ConsentRecord(
            consent=consent.code,
            given=bool(given.get(consent.code)),
            text=text,
            text_hash=shown[consent.code] if text else "",
            questionnaire=questionnaire.id,
            questionnaire_version=submission.questionnaire.version,
            language=questionnaire.language,
            how=UNTICKED_BOX if text else elsewhere or UNKNOWN_TEXT,
            page=submission.page or "",
            covers=_covers(contact, number_only=consent.code == "sms" or consent.is_to_calls(text)),
            at=at,
            source_address=visit.source_address,
            user_agent=visit.user_agent[:300],
            previous=records[-1].hash if records else "",
        )
        records.append(record.sealed())
    return tuple(records)


def extended_ledger(ledger: Iterable[ConsentRecord], later: Iterable[ConsentRecord]) -> tuple[ConsentRecord, ...]:
    """Adds records to a ledger. Skips a record that repeats the latest entry for the same consent."""
    records = list(ledger)
    for record in later:
        latest = next((known for known in reversed(records) if known.consent == record.consent), None)
        if latest is None or latest.substance != record.substance:
            records.append(record.after(records[-1].hash if records else ""))
    return tuple(records)


def email_part(record: ConsentRecord) -> ConsentRecord:
    return replace(record, consent="email", covers=tuple(way for way in record.covers if "@" in way))


def revocation(earlier: ConsentRecord, how: str, at: datetime, previous: str) -> ConsentRecord:
    """`how`: the person's words, or the channel that they used."""
    return replace(
        earlier, given=False, how=f"revoked: {how}", at=at, previous=previous, source_address="", user_agent=""
    ).sealed()


def reinstatement(earlier: ConsentRecord, at: datetime, previous: str) -> ConsentRecord:
    return replace(earlier, given=True, how=UNDONE, at=at, previous=previous, source_address="", user_agent="").sealed()


class Revocation(Model):
    """A request to revoke a consent. `how`: the person's words, or the channel that they used."""

    lead_id: UUID
    consent: ConsentCode
    how: Annotated[str, Field(min_length=1, max_length=300)]


def chain_intact(records: Iterable[ConsentRecord]) -> bool:
    previous = ""
    for record in records:
        if not record.intact(previous):
            return False
        previous = record.hash
    return True


def _covers(contact: Contact, *, number_only: bool) -> tuple[str, ...]:
    ways = (contact.phone,) if number_only else (contact.phone, contact.email)
    return tuple(way for way in ways if way)
