"""Retention: how long a lead is kept, and what remains of it afterwards. docs/privacy.md explains it to patients.

A lead passes through stages. The lead alone determines its stage and when the stage began. How long each stage lasts is
data (retention.toml), so changing it does not require rewriting stored leads.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from shared.domain.intake.submission import Contact
from shared.domain.leads.erasure import Tombstone, last_contact, trail_only, without_words
from shared.domain.leads.history import SYSTEM, HistoryEntry
from shared.domain.leads.lead import Lead


class Stage(StrEnum):
    """Named after what is removed when the stage ends."""

    ANSWERS = "answers"  # the answers of a lead that was not booked
    BOOKED = "booked"  # all of a booked lead
    EVIDENCE = "evidence"  # contact and consents, after the answers were removed or the lead was erased
    AUDIT = "audit"  # the audit trail of an urgent lead, without the person


@dataclass(frozen=True, slots=True)
class Retention:
    """How many calendar months each stage lasts, and the tiers whose audit trail outlives the contact."""

    months: Mapping[Stage, int]
    audited_tiers: frozenset[str]

    def began_before(self, stage: Stage, at: datetime) -> datetime:
        """The stage is over at `at` if it began at this time or earlier."""
        return months_before(at, self.months[stage])


Kept = Lead | Tombstone


def stage_of(kept: Kept) -> tuple[Stage, datetime] | None:
    """The stage and when it began; None for a lead that alerts staff and that nobody has taken."""
    if isinstance(kept, Tombstone):
        return (Stage.EVIDENCE if kept.kind == "erased" else Stage.AUDIT), kept.last_contact
    if kept.work.status == "new" and kept.escalation.alert_due > 0:
        return None
    if kept.answers_removed_at is not None:
        return Stage.EVIDENCE, last_contact(kept)
    if kept.work.status == "booked":
        return Stage.BOOKED, last_contact(kept)
    return Stage.ANSWERS, kept.assessment.received_at


def retired(kept: Kept, retention: Retention, at: datetime) -> Kept | None:
    """What to keep at `at`: the same object while its stage lasts, what remains afterwards, or None for nothing."""
    stage = stage_of(kept)
    if stage is None or stage[1] > retention.began_before(stage[0], at):
        return kept
    if isinstance(kept, Tombstone):
        return None
    audited = bool({kept.tier, kept.assessment.triage.tier} & retention.audited_tiers)
    if stage[0] is Stage.ANSWERS:
        return _without_answers(kept, at, audited=audited)
    return trail_only(kept, at) if audited else None


def months_before(at: datetime, months: int) -> datetime:
    """The same day that many calendar months ago, or the last day of that month."""
    year, month = divmod(at.year * 12 + at.month - 1 - months, 12)
    day = min(at.day, monthrange(year, month + 1)[1])
    return at.replace(year=year, month=month + 1, day=day)


def _without_answers(lead: Lead, at: datetime, *, audited: bool) -> Lead:
    submitted, assessment = lead.submitted, lead.assessment
    triage = replace(assessment.triage, fit_score=0, fit_rules=(), tags=())
    if not audited:
        triage = replace(triage, safety_rules=(), not_fit_rules=(), messages=())
    contact = submitted.contact
    entry = HistoryEntry(at=at, by=SYSTEM, by_name="", action="retired", version=lead.version + 1)
    return lead.changed(
        submitted=replace(
            submitted,
            answers={},
            content_hash="",  # few answers are possible, so the hash would reveal them
            attribution={},
            contact=Contact(name=contact.name, phone=contact.phone, email=contact.email),
        ),
        assessment=replace(
            assessment, triage=triage, shadow=None, messages_shown=assessment.messages_shown if audited else ()
        ),
        history=(*map(without_words, lead.history), entry),
        earlier=(),
        answers_removed_at=at,
    )
