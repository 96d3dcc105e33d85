"""Replaces the table of derived data (counts and search keys) in tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from uuid import UUID

from shared.domain.errors import LeadChanged
from shared.domain.leads.counts import Cell, Change, Counted


class CountsInMemory:
    """A table of derived data in memory. `meanwhile` simulates a concurrent change."""

    def __init__(self, meanwhile: Callable[[UUID], None] = lambda _: None) -> None:
        self.leads: dict[UUID, Counted] = {}
        self.by_day: dict[str, Counter[Cell]] = {}
        self.waiting: Counter[Cell] = Counter()
        self.search: dict[str, set[UUID]] = {}
        self._meanwhile = meanwhile

    def counted(self, lead_id: UUID) -> Counted | None:
        return self.leads.get(lead_id)

    def count(self, lead_id: UUID, before: Counted | None, after: Counted, changed: Change) -> None:
        self._meanwhile(lead_id)
        if self.leads.get(lead_id) != before:
            raise LeadChanged
        self.leads[lead_id] = after
        if after == Counted():
            del self.leads[lead_id]
        for day, cells in changed.days.items():
            self.by_day.setdefault(day, Counter()).update(cells)
        self.waiting.update(changed.waiting)
        for key in changed.found_by:
            self.search.setdefault(key, set()).add(lead_id)
        for key in changed.no_longer_found_by:
            self.search[key].discard(lead_id)

    def add_stop(self, day: date, cells: Mapping[Cell, int]) -> None:
        self.by_day.setdefault(day.isoformat(), Counter()).update(cells)

    def open_leads(self) -> Mapping[Cell, int]:
        return self.waiting

    def found_by(self, search_keys: Iterable[str]) -> frozenset[UUID]:
        return frozenset.intersection(*(frozenset(self.search.get(key, ())) for key in search_keys))

    def days(self, first: date, last: date) -> dict[date, Mapping[Cell, int]]:
        days = {date.fromisoformat(day): cells for day, cells in self.by_day.items()}
        return {day: cells for day, cells in days.items() if first <= day <= last}
