"""Removes leads or parts of leads after their retention period."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.domain.errors import LeadChanged
from shared.domain.leads.retention import Retention, retired
from shared.domain.leads.retention_stage import Stage
from shared.usecases.ports import Archive


@dataclass(frozen=True, slots=True)
class Retired:
    """The result of a retention run.

    done: stage -> how many leads were reduced or removed at its end.
    failed: the ids of the leads that could not be processed, with their errors.
    """

    done: dict[Stage, int]
    failed: tuple[tuple[UUID, Exception], ...]


@dataclass(frozen=True, slots=True)
class Repeated:
    """The result of a daily run that erases or rekeys leads.

    done: how many leads were changed.
    failed: the ids of the leads that could not be processed, with their errors.
    """

    done: int
    failed: tuple[tuple[UUID, Exception], ...]


def retire_leads(leads: Archive, retention: Retention, clock: Callable[[], datetime], until: datetime) -> Retired:
    """Reduces or removes the leads whose retention period is over.

    Once `until` has passed, stops before the next lead. The next run continues.

    Raises: StoreUnavailable if the leads cannot be listed.
    """
    done = dict.fromkeys(Stage, 0)
    failed: list[tuple[UUID, Exception]] = []
    for stage in Stage:
        for lead_id in leads.in_stage(stage, retention.began_before(stage, clock())):
            if clock() >= until:
                return Retired(done, tuple(failed))
            try:
                done[stage] += _retire(lead_id, leads, retention, clock())
            except LeadChanged:  # the next retention run retires this lead
                continue
            except Exception as error:  # noqa: BLE001  whatever is wrong with this lead, the other leads are due too
                failed.append((lead_id, error))
    return Retired(done, tuple(failed))


def _retire(lead_id: UUID, leads: Archive, retention: Retention, at: datetime) -> bool:
    kept = leads.kept(lead_id)
    after = retired(kept, retention, at) if kept else None
    if kept is None or after is kept:  # a late index still lists the lead as due
        return False
    if after is None:
        leads.remove(kept)
    else:
        leads.replace(kept, after)
    return True
