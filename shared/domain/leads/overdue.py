"""Decides when to remind a lead's owner of the next action, and when the lead loses its owner."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from shared.domain.leads.escalation import Ladder
from shared.domain.leads.history import RELEASED, SYSTEM, HistoryEntry, WorkState
from shared.domain.leads.lead import Lead
from shared.domain.leads.next_action import next_action
from shared.domain.rules.triage import Tier

REMINDER = 0  # the level of a reminder; escalation levels begin at 1
OWNER = "owner"


def alert_due(lead: Lead, ladder: Ladder, at: datetime) -> int | None:
    if lead.work.status != "acknowledged":
        return lead.level_due(ladder, at)
    escalation = lead.escalation
    due = escalation.next_at is not None and escalation.next_at <= at and not escalation.reminded
    return REMINDER if due else None


def has_nothing_to_send(lead: Lead, ladder: Ladder, at: datetime) -> bool:
    """Returns whether a new lead is due for a check but has no alert left.

    For example, the person may have revoked the consent to contact.
    """
    escalation = lead.escalation
    passed = escalation.next_at is not None and escalation.next_at <= at
    return lead.work.status == "new" and passed and escalation.alert_delivered >= len(ladder)


def is_overdue(lead: Lead, at: datetime) -> bool:
    escalation = lead.escalation
    passed = escalation.next_at is not None and escalation.next_at <= at
    return lead.work.status == "acknowledged" and escalation.reminded and passed


def released(lead: Lead, tiers: Mapping[str, Tier], at: datetime) -> Lead:
    before = lead.work
    overdue = next_action(lead)
    entry = HistoryEntry(
        at=at, by=SYSTEM, by_name="", action=RELEASED, version=lead.version + 1, detail=overdue.what if overdue else ""
    )
    return lead.changed(
        work=WorkState(
            staff_tier=before.staff_tier,
            attempts=before.attempts,
            last_call=before.last_call,
            unanswered=before.unanswered,
        ),
        escalation=lead.escalation.restarted(at, escalates=tiers[lead.tier].escalates),
        history=(*lead.history, entry),
    )


def reminded(lead: Lead, at: datetime) -> Lead:
    planned = lead.work.next_action
    returns_at = planned.returns_at if planned else None
    return lead.changed(escalation=lead.escalation.owner_reminded(OWNER, at, returns_at, lead.work.owner_name))
