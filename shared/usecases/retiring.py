"""Retention runs: remove leads, or parts of them, that were kept long enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.domain.errors import LeadChanged
from shared.domain.leads.retention import Retention, Stage, retired
from shared.usecases.ports import Archive


@dataclass(frozen=True, slots=True)
class Retired:
    """How many leads were reduced or removed in each stage, and those for which that failed."""

    done: dict[Stage, int]
    failed: tuple[tuple[UUID, Exception], ...]


def retire_leads(leads: Archive, retention: Retention, clock: Callable[[], datetime], until: datetime) -> Retired:
    """Reduce or remove what was kept long enough. Reads only what is due.

    A lead that fails does not delay the others. Starts no lead after `until`; the next run continues.

    Raises: StoreUnavailable if the due leads cannot be read.
    """
    done = dict.fromkeys(Stage, 0)
    failed: list[tuple[UUID, Exception]] = []
    for stage in Stage:
        for lead_id in leads.in_stage(stage, retention.began_before(stage, clock())):
            if clock() >= until:
                return Retired(done, tuple(failed))
            try:
                done[stage] += _retire(lead_id, leads, retention, clock())
            except LeadChanged:  # somebody is working on it; the next run will retire it
                continue
            except Exception as error:  # noqa: BLE001  whatever is wrong with this lead, the others are due too
                failed.append((lead_id, error))
    return Retired(done, tuple(failed))


def _retire(lead_id: UUID, leads: Archive, retention: Retention, at: datetime) -> bool:
    kept = leads.kept(lead_id)
    after = retired(kept, retention, at) if kept else None
    if kept is None or after is kept:  # the index was slightly behind
        return False
    if after is None:
        leads.remove(kept)
    else:
        leads.replace(kept, after)
    return True
