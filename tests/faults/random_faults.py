"""Runs a simulation on a simulated clock, whose calls fail at random."""

from __future__ import annotations

import hashlib
import heapq
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TypeVar
from uuid import UUID

from shared.domain.leads.lead import Lead

T = TypeVar("T")

YEAR_BEGINS = datetime(2026, 1, 1, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
ATTEMPTS = 2
TIMEOUT = 1.5
CALL_TAKES = 0.02
TIMEOUTS, LOST_REPLIES = ("timeout before", "timeout after"), ("timeout after", "reset after")
FAULTS = ("throttled", "denied", "timeout before", "timeout after", "reset after", "killed before", "killed after")


class Killed(BaseException):
    """Ends a function as if its machine died. A BaseException, so that no `except Exception` catches it."""


class TopicUnavailable(Exception):
    pass


class Unreadable(ValueError):
    """Stands in for pydantic's ValidationError."""


@dataclass(frozen=True, slots=True)
class Weather:
    """Settings that decide which faults occur.

    alerts_a_level: maximum average of alerts per alerted level (R9 in docs/reliability.md)
    fault_rate: share of failing attempts
    outages: whether table, spool, topic and scheduler fail for minutes
    stream: whether the table has a stream
    poison: share of leads that become unreadable
    every_door: whether visitors and staff use all of their actions
    """

    name: str
    alerts_a_level: float
    fault_rate: float = 0.0
    outages: bool = False
    stream: bool = True
    poison: float = 0.0
    every_door: bool = False


CALM = Weather("no faults", 1.0)
SOME = Weather("1% faults", 1.2, 0.01)
STORMY = Weather("5% faults and outages", 2.0, 0.05, outages=True)
SWEEP_ALONE = Weather("1% faults, no stream", 1.2, 0.01, stream=False)
POISON = Weather("1% faults, 1% poison", 1.2, 0.01, poison=0.01)
OUTAGES = Weather("outages, no stream", 1.2, outages=True, stream=False)
EVERY_DOOR = Weather(
    "1% faults, 1% poison and outages, every door", 2.0, 0.01, outages=True, poison=0.01, every_door=True
)
WEATHERS = (CALM, SOME, STORMY, SWEEP_ALONE, POISON, OUTAGES, EVERY_DOOR)


class Table:
    """A table of leads in memory. `due` returns red flags first, in order of due time."""

    def __init__(self) -> None:
        self.leads: dict[UUID, Lead] = {}
        self._schedule: dict[bool, list[tuple[datetime, UUID]]] = {True: [], False: []}

    def put(self, lead: Lead) -> None:
        self.leads[lead.lead_id] = lead
        if lead.escalation.next_at is not None:
            heapq.heappush(self._schedule[lead.assessment.red_flag], (lead.escalation.next_at, lead.lead_id))

    def due(self, at: datetime) -> list[UUID]:
        return [*self._due(at, True), *self._due(at, False)]

    def _due(self, at: datetime, red_flag: bool) -> list[UUID]:
        schedule, found = self._schedule[red_flag], dict[tuple[datetime, UUID], None]()
        while schedule and schedule[0][0] <= at:
            entry = heapq.heappop(schedule)
            lead = self.leads[entry[1]]
            if lead.escalation.next_at == entry[0] and lead.assessment.red_flag == red_flag:
                found[entry] = None
        for entry in found:
            heapq.heappush(schedule, entry)
        return [lead_id for _, lead_id in found]


class Run:
    """One simulated run.

    violations: broken promises, as sentences
    trace: a hash of everything that happened
    """

    def __init__(self, seed: int, visits: int, weather: Weather) -> None:
        self.weather = weather
        self.name = f"{weather.name}, {visits} visits, seed {seed}"
        self.chance = random.Random(f"{seed}/{weather.name}")
        self.table = Table()
        self.violations: list[str] = []
        self.counts: Counter[str] = Counter()
        self.delays: dict[int, int] = {}  # seconds until the first alert -> number of leads
        self.mails: list[datetime] = []  # times of the mails to AlertEmail
        self.now = YEAR_BEGINS + self.chance.randrange(365 * 24 * 60) * MINUTE
        self.ends = self.now
        self.outages: list[tuple[str, datetime, datetime]] = []
        self.alerts: dict[UUID, list[tuple[datetime, int, datetime]]] = {}
        # (time of the reminder, REMINDER, due time)
        self.reminders: dict[UUID, list[tuple[datetime, int, datetime]]] = {}
        self.hits: dict[UUID, list[datetime]] = {}
        self.sweeps_broken: list[datetime] = []
        self.poisoned: set[UUID] = set()
        self.ever_spooled: set[UUID] = set()
        self.could_not_alert: set[UUID] = set()
        self._trace = hashlib.sha256()
        self._events: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = count()
        self._skew = timedelta()

    @property
    def trace(self) -> str:
        return self._trace.hexdigest()

    def note(self, *what: object) -> None:
        self._trace.update(repr((self.now, *what)).encode())

    def broken(self, invariant: str, lead_id: UUID, what: str) -> None:
        self.violations.append(f"{invariant}: {what} (lead {lead_id}; {self.name})")

    def at(self, at: datetime, do: Callable[[], None]) -> None:
        heapq.heappush(self._events, (at, next(self._numbers), do))

    def after(self, seconds: float, do: Callable[[], None]) -> None:
        self.at(self.now + seconds * SECOND, do)

    def run_events(self) -> None:
        while self._events:
            self.now, _, do = heapq.heappop(self._events)
            do()

    def carry(
        self,
        service: str,
        lead_id: UUID | None,
        effect: Callable[[], T],
        unavailable: type[Exception],
        attempts: int = ATTEMPTS,
    ) -> T:
        for _ in range(attempts):
            fault = self._fault(service)
            if fault is None:
                self.now += CALL_TAKES * SECOND
                return effect()
            if lead_id is not None:
                self.hits.setdefault(lead_id, []).append(self.now)
            self.counts["faults"] += 1
            if fault in LOST_REPLIES or fault == "killed after":
                effect()
            self.now += (TIMEOUT if fault in TIMEOUTS else CALL_TAKES) * SECOND
            if fault.startswith("killed"):
                raise Killed
            if fault == "denied":  # the SDK does not retry a refused call
                break
        raise unavailable

    def _fault(self, service: str) -> str | None:
        if self.is_down(service):
            return "timeout before"
        if self.weather.fault_rate and self.chance.random() < self.weather.fault_rate:
            return self.chance.choice(FAULTS)
        return None

    def is_down(self, what: str) -> bool:
        return any(what in name and begins <= self.now < ends for name, begins, ends in self.outages)

    def draw_clock(self) -> datetime:
        """Called when a function starts. Picks a random clock error of up to a second."""
        self._skew = self.chance.uniform(-0.99, 0.99) * SECOND
        return self.clock()

    def clock(self) -> datetime:
        return self.now + self._skew
