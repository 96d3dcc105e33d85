"""Finds what a member of staff did with leads on a day, by keys that are stored with the search keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from shared.domain.leads.history import SYSTEM
from shared.domain.leads.lead import Lead

MOST_DAYS = 20  # the most day keys of one lead; older keys are dropped


@dataclass(frozen=True, slots=True)
class Done:
    at: datetime
    action: str
    detail: str
    moved: bool = False


def day_key(staff_id: str, day: date) -> str:
    return f"day-of#{staff_id}#{day.isoformat()}"


def day_keys_of(lead: Lead, zone: ZoneInfo) -> Iterator[str]:
    by_staff = (entry for entry in lead.history if entry.by not in ("", SYSTEM))
    days = dict.fromkeys((entry.by, entry.at.astimezone(zone).date()) for entry in by_staff)
    for staff_id, day in list(days)[-MOST_DAYS:]:
        yield day_key(staff_id, day)


def done_on(lead: Lead, staff_id: str, day: date, zone: ZoneInfo) -> tuple[Done, ...]:
    return tuple(
        Done(entry.at, entry.action, entry.detail, entry.moved)
        for entry in lead.history
        if entry.by == staff_id and entry.at.astimezone(zone).date() == day
    )
