"""Summarises leads for the worklist, and puts open leads in order."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from pydantic_core import to_json

from shared.domain.leads.escalation import NEVER
from shared.domain.leads.lead import Lead
from shared.domain.leads.my_day import Done
from shared.domain.leads.next_action import next_action
from shared.domain.model import Stored


class LeadSummary(Stored):
    """The summary of a lead in the worklist, without name, contact details and answers.

    next_action, next_due: "" and None if the lead is not open.
    """

    reference: str
    version: int
    tier: str
    status: str
    deadline: datetime | None
    received_at: datetime
    acknowledged_at: datetime | None
    closed_at: datetime | None
    closed_reason: str
    owner: str
    owner_name: str
    attempts: int
    suspect: bool
    complete: bool
    language: str
    tags: tuple[str, ...]
    sent_more: bool = False
    source: str = ""
    questionnaire: str = ""
    booked_for: datetime | None = None
    next_action: str = ""
    next_due: datetime | None = None
    contact_revoked: bool = False
    handed_by: str = ""

    @property
    def done_at(self) -> datetime:
        return self.closed_at or self.received_at

    def is_overdue(self, at: datetime) -> bool:
        return self.next_due is not None and self.next_due < at

    def named(self, name: str) -> LeadRow:
        return LeadRow.model_construct(**dict(self), name=name, did=())

    @classmethod
    def of(cls, lead: Lead) -> LeadSummary:
        return cls.model_construct(**_summarised(lead))


class LeadRow(LeadSummary):
    """A row of a list for staff, which is never stored.

    name: the person's name; "" if the lead has none, or if names could not be read.
    did: what the signed-in member of staff did with the lead today, in the view "today".
    """

    name: str = ""
    did: tuple[Done, ...] = ()


def summary_json(lead: Lead) -> str:
    """Leaves out default values, because lists read many summaries."""
    known = LeadSummary.model_fields
    return to_json({name: value for name, value in _summarised(lead).items() if value != known[name].default}).decode()


def _summarised(lead: Lead) -> dict[str, Any]:
    work, planned = lead.work, next_action(lead)
    return {
        "reference": lead.reference,
        "version": lead.version,
        "tier": lead.tier,
        "status": work.status,
        "deadline": lead.escalation.deadline,
        "received_at": lead.assessment.received_at,
        "acknowledged_at": work.acknowledged_at,
        "closed_at": work.closed_at,
        "closed_reason": work.closed_reason,
        "owner": work.owner,
        "owner_name": work.owner_name,
        "attempts": work.attempts,
        "suspect": lead.assessment.suspicion.suspect,
        "complete": lead.submitted.complete,
        "language": lead.submitted.language,
        "tags": tuple(rule.id for rule in lead.assessment.triage.tags),
        "sent_more": lead.sent_more,
        "source": lead.source,
        "questionnaire": lead.submitted.questionnaire,
        "booked_for": work.booking.at if work.booking else None,
        "next_action": planned.what if planned else "",
        "next_due": planned.due if planned else None,
        "contact_revoked": lead.contact_revoked,
        "handed_by": work.handed_by,
    }


class Listed(NamedTuple):
    """A lead in a list. `cursor` continues the list after the lead."""

    summary: LeadSummary
    cursor: str
    lead_id: UUID


class Urgency(NamedTuple):
    """The sort key of the open worklist. `tier_rank` 0 is the most urgent."""

    taken: bool
    tier_rank: int
    deadline: datetime
    received_at: datetime


def urgency(lead: Lead) -> Urgency:
    escalation = lead.escalation
    taken = lead.work.status == "acknowledged"
    return Urgency(taken, escalation.tier_rank, escalation.deadline or NEVER, lead.assessment.received_at)
