"""Decides how long a lead is kept, and what remains of it afterwards."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.intake.submission import Contact
from shared.domain.leads.erasure import Kept, Tombstone, trail_only, without_words
from shared.domain.leads.history import SYSTEM, HistoryEntry
from shared.domain.leads.lead import Assessment, Lead, Submitted
from shared.domain.leads.retention_stage import Stage, stage_of


@dataclass(frozen=True, slots=True)
class Retention:
    """The retention periods.

    months: how many calendar months each stage lasts.
    audited_tiers: tiers whose leads keep an audit trail after their contact details are removed.
    """

    months: Mapping[Stage, int]
    audited_tiers: frozenset[str]

    def began_before(self, stage: Stage, at: datetime) -> datetime:
        return months_before(at, self.months[stage])


def retired(kept: Kept, retention: Retention, at: datetime) -> Kept | None:
    """Returns what remains of a lead or tombstone; None if everything is to be removed.

    Returns the same object while its retention stage lasts.
    """
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
    """Goes back by calendar months, to the last day of a month that is too short."""
    year, month = divmod(at.year * 12 + at.month - 1 - months, 12)
    day = min(at.day, monthrange(year, month + 1)[1])
    return at.replace(year=year, month=month + 1, day=day)


def emptied(lead: Lead, *, audited: bool = False) -> tuple[Submitted, Assessment]:
    """Returns the submission and assessment without answers and attribution.

    Of the contact details, only name, phone number and email address stay.
    audited: whether to keep the safety rules that fired and the messages that were shown.
    """
    submitted, assessment = lead.submitted, lead.assessment
    triage = replace(assessment.triage, fit_score=0, fit_rules=(), tags=())
    if not audited:
        triage = replace(triage, safety_rules=(), not_fit_rules=(), messages=())
    contact = submitted.contact
    return replace(
        submitted,
        answers={},
        content_hash="",  # few answers are possible, so they could be guessed from their hash
        attribution={},
        contact=Contact(name=contact.name, phone=contact.phone, email=contact.email),
    ), replace(assessment, triage=triage, shadow=None, messages_shown=assessment.messages_shown if audited else ())


def _without_answers(lead: Lead, at: datetime, *, audited: bool) -> Lead:
    submitted, assessment = emptied(lead, audited=audited)
    entry = HistoryEntry(at=at, by=SYSTEM, by_name="", action="retired", version=lead.version + 1)
    return lead.changed(
        submitted=submitted,
        assessment=assessment,
        history=(*map(without_words, lead.history), entry),
        earlier=(),
        answers_removed_at=at,
    )
