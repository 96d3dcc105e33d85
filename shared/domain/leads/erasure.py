"""Makes tombstones, which remain of leads that were erased or reduced to their audit trail."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.domain.leads.consent import ConsentRecord
from shared.domain.leads.history import SYSTEM, HistoryEntry
from shared.domain.leads.lead import Lead
from shared.domain.leads.person_keys import email_key, phone_key
from shared.domain.leads.retention_stage import last_contact
from shared.domain.model import Stored

REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class HashedConsent:
    """A consent ledger entry of an erased lead, without the person's words.

    covers: keyed hashes of the phone number and email address.
    hash: the hash of the original ledger entry.
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


@dataclass(frozen=True, slots=True)
class Trail:
    """The audit trail of an urgent lead.

    alerts: the last escalation level whose alert was sent; 0 for none.
    """

    tier: str
    rules: tuple[str, ...]
    rule_set: str
    rule_set_version: str
    messages: tuple[str, ...]
    deadline: datetime | None
    acknowledged_at: datetime | None
    alerts: int
    history: tuple[HistoryEntry, ...]


@dataclass(frozen=True, slots=True)
class Erasure:
    """A record of an erasure, so that a lead from a restored backup is erased again."""

    lead_id: UUID
    by: str
    at: datetime


class Tombstone(Stored):
    """The record that replaces a lead in the table after erasure or retention.

    The record keeps the lead's id, so that a resubmission cannot store the lead again.
    by: the id of a member of staff, or SYSTEM for a retention run.
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


Kept = Lead | Tombstone


def erased(lead: Lead, by: str, at: datetime, person_key: str) -> Tombstone:
    return Tombstone(
        lead_id=lead.lead_id,
        version=lead.version + 1,
        reference=lead.reference,
        kind="erased",
        at=at,
        by=by,
        last_contact=last_contact(lead),
        consents=tuple(_hashed_consent(record, person_key) for record in lead.submitted.consent_records),
    )


def trail_only(lead: Lead, at: datetime) -> Tombstone:
    triage = lead.assessment.triage
    return Tombstone(
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
            messages=tuple(message.id for message in lead.assessment.messages_shown),
            deadline=lead.escalation.deadline,
            acknowledged_at=lead.work.acknowledged_at,
            alerts=lead.escalation.alert_delivered,
            history=tuple(map(without_words, lead.history)),
        ),
    )


def without_words(entry: HistoryEntry) -> HistoryEntry:
    return replace(entry, text="", before=None)


def _hashed_consent(record: ConsentRecord, person_key: str) -> HashedConsent:
    return HashedConsent(
        consent=record.consent,
        given=record.given,
        text=record.text,
        text_hash=record.text_hash,
        questionnaire=record.questionnaire,
        questionnaire_version=record.questionnaire_version,
        language=record.language,
        how=REVOKED if record.how.startswith(f"{REVOKED}:") else record.how,
        covers=tuple(_hashed(way, person_key) for way in record.covers),
        at=record.at,
        hash=record.hash,
    )


def _hashed(way: str, person_key: str) -> str:
    return email_key(way, person_key) if "@" in way else phone_key(way, person_key)
