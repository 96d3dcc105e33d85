"""How long a lead is kept, and what is left of it then. docs/privacy.md says it in plain words.

A lead passes through stages. Which stage it is in, and since when, follows from the lead alone; how long a stage lasts
is data (retention.toml), so a change of that data needs no rewriting of what is stored.
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
    """What goes when the stage is over."""

    ANSWERS = "answers"  # the answers of a lead that did not become a booking
    BOOKED = "booked"  # a booked lead as a whole
    EVIDENCE = "evidence"  # contact and consents, when the answers are gone already, or after an erasure
    AUDIT = "audit"  # the trail of an urgent lead, which names nobody


@dataclass(frozen=True, slots=True)
class Retention:
    """How many calendar months each stage lasts, and the tiers whose trail outlives the contact."""

    months: Mapping[Stage, int]
    audited_tiers: frozenset[str]

    def began_before(self, stage: Stage, at: datetime) -> datetime:
        """A stage that began then or earlier is over."""
        return months_before(at, self.months[stage])


Kept = Lead | Tombstone


def stage_of(kept: Kept) -> tuple[Stage, datetime] | None:
    """The stage and when it began; None for a lead that staff were to answer and nobody has taken."""
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
    """What to keep instead: the same object while its stage lasts, None for nothing at all."""
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
            content_hash="",  # of few possible answers: it could be guessed
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
