"""Finds in a lead's history when staff first called."""

from __future__ import annotations

from datetime import datetime

from shared.domain.leads.lead import Lead

CONTACTS = frozenset({"contact_attempt", "book"})  # staff who booked a visit have spoken to the person


def first_call_at(lead: Lead) -> datetime | None:
    """Returns when staff first tried to contact the person, whatever came of it; None if they have not yet."""
    undone = {entry.undo_of for entry in lead.history}
    return next(
        (entry.at for entry in lead.history if entry.action in CONTACTS and entry.version not in undone),
        None,
    )
