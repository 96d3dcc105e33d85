"""Finds in a lead's history who called, and who booked or closed it."""

from __future__ import annotations

from datetime import datetime

from shared.domain.leads.history import HistoryEntry
from shared.domain.leads.lead import Lead

CONTACTS = frozenset({"contact_attempt", "book"})
ENDINGS = frozenset({"book", "close"})


def first_call_at(lead: Lead) -> datetime | None:
    undone = {entry.undo_of for entry in lead.history}
    return next(
        (entry.at for entry in lead.history if _is_call(entry) and entry.version not in undone),
        None,
    )


def _is_call(entry: HistoryEntry) -> bool:
    """Staff who book have spoken to the person, unless they wrote why no call reached the person."""
    if entry.action == "book":
        moves = entry.before is not None and entry.before.status == "booked"
        return not entry.text and not moves
    return entry.action == "contact_attempt"


def ended_by(lead: Lead) -> str:
    """Returns the name of who booked or closed the lead, perhaps not the owner; "" if no staff did."""
    ends = (entry for entry in lead.history if entry.action in ENDINGS and entry.at == lead.work.closed_at)
    return next((entry.by_name for entry in ends), "")


def asked_for(lead: Lead) -> dict[datetime, datetime]:
    """Returns time of call -> time for which the person then requested another call."""
    states = (lead.work, *(entry.before for entry in lead.history if entry.before))
    calls = [state.last_call for state in states if state.last_call]
    return {call.at: call.again_at for call in calls if call.again_at}
