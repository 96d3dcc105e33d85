"""Erasing a lead at the request of the person it is about."""

from __future__ import annotations

from datetime import datetime

from shared.domain.errors import LeadChanged, StoreUnavailable
from shared.domain.leads.erasure import Tombstone, erased
from shared.domain.leads.staff import Staff
from shared.usecases.inbox import Workspace, current, lead_by_reference, must_administer
from shared.usecases.ports import ATTEMPTS_TO_WORK


def erase_lead(reference: str, person_key: str, staff: Staff, workspace: Workspace, at: datetime) -> Tombstone:
    """Replace a lead by a tombstone with its consent ledger, in which contacts are hashed.

    Raises: NotAllowed, NotFound, StoreUnavailable.
    """
    must_administer(staff)
    lead = lead_by_reference(reference, workspace.leads)
    workspace.accesses.add(lead.lead_id, staff, "erased", at)
    for _ in range(ATTEMPTS_TO_WORK):
        left = erased(lead, staff.id, at, person_key)
        try:
            workspace.leads.replace(lead, left)
        except LeadChanged:  # by an alert or a colleague: erase it anyway
            lead = current(lead, workspace.leads)
        else:
            return left
    raise StoreUnavailable
