"""Erases a lead at the patient's request, and again if a restore from a backup brings the lead back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from shared.domain.errors import LeadChanged, StoreUnavailable
from shared.domain.leads.erasure import Erasure, Tombstone, erased
from shared.domain.leads.lead import Lead
from shared.domain.leads.staff import Staff
from shared.usecases.inbox import Workspace, current, lead_by_reference, must_administer
from shared.usecases.ports import ATTEMPTS_TO_WORK, Archive, Erasures
from shared.usecases.retiring import Repeated


def erase_lead(
    reference: str, person_key: str, staff: Staff, workspace: Workspace[Archive], erasures: Erasures, at: datetime
) -> Tombstone:
    """Replaces a lead with a tombstone, which keeps the consent ledger, and records the erasure.

    Raises: NotAllowed, NotFound, LeadGone, StoreUnavailable.
    """
    must_administer(staff)
    lead = lead_by_reference(reference, workspace.leads)
    workspace.accesses.add(lead.lead_id, staff, "erased", at)
    erasures.add(Erasure(lead.lead_id, staff.id, at))
    for _ in range(ATTEMPTS_TO_WORK):
        left = erased(lead, staff.id, at, person_key)
        try:
            workspace.leads.replace(lead, left)
        except LeadChanged:
            lead = current(lead, workspace.leads)
        else:
            return left
    raise StoreUnavailable


def erase_again(leads: Archive, erasures: Erasures, person_key: str) -> Repeated:
    """Erases again the leads that a restore from a backup has brought back.

    Raises: StoreUnavailable if the erasures cannot be listed.
    """
    done = 0
    failed: list[tuple[UUID, Exception]] = []
    for erasure in erasures.all():
        try:
            kept = leads.kept(erasure.lead_id)
            if isinstance(kept, Lead):
                leads.replace(kept, erased(kept, erasure.by, erasure.at, person_key))
                done += 1
        except Exception as error:  # noqa: BLE001  whatever is wrong with this lead, the others are erased
            failed.append((erasure.lead_id, error))
    return Repeated(done, tuple(failed))
