"""How long a lead is kept, and what is left of it then. docs/privacy.md says it in plain words.

A lead passes through stages. Which stage it is in, and since when, follows from the lead alone; how long a stage lasts
is data (retention.toml), so a change of that data needs no rewriting of what is stored.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Literal, Self
from uuid import UUID

from shared.domain.checked import Stored
from shared.domain.consent import ConsentRecord
from shared.domain.history import RETURNED, SYSTEM, HistoryEntry
from shared.domain.lead import Lead
from shared.domain.person import email_key, phone_key
from shared.domain.submission import Contact
from shared.domain.value import Value

REVOKED = "revoked"


class Stage(StrEnum):
    """What goes when the stage is over."""

    ANSWERS = "answers"  # the answers of a lead that did not become a booking
    BOOKED = "booked"  # a booked lead as a whole
    EVIDENCE = "evidence"  # contact and consents, when the answers are gone already, or after an erasure
    AUDIT = "audit"  # the trail of an urgent lead, which names nobody


class Retention(Value):
    """How many calendar months each stage lasts, and the tiers whose trail outlives the contact."""

    months: Mapping[Stage, int]
    audited_tiers: frozenset[str]

    def began_before(self, stage: Stage, at: datetime) -> datetime:
        """A stage that began then or earlier is over."""
        return months_before(at, self.months[stage])


class HashedConsent(Stored):
    """An entry of an erased lead's ledger. `covers`: keyed hashes, so that a number somebody shows can be compared.

    `hash`: of the entry as it was. What the person, or their browser, wrote is gone.
    """

    consent: str
    given: bool
    text: str
    text_hash: str
    questionnaire: str
    questionnaire_version: str
    language: str
    how: str
    covers: tuple[str, ...]
    at: datetime
    hash: str

    @classmethod
    def of(cls, record: ConsentRecord, person_key: str) -> Self:
        kept = record.model_dump(include=set(cls.model_fields) - {"covers", "how"})
        return cls(
            **kept,
            how=REVOKED if record.how.startswith(f"{REVOKED}:") else record.how,
            covers=tuple(_hashed(way, person_key) for way in record.covers),
        )


class Trail(Stored):
    """Why an urgent lead had its tier, what the person was told, and who did what and when."""

    tier: str
    rules: tuple[str, ...]
    rule_set: str
    rule_set_version: str
    messages: tuple[str, ...]
    deadline: datetime | None
    acknowledged_at: datetime | None
    alerts: int
    history: tuple[HistoryEntry, ...]


class Remainder(Stored):
    """What is left in the place of a lead. It keeps the id, so that the same form sent again does not come back.

    `by`: the id of the member of staff who erased it, or SYSTEM.
    """

    lead_id: UUID
    version: int
    reference: str
    kind: Literal["erased", "audit"]
    at: datetime
    by: str
    last_contact: datetime
    consents: tuple[HashedConsent, ...] = ()
    trail: Trail | None = None


Kept = Lead | Remainder


def stage_of(kept: Kept) -> tuple[Stage, datetime] | None:
    """The stage and when it began; None for a lead that staff were to answer and nobody has taken."""
    if isinstance(kept, Remainder):
        return (Stage.EVIDENCE if kept.kind == "erased" else Stage.AUDIT), kept.last_contact
    if kept.status == "new" and kept.alert_due > 0:
        return None
    if kept.answers_removed_at is not None:
        return Stage.EVIDENCE, last_contact(kept)
    if kept.status == "booked":
        return Stage.BOOKED, last_contact(kept)
    return Stage.ANSWERS, kept.received_at


def retired(kept: Kept, retention: Retention, at: datetime) -> Kept | None:
    """What to keep instead: the same object while its stage lasts, None for nothing at all."""
    stage = stage_of(kept)
    if stage is None or stage[1] > retention.began_before(stage[0], at):
        return kept
    if isinstance(kept, Remainder):
        return None
    audited = bool({kept.tier, kept.triage.tier} & retention.audited_tiers)
    if stage[0] is Stage.ANSWERS:
        return _without_answers(kept, at, audited=audited)
    return _trail_only(kept, at) if audited else None


def erased(lead: Lead, by: str, at: datetime, person_key: str) -> Remainder:
    """A tombstone with the ledger of consents, its contacts hashed; nothing else."""
    return Remainder(
        lead_id=lead.lead_id,
        version=lead.version + 1,
        reference=lead.reference,
        kind="erased",
        at=at,
        by=by,
        last_contact=last_contact(lead),
        consents=tuple(HashedConsent.of(record, person_key) for record in lead.consent_records),
    )


def last_contact(lead: Lead) -> datetime:
    """When the person, or staff, last did something about the lead; retiring is no contact."""
    worked = (entry.at for entry in lead.history if entry.by != SYSTEM or entry.action == RETURNED)
    return max([lead.received_at, *worked, *(record.at for record in lead.consent_records)])


def months_before(at: datetime, months: int) -> datetime:
    """The same day that many calendar months ago, or the last day of that month."""
    year, month = divmod(at.year * 12 + at.month - 1 - months, 12)
    day = min(at.day, monthrange(year, month + 1)[1])
    return at.replace(year=year, month=month + 1, day=day)


def _without_answers(lead: Lead, at: datetime, *, audited: bool) -> Lead:
    contact = lead.contact
    triage = lead.triage
    if not audited:
        nothing: dict[str, object] = dict.fromkeys(("safety_rules", "not_fit_rules", "messages"), ())
        triage = triage.replaced(**nothing)
    worded = tuple(_without_words(entry) for entry in lead.history)
    entry = HistoryEntry(at=at, by=SYSTEM, by_name="", action="retired", version=lead.version + 1)
    return lead.replaced(history=worded).worked(
        entry,
        answers={},
        earlier=(),
        answers_removed_at=at,
        content_hash="",  # of few possible answers: it could be guessed
        attribution={},
        shadow=None,
        contact=Contact(name=contact.name, phone=contact.phone, email=contact.email),
        triage=triage.replaced(fit_score=0, fit_rules=(), tags=()),
        messages_shown=lead.messages_shown if audited else (),
    )


def _without_words(entry: HistoryEntry) -> HistoryEntry:
    return entry.replaced(text="", before=None)


def _trail_only(lead: Lead, at: datetime) -> Remainder:
    triage = lead.triage
    return Remainder(
        lead_id=lead.lead_id,
        version=lead.version + 1,
        reference=lead.reference,
        kind="audit",
        at=at,
        by=SYSTEM,
        last_contact=last_contact(lead),
        trail=Trail(
            tier=lead.tier,
            rules=tuple(rule.id for rule in triage.safety_rules),
            rule_set=triage.rule_set,
            rule_set_version=triage.rule_set_version,
            messages=tuple(message.id for message in lead.messages_shown),
            deadline=lead.deadline,
            acknowledged_at=lead.acknowledged_at,
            alerts=lead.alert_delivered,
            history=tuple(_without_words(entry) for entry in lead.history),
        ),
    )


def _hashed(way: str, person_key: str) -> str:
    return email_key(way, person_key) if "@" in way else phone_key(way, person_key)
