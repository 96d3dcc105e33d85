"""Erases a lead at the request of the person that the lead is about."""

from __future__ import annotations

from datetime import datetime

from shared.domain.errors import LeadChanged, StoreUnavailable
from shared.domain.leads.erasure import Tombstone, erased
from shared.domain.leads.staff import Staff
from shared.usecases.inbox import Workspace, current, lead_by_reference, must_administer
from shared.usecases.ports import ATTEMPTS_TO_WORK


def erase_lead(reference: str, person_key: str, staff: Staff, workspace: Workspace, at: datetime) -> Tombstone:
    """Replaces a lead with a tombstone that keeps the consent ledger, with hashed phone numbers and email addresses.

    Raises: NotAllowed, NotFound, StoreUnavailable.
    """
    must_administer(staff)
    lead = lead_by_reference(reference, workspace.leads)
    workspace.accesses.add(lead.lead_id, staff, "erased", at)
    for _ in range(ATTEMPTS_TO_WORK):
        left = erased(lead, staff.id, at, person_key)
        try:
            workspace.leads.replace(lead, left)
        except LeadChanged:  # an alert or a colleague changed the lead in the meantime: erase it anyway
            lead = current(lead, workspace.leads)
        else:
            return left
    raise StoreUnavailable
