"""Determines which clinician is on call, from a weekly rota and its exceptions.

Times of a rota are wall-clock times in the clinic's time zone.
When clocks go back, the first occurrence of a time counts, so that shifts leave no gap.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations, pairwise
from typing import Annotated, Literal, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import Field, NaiveDatetime, WithJsonSchema

from shared.domain.errors import FieldProblem
from shared.domain.intake.fields import Line
from shared.domain.model import Model, Stored
from shared.domain.opening_hours import DAYS, OpeningHours

HOLIDAY = "Holiday"
NOBODY = ""
EVERYONE = "everyone"  # stands for all clinicians in place of a user name
DAY, WEEK = 24 * 60, 7 * 24 * 60  # minutes
SHOWN = timedelta(days=14)
KNOWN_FOR = timedelta(minutes=15)  # how long a subscription check is valid; checks run every five minutes

Who = Annotated[str, Field(min_length=1, max_length=128), Line]
Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Moment = Annotated[
    NaiveDatetime,
    Field(ge=datetime(2020, 1, 1), lt=datetime(2100, 1, 1)),  # noqa: DTZ001  wall clock
    WithJsonSchema({"type": "string", "pattern": r"^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:00)?$"}),
]


class WeeklyShift(Model):
    """A weekly shift. On a holiday of the clinic, the shifts of HOLIDAY replace those of the weekday.

    starts, ends: times of day such as "17:00". If `ends` is not after `starts`, the shift ends on the next day.
    """

    who: Who
    day: Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Holiday"]
    starts: Clock
    ends: Clock

    @property
    def minutes(self) -> tuple[int, int]:
        """In minutes since midnight of the day on which the shift starts."""
        first, last = (int(clock[:2]) * 60 + int(clock[3:]) for clock in (self.starts, self.ends))
        return first, last if last > first else last + DAY


class Override(Model):
    who: Who
    starts: Moment
    ends: Moment


class RotaChange(Model):
    """A rota as a manager saves it. `version`: the version that the manager saw; 0 for the first rota."""

    version: Annotated[int, Field(ge=0)]
    weekly: Annotated[tuple[WeeklyShift, ...], Field(max_length=100)]
    overrides: Annotated[tuple[Override, ...], Field(max_length=100)] = ()


class Rota(Stored):
    """The rota as it is stored, whose only data about staff are user names.

    version: 0 before the first rota is saved.
    """

    version: int = 0
    weekly: tuple[WeeklyShift, ...] = ()
    overrides: tuple[Override, ...] = ()
    changed_at: datetime | None = None
    changed_by: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(sorted({shift.who for shift in self.weekly} | {one.who for one in self.overrides}))


class Reach(Stored):
    """The user names of the clinicians who could be alerted individually at the time `at`."""

    names: tuple[str, ...]
    at: datetime


class DutyBoard(NamedTuple):
    """`reach` is None before the first check of subscriptions."""

    rota: Rota
    reach: Reach | None = None


class Duty(NamedTuple):
    """A period in which one clinician is on call, in UTC. `who` is a user name, or NOBODY in a gap."""

    who: str
    begins: datetime
    ends: datetime


def on_call(rota: Rota, at: datetime, hours: OpeningHours) -> str:
    """Returns the user name of the clinician on call; NOBODY in a gap.

    An override replaces all shifts. Of two running shifts, the shift that began last counts.
    """
    for override in rota.overrides:
        if _instant(override.starts, hours.zone) <= at < _instant(override.ends, hours.zone):
            return override.who
    today = at.astimezone(hours.zone).date()
    shifts = [*_shifts(rota, today - timedelta(days=1), hours), *_shifts(rota, today, hours)]
    running = [shift for shift in shifts if shift.begins <= at < shift.ends]
    return max(running, key=lambda shift: shift.begins).who if running else NOBODY


def to_alert(board: DutyBoard, at: datetime, hours: OpeningHours) -> str:
    """Returns who gets an alert for clinicians, which is EVERYONE if nobody on call can be reached."""
    who = on_call(board.rota, at, hours)
    return who if is_reachable(who, board.reach, at) else EVERYONE


def is_reachable(who: str, reach: Reach | None, at: datetime) -> bool:
    return reach is not None and at - reach.at < KNOWN_FOR and who in reach.names


def duties(rota: Rota, since: datetime, until: datetime, hours: OpeningHours) -> tuple[Duty, ...]:
    marks = {since, until}
    for override in rota.overrides:
        marks |= {_instant(override.starts, hours.zone), _instant(override.ends, hours.zone)}
    day = since.astimezone(hours.zone).date() - timedelta(days=1)
    while day <= until.astimezone(hours.zone).date():
        for shift in _shifts(rota, day, hours):
            marks |= {shift.begins, shift.ends}
        day += timedelta(days=1)
    found: list[Duty] = []
    for begins, ends in pairwise(sorted(mark for mark in marks if since <= mark <= until)):
        who = on_call(rota, begins, hours)
        goes_on = bool(found) and found[-1].who == who
        found.append(Duty(who, found.pop().begins if goes_on else begins, ends))
    return tuple(found)


def saved(change: RotaChange, by: str, at: datetime, hours: OpeningHours) -> Rota:
    ahead = sorted((one for one in change.overrides if _instant(one.ends, hours.zone) > at), key=lambda one: one.starts)
    return Rota(version=change.version + 1, weekly=change.weekly, overrides=tuple(ahead), changed_at=at, changed_by=by)


def problems_of(change: RotaChange, staff: Collection[str], hours: OpeningHours) -> Iterator[FieldProblem]:
    named = [(f"/weekly/{number}/who", shift.who) for number, shift in enumerate(change.weekly)]
    named += [(f"/overrides/{number}/who", override.who) for number, override in enumerate(change.overrides)]
    for pointer, who in named:
        if who not in staff:
            yield FieldProblem(pointer, "No colleague who works leads has this user name.")
    for first, second in combinations(range(len(change.weekly)), 2):
        if _overlap(change.weekly[first], change.weekly[second]):
            yield FieldProblem(f"/weekly/{second}", f"This shift overlaps with shift {first + 1} of the week.")
    yield from _problems_of_overrides(change.overrides, hours.zone)


def problems_of_past(
    overrides: tuple[Override, ...], stored: tuple[Override, ...], at: datetime, hours: OpeningHours
) -> Iterator[FieldProblem]:
    for number, override in enumerate(overrides):
        if override.starts < override.ends and _instant(override.ends, hours.zone) <= at and override not in stored:
            yield FieldProblem(f"/overrides/{number}/ends", "This exception is already over, by the clinic's clock.")


def _problems_of_overrides(overrides: tuple[Override, ...], zone: ZoneInfo) -> Iterator[FieldProblem]:
    for number, override in enumerate(overrides):
        for field, moment in (("starts", override.starts), ("ends", override.ends)):
            if _instant(moment, zone).astimezone(zone).replace(tzinfo=None) != moment:
                yield FieldProblem(f"/overrides/{number}/{field}", "The clocks skip this time that night.")
        if override.ends <= override.starts:
            yield FieldProblem(f"/overrides/{number}/ends", "The exception ends before it starts.")
    for (first, one), (second, other) in combinations(enumerate(overrides), 2):
        if one.starts < other.ends and other.starts < one.ends:
            yield FieldProblem(f"/overrides/{second}", f"This exception overlaps with exception {first + 1}.")


def _overlap(one: WeeklyShift, other: WeeklyShift) -> bool:
    """Returns whether two weekly shifts overlap, also in the night from Sunday to Monday."""
    if (one.day == HOLIDAY) != (other.day == HOLIDAY):
        return False
    (first, first_end), (second, second_end) = (_in_week(shift) for shift in (one, other))
    turns = (0,) if one.day == HOLIDAY else (-WEEK, 0, WEEK)
    return any(first < second_end + turn and second + turn < first_end for turn in turns)


def _in_week(shift: WeeklyShift) -> tuple[int, int]:
    starts, ends = shift.minutes
    day = 0 if shift.day == HOLIDAY else DAYS.index(shift.day) * DAY
    return day + starts, day + ends


def _shifts(rota: Rota, day: date, hours: OpeningHours) -> Iterator[Duty]:
    name = HOLIDAY if day in hours.holidays else DAYS[day.weekday()]
    for shift in rota.weekly:
        if shift.day == name:
            starts, ends = time.fromisoformat(shift.starts), time.fromisoformat(shift.ends)
            last_day = day + timedelta(days=int(ends <= starts))
            begins = _instant(datetime.combine(day, starts), hours.zone)
            yield Duty(shift.who, begins, _instant(datetime.combine(last_day, ends), hours.zone))


def _instant(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.replace(tzinfo=zone).astimezone(UTC)
