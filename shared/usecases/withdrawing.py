"""Withdraws an unfinished form for a visitor who no longer agrees to be contacted."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from shared.domain.errors import LeadChanged, StoreUnavailable
from shared.domain.leads.withdrawal import withdrawn
from shared.usecases.ports import ATTEMPTS_TO_WORK, Leads


def withdraw(lead_id: UUID, leads: Leads, at: datetime) -> bool:
    """Returns False if no unfinished form has this id. Raises StoreUnavailable."""
    for _ in range(ATTEMPTS_TO_WORK):
        lead = leads.get(lead_id)
        if lead is None or lead.submitted.complete:
            return False
        after = withdrawn(lead, at)
        if after is lead:
            return True
        try:
            leads.replace(lead, after)
        except LeadChanged:
            continue
        return True
    raise StoreUnavailable
