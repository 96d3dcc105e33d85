"""Finds calls in a lead's history."""

from __future__ import annotations

from datetime import datetime

from shared.domain.leads.lead import Lead

CONTACTS = frozenset({"contact_attempt", "book"})  # staff who booked a visit have spoken to the person


def first_call_at(lead: Lead) -> datetime | None:
    undone = {entry.undo_of for entry in lead.history}
    return next(
        (entry.at for entry in lead.history if entry.action in CONTACTS and entry.version not in undone),
        None,
    )


def asked_for(lead: Lead) -> dict[datetime, datetime]:
    """Returns time of call -> time for which the person then requested another call."""
    states = (lead.work, *(entry.before for entry in lead.history if entry.before))
    calls = [state.last_call for state in states if state.last_call]
    return {call.at: call.again_at for call in calls if call.again_at}
