"""Table, spool and topic in memory, whose calls may fail."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from shared.adapters.sns import Pace
from shared.domain.errors import LeadChanged, StoreUnavailable
from shared.domain.leads.alert import Alert, Summary
from shared.domain.leads.lead import Lead
from shared.domain.leads.lead_summary import LeadSummary
from shared.domain.leads.rota import DutyBoard
from shared.domain.leads.staff import Staff
from tests.faults.random_faults import SECOND, YEAR_BEGINS, TopicUnavailable

if TYPE_CHECKING:
    from tests.faults.random_days import Days

NURSES = tuple(Staff(name, name, frozenset({"clinician"})) for name in ("ann", "ben"))


class FaultyLeads:
    def __init__(self, days: Days) -> None:
        self._days = days

    def add(self, lead: Lead) -> Lead | None:
        def effect() -> Lead | None:
            earlier = self._days.read(lead.lead_id)
            if earlier is None:
                self._days.stored(lead, new=True)
            return earlier

        return self._days.carry("table", lead.lead_id, effect, StoreUnavailable)

    def get(self, lead_id: UUID) -> Lead | None:
        return self._days.carry("table", lead_id, lambda: self._days.read(lead_id), StoreUnavailable)

    def with_rota(self, lead_id: UUID) -> tuple[Lead | None, DutyBoard]:
        """Returns the lead, if found, and the rota.

        Raises:
            StoreUnavailable: the rota or the lead cannot be read
        """
        board = self._days.rota()
        try:
            return self.get(lead_id), board
        except StoreUnavailable:
            self._days.rota_unread()
            raise

    def kept(self, lead_id: UUID) -> Lead | None:
        return self.get(lead_id)

    def replace(self, before: Lead, after: Lead) -> None:
        def effect() -> bool:
            stored = self._days.read(before.lead_id)
            if stored is after:  # the SDK's first attempt wrote the lead, but its reply was lost
                return True
            if stored is None or stored.version != before.version:
                return False
            self._days.stored(after, new=False)
            return True

        if not self._days.carry("table", before.lead_id, effect, StoreUnavailable):
            raise LeadChanged

    def due(self, at: datetime) -> list[UUID]:
        return self._days.carry("table", None, lambda: self._days.table.due(at), StoreUnavailable)

    def id_of(self, reference: str) -> UUID | None:
        lead_id = self._days.id_of(reference)
        return self._days.carry("table", lead_id, lambda: lead_id, StoreUnavailable)

    def of_person(self, _phone_key: str, _email_key: str) -> tuple[tuple[UUID, LeadSummary], ...]:
        return ()

    def of_number(self, phone_key: str) -> list[tuple[UUID, LeadSummary]]:
        return self._days.carry("table", None, lambda: self._days.of_number(phone_key), StoreUnavailable)

    def names(self, _lead_ids: Sequence[UUID]) -> dict[UUID, str]:
        return {}


class FaultySpool:
    def __init__(self, days: Days) -> None:
        self._days = days

    def put(self, lead: Lead) -> None:
        entry = lead.model_dump_json()
        self._days.carry("spool", lead.lead_id, lambda: self._days.spooled(lead, entry), StoreUnavailable, attempts=1)


class SetAside:
    """Stands in for the spool's failure queue."""

    def __init__(self, days: Days) -> None:
        self._days = days

    def put_back(self, entry: str) -> None:
        self._days.set_aside(UUID(json.loads(entry)["lead_id"]))


class FaultyTopic:
    """The topic as one process sees it. `pace` is the minimum of seconds between mails."""

    def __init__(self, days: Days, pace: float) -> None:
        self._days = days
        self._pace = Pace(pace, self._seconds, self._wait)

    def _seconds(self) -> float:
        return (self._days.now - YEAR_BEGINS).total_seconds()

    def _wait(self, seconds: float) -> None:
        self._days.now += seconds * SECOND

    def publish(self, notice: Alert | Summary) -> None:
        if notice.is_mailed:
            self._pace.keep()
        lead_id = None if isinstance(notice, Summary) else UUID(notice.lead_id)
        self._days.carry("topic", lead_id, lambda: self._days.published(notice), TopicUnavailable)


class Nurses:
    def who_work(self) -> tuple[Staff, ...]:
        return NURSES
