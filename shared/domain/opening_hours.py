"""Computes opening times and the ends of time spans."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from typing import NamedTuple
from zoneinfo import ZoneInfo

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
PART = r"(?P<first>[A-Z][a-z]{2})(?:-(?P<last>[A-Z][a-z]{2}))? (?P<opens>\d\d:\d\d)-(?P<closes>\d\d:\d\d)"
EVENING = time(17)
LONGEST_CLOSURE = 60  # days in a row; only wrong settings can close the clinic for so long


class OpeningHours(NamedTuple):
    """The opening hours of the clinic.

    days: weekday (0 = Monday) -> opening and closing time in the clinic's time zone.
    """

    zone: ZoneInfo
    days: dict[int, tuple[time, time]]
    holidays: frozenset[date] = frozenset()

    @classmethod
    def parse(cls, hours: str, zone: str, holidays: str = "") -> OpeningHours:
        """Parses settings such as "Mon-Thu 08:00-17:00, Fri 08:00-12:00".

        zone: the name of an IANA time zone.
        holidays: ISO dates separated by commas.
        Raises: ValueError for an invalid part; KeyError for an unknown zone.
        """
        days: dict[int, tuple[time, time]] = {}
        for text in hours.split(","):
            part = re.fullmatch(PART, text.strip())
            if part is None or part["first"] not in DAYS or (part["last"] or part["first"]) not in DAYS:
                raise ValueError(f"opening hours: cannot read {text.strip()!r}; write 'Mon-Fri 08:00-17:00'")
            opens, closes = time.fromisoformat(part["opens"]), time.fromisoformat(part["closes"])
            if opens >= closes:
                raise ValueError(f"opening hours: {text.strip()!r} closes before it opens")
            first, last = DAYS.index(part["first"]), DAYS.index(part["last"] or part["first"])
            if last < first:
                raise ValueError(f"opening hours: {text.strip()!r} ends before it begins; a week begins on Monday")
            if days.keys() & range(first, last + 1):
                raise ValueError(f"opening hours: {text.strip()!r} has a day that came before; give each day once")
            days |= dict.fromkeys(range(first, last + 1), (opens, closes))
        closed = frozenset(date.fromisoformat(text.strip()) for text in holidays.split(",") if text.strip())
        return cls(ZoneInfo(zone), days, closed)

    @property
    def open_late(self) -> bool:
        return any(closes > EVENING for _, closes in self.days.values())

    def on(self, day: date) -> tuple[datetime, datetime] | None:
        """Returns the opening and closing time (UTC) of a day; None if the clinic is closed.

        When clocks go back, a time occurs twice. The first counts for opening, the last for closing.
        """
        hours = self.days.get(day.weekday())
        return None if hours is None or day in self.holidays else _in_utc(day, *hours, self.zone)

    def is_open(self, at: datetime) -> bool:
        today = self.on(at.astimezone(self.zone).date())
        return today is not None and today[0] <= at < today[1]

    def later(self, at: datetime, open_minutes: int) -> datetime:
        """Returns the time (UTC) at which the clinic has been open for `open_minutes` since `at`."""
        at, left = at.astimezone(UTC), timedelta(minutes=open_minutes)
        days = self._open_days(at.astimezone(self.zone).date())
        while True:
            opens, closes = next(days)
            start = max(at, opens)
            if start < closes:
                if start + left <= closes:
                    return start + left
                left -= closes - start

    def close_of_business(self, at: datetime, days: int) -> datetime:
        """Returns the closing time (UTC) of the `days`-th business day after the day of `at`."""
        tomorrow = at.astimezone(self.zone).date() + timedelta(days=1)
        _, closes = next(islice(self._open_days(tomorrow), days - 1, None))
        return closes

    def opening(self, at: datetime, days: int) -> datetime:
        tomorrow = at.astimezone(self.zone).date() + timedelta(days=1)
        opens, _ = next(islice(self._open_days(tomorrow), days - 1, None))
        return opens

    def at_time(self, at: datetime, clock: time) -> datetime:
        """Returns the time (UTC) when clocks in the clinic's zone show `clock` on the day of `at`."""
        return datetime.combine(at.astimezone(self.zone).date(), clock, self.zone).astimezone(UTC)

    def _open_days(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """Raises ValueError if the clinic is closed for LONGEST_CLOSURE days in a row."""
        closed = 0
        while closed < LONGEST_CLOSURE:
            hours = self.on(day)
            closed = closed + 1 if hours is None else 0
            if hours is not None:
                yield hours
            day += timedelta(days=1)
        raise ValueError("opening hours: closed for too long")


@lru_cache(maxsize=64)
def _in_utc(day: date, opens_at: time, closes_at: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    opens = datetime.combine(day, opens_at, zone).astimezone(UTC)
    closes = max(datetime.combine(day, closes_at, zone).replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    return opens, max(opens, closes)  # a clock change in spring can move opening past closing


class Span(NamedTuple):
    """A time span, of which exactly one field is set.

    open_minutes: minutes during opening hours.
    open_days: ends at closing time, this many business days later.
    mornings: ends at opening time, this many business days later.
    """

    minutes: int | None = None
    open_minutes: int | None = None
    open_days: int | None = None
    mornings: int | None = None

    def after(self, at: datetime, hours: OpeningHours) -> datetime:
        if self.open_days is not None:
            return hours.close_of_business(at, self.open_days)
        if self.mornings is not None:
            return hours.opening(at, self.mornings)
        if self.open_minutes is not None:
            return hours.later(at, self.open_minutes)
        return at.astimezone(UTC) + timedelta(minutes=self.minutes or 0)  # in UTC: local clocks can skip an hour
