"""Renews the hashes of phone numbers and e-mail addresses in leads after their key was rotated (dev/rotate.py)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from shared.domain.errors import LeadChanged
from shared.domain.leads.person_keys import id_of_key
from shared.domain.leads.rekeying import rekeyed
from shared.usecases.ports import Archive
from shared.usecases.retiring import Repeated


def rekey_leads(
    leads: Archive, person_keys: tuple[str, ...], clock: Callable[[], datetime], until: datetime
) -> Repeated:
    """Renews the hashes that were made with a former key.

    person_keys: the current hash key, then the former ones.
    until: the time after which the run starts no further lead. The next run continues.

    Raises: StoreUnavailable if the leads cannot be listed.
    """
    person_key, *former = person_keys
    listed = leads.hashed_with_former_keys(id_of_key(person_key)) if former else ()
    done = 0
    failed: list[tuple[UUID, Exception]] = []
    for lead_id in listed:
        if clock() >= until:
            break
        try:
            lead = leads.get(lead_id)
            after = rekeyed(lead, person_key) if lead else None
            if lead and after and after is not lead:
                leads.replace(lead, after)
                done += 1
        except LeadChanged:  # the next run renews this lead's hashes
            continue
        except Exception as error:  # noqa: BLE001  whatever is wrong with this lead, the others still need new hashes
            failed.append((lead_id, error))
    return Repeated(done, tuple(failed))
