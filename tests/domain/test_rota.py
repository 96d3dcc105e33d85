from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.domain.leads.rota import (
    EVERYONE,
    HOLIDAY,
    NOBODY,
    SHOWN,
    DutyBoard,
    Reach,
    Rota,
    RotaChange,
    duties,
    on_call,
    problems_of,
    saved,
    to_alert,
)
from shared.domain.opening_hours import DAYS, OpeningHours

HOURS = OpeningHours.parse("Mon-Fri 08:00-17:00", "America/Chicago", "2026-12-25")
STAFF = ("ann", "ben", "cat")


def week(*shifts: str) -> list[dict[str, str]]:
    split = (shift.split() for shift in shifts)
    return [{"day": day, "starts": span[:5], "ends": span[6:], "who": who} for day, span, who in split]


def exceptions(*texts: str) -> list[dict[str, str]]:
    return [dict(zip(("starts", "ends", "who"), text.split(), strict=True)) for text in texts]


def change(shifts: list[dict[str, str]], *overrides: str, version: int = 0) -> RotaChange:
    return RotaChange.model_validate({"version": version, "weekly": shifts, "overrides": exceptions(*overrides)})


def a_rota(shifts: list[dict[str, str]], *overrides: str) -> Rota:
    return saved(change(shifts, *overrides), "boss", datetime(2026, 1, 1, tzinfo=UTC), HOURS)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


EVERY_DAY = week(*(f"{day} 08:00-17:00 ann" for day in DAYS), *(f"{day} 17:00-08:00 ben" for day in DAYS))
ON_CALL: list[tuple[list[dict[str, str]], tuple[str, ...], str, str]] = [
    # weekly shifts, exceptions, time, who is on call
    (week("Mon 08:00-17:00 ann"), (), "2026-11-30T08:00-06", "ann"),
    (week("Mon 08:00-17:00 ann"), (), "2026-11-30T07:59-06", NOBODY),
    (week("Mon 08:00-17:00 ann"), (), "2026-11-30T17:00-06", NOBODY),
    (week("Mon 17:00-08:00 ben"), (), "2026-12-01T07:59-06", "ben"),
    (week("Sun 17:00-08:00 ben"), (), "2026-11-30T03:00-06", "ben"),
    (week("Mon 08:00-08:00 ann"), (), "2026-12-01T07:59-06", "ann"),
    (week("Mon 17:00-00:00 ben"), (), "2026-11-30T23:59-06", "ben"),
    (week("Mon 17:00-00:00 ben"), (), "2026-12-01T00:00-06", NOBODY),
    ([], (), "2026-11-30T12:00-06", NOBODY),
    (EVERY_DAY, ("2026-12-01T12:00 2026-12-02T12:00 cat",), "2026-12-01T12:00-06", "cat"),
    (EVERY_DAY, ("2026-12-01T12:00 2026-12-02T12:00 cat",), "2026-12-02T12:00-06", "ann"),
    (EVERY_DAY, (), "2026-12-25T12:00-06", NOBODY),
    (EVERY_DAY, (), "2026-12-25T03:00-06", "ben"),
    (EVERY_DAY, (), "2026-12-26T12:00-06", "ann"),
    ([*EVERY_DAY, *week("Holiday 08:00-08:00 cat")], (), "2026-12-25T12:00-06", "cat"),
    ([*EVERY_DAY, *week("Holiday 00:00-00:00 cat")], (), "2026-12-25T03:00-06", "cat"),
    (EVERY_DAY, ("2026-12-25T08:00 2026-12-26T08:00 cat",), "2026-12-25T12:00-06", "cat"),
    # At 02:00 on 8 March 2026, clocks go forward to 03:00.
    (week("Sat 22:00-02:30 ann", "Sun 02:30-08:00 ben"), (), "2026-03-08T01:59-06", "ann"),
    (week("Sat 22:00-02:30 ann", "Sun 02:30-08:00 ben"), (), "2026-03-08T03:29-05", "ann"),
    (week("Sat 22:00-02:30 ann", "Sun 02:30-08:00 ben"), (), "2026-03-08T03:30-05", "ben"),
    (week("Sat 22:00-08:00 ann"), (), "2026-03-08T07:59-05", "ann"),
    # At 02:00 on 1 November 2026, clocks go back to 01:00.
    (week("Sat 22:00-01:30 ann", "Sun 01:30-08:00 ben"), (), "2026-11-01T01:29-05", "ann"),
    (week("Sat 22:00-01:30 ann", "Sun 01:30-08:00 ben"), (), "2026-11-01T01:30-05", "ben"),
    (week("Sat 22:00-01:30 ann", "Sun 01:30-08:00 ben"), (), "2026-11-01T01:15-06", "ben"),
    (week("Sat 22:00-08:00 ann"), (), "2026-11-01T01:15-06", "ann"),
    (EVERY_DAY, ("2026-11-01T01:30 2026-11-01T06:00 cat",), "2026-11-01T01:30-05", "cat"),
]


@pytest.mark.parametrize(("shifts", "overrides", "when", "who"), ON_CALL)
def test_who_is_on_call(shifts: list[dict[str, str]], overrides: tuple[str, ...], when: str, who: str) -> None:
    assert on_call(a_rota(shifts, *overrides), at(when), HOURS) == who


REACH = Reach(names=("ann",), at=at("2026-11-30T09:00-06"))


@pytest.mark.parametrize(
    ("reach", "when", "who"),
    [
        (REACH, "2026-11-30T09:04-06", "ann"),
        (REACH, "2026-11-30T09:15-06", EVERYONE),
        (Reach(names=("ben",), at=REACH.at), "2026-11-30T09:04-06", EVERYONE),
        (None, "2026-11-30T09:04-06", EVERYONE),
        (REACH, "2026-11-30T07:00-06", EVERYONE),
    ],
)
def test_the_whole_level_is_alerted_when_one_person_cannot_be(reach: Reach | None, when: str, who: str) -> None:
    assert to_alert(DutyBoard(a_rota(EVERY_DAY), reach), at(when), HOURS) == who


def test_a_gap_alerts_the_whole_level() -> None:
    assert to_alert(DutyBoard(a_rota(week("Tue 08:00-17:00 ann")), REACH), at("2026-11-30T09:04-06"), HOURS) == EVERYONE


def test_the_next_days_name_every_gap() -> None:
    rota = a_rota(week("Mon 08:00-17:00 ann", "Mon 17:00-08:00 ann"), "2026-12-01T12:00 2026-12-01T13:00 cat")
    since = at("2026-11-30T07:00-06")
    found = [(duty.who, duty.begins, duty.ends) for duty in duties(rota, since, since + timedelta(days=2), HOURS)]
    assert found == [
        (NOBODY, since, at("2026-11-30T08:00-06")),
        ("ann", at("2026-11-30T08:00-06"), at("2026-12-01T08:00-06")),
        (NOBODY, at("2026-12-01T08:00-06"), at("2026-12-01T12:00-06")),
        ("cat", at("2026-12-01T12:00-06"), at("2026-12-01T13:00-06")),
        (NOBODY, at("2026-12-01T13:00-06"), at("2026-12-02T07:00-06")),
    ]


CLOCKS = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.sampled_from([0, 30]))
SHIFTS = st.fixed_dictionaries(
    {"day": st.sampled_from([*DAYS, HOLIDAY]), "starts": CLOCKS, "ends": CLOCKS, "who": st.sampled_from(STAFF)}
)
MOMENTS = st.sampled_from(["2026-03-06T00:00-06", "2026-10-30T00:00-05", "2026-12-22T00:00-06"]).map(at)


@given(st.lists(SHIFTS, max_size=8), MOMENTS, st.integers(0, 14 * 24 * 60 - 1))
def test_the_list_of_duties_says_the_same_as_the_question(
    shifts: list[dict[str, str]], since: datetime, minutes: int
) -> None:
    rota, moment = a_rota(shifts), since + timedelta(minutes=minutes)
    found = duties(rota, since, since + SHOWN, HOURS)
    assert (found[0].begins, found[-1].ends) == (since, since + SHOWN)
    assert all(one.ends == other.begins and one.who != other.who for one, other in pairwise(found))
    assert [duty.who for duty in found if duty.begins <= moment < duty.ends] == [on_call(rota, moment, HOURS)]


@given(st.lists(SHIFTS, max_size=6))
def test_shifts_without_a_problem_never_run_at_the_same_time(shifts: list[dict[str, str]]) -> None:
    """Overlapping shifts would sum to more than the time on call."""
    ordinary = [shift for shift in shifts if shift["day"] != HOLIDAY]
    asked = change(ordinary)
    since = at("2026-02-02T00:00-06")
    found = duties(a_rota(ordinary), since, since + timedelta(days=7), HOURS)
    covered = sum((duty.ends - duty.begins for duty in found if duty.who), timedelta())
    lengths = sum(last - first for first, last in (shift.minutes for shift in asked.weekly))
    overlaps = any("overlaps" in problem.detail for problem in problems_of(asked, STAFF, HOURS))
    assert overlaps == (covered < timedelta(minutes=lengths))


PROBLEMS: list[tuple[list[dict[str, str]], tuple[str, ...], list[str]]] = [
    (EVERY_DAY, (), []),
    ([*EVERY_DAY, *week("Holiday 08:00-08:00 cat")], ("2026-12-24T17:00 2026-12-25T08:00 cat",), []),
    (week("Mon 08:00-17:00 ann", "Mon 16:00-18:00 ben"), (), ["/weekly/1"]),
    (week("Sun 17:00-08:00 ann", "Mon 07:30-09:00 ben"), (), ["/weekly/1"]),
    (week("Mon 07:30-09:00 ben", "Sun 17:00-08:00 ann"), (), ["/weekly/1"]),
    (week("Mon 08:00-08:00 ann", "Tue 08:00-17:00 ben"), (), []),
    (week("Holiday 08:00-17:00 ann", "Holiday 12:00-13:00 ben"), (), ["/weekly/1"]),
    (week("Mon 08:00-17:00 dan"), ("2026-12-24T17:00 2026-12-25T08:00 eve",), ["/weekly/0/who", "/overrides/0/who"]),
    ([], ("2026-12-24T17:00 2026-12-24T16:00 ann",), ["/overrides/0/ends"]),
    ([], ("2026-12-24T17:00 2026-12-24T17:00 ann",), ["/overrides/0/ends"]),
    ([], ("2026-12-24T17:00 2026-12-25T08:00 ann", "2026-12-25T07:00 2026-12-25T09:00 ben"), ["/overrides/1"]),
    ([], ("2026-12-24T17:00 2026-12-25T08:00 ann", "2026-12-25T08:00 2026-12-25T09:00 ben"), []),
    ([], ("2026-03-08T02:30 2026-03-08T06:00 ann",), ["/overrides/0/starts"]),  # clocks skip 02:30 that night
    ([], ("2026-03-07T22:00 2026-03-08T02:00 ann",), ["/overrides/0/ends"]),
    ([], ("2026-11-01T01:30 2026-11-01T06:00 ann",), []),
]


@pytest.mark.parametrize(("shifts", "overrides", "pointers"), PROBLEMS)
def test_problems_name_the_entry(shifts: list[dict[str, str]], overrides: tuple[str, ...], pointers: list[str]) -> None:
    found = list(problems_of(change(shifts, *overrides), STAFF, HOURS))
    assert [problem.pointer for problem in found] == pointers


@pytest.mark.parametrize(
    "values",
    [
        {"weekly": week("Mon 24:00-08:00 ann")},
        {"weekly": week("Mon 8:00-9:00x ann")},
        {"weekly": week("May 08:00-09:00 ann")},
        {"weekly": [], "overrides": exceptions("2026-02-30T08:00 2026-03-01T08:00 ann")},
        # A UTC time is not a wall-clock time.
        {"weekly": [], "overrides": exceptions("2026-02-03T08:00Z 2026-03-01T08:00Z ann")},
        {"weekly": [], "overrides": exceptions("0001-01-01T00:00 9999-12-31T00:00 ann")},
        {"weekly": week("Mon 08:00-09:00 ann") * 101},
    ],
)
def test_what_is_no_time_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        RotaChange.model_validate({"version": 0, **values})


def test_exceptions_that_have_passed_are_not_kept() -> None:
    sent = change([], "2026-12-24T17:00 2026-12-25T08:00 ann", "2026-11-01T08:00 2026-11-02T08:00 ben", version=3)
    rota = saved(sent, "boss", at("2026-11-02T08:00-06"), HOURS)
    assert (rota.version, rota.changed_by, rota.names) == (4, "boss", ("ann",))
    assert Rota.model_validate_json(rota.model_dump_json()) == rota
