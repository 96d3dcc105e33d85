from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.opening_hours import OpeningHours, Span
from shared.domain.rules.triage import Tier
from shared.rulebook.loading import load
from tests.depth import DEPTH

CHICAGO = ZoneInfo("America/Chicago")
WEEKDAYS = OpeningHours.parse("Mon-Fri 08:00-17:00", "America/Chicago", "2026-01-19, 2026-12-25")
TIERS = load().rule_sets["fs-intake"].tiers
NIGHTS = OpeningHours.parse("Mon-Sun 00:30-04:30", "America/Chicago")  # clocks change during these hours

instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
clinics = st.sampled_from(
    [WEEKDAYS, NIGHTS, OpeningHours.parse("Mon-Thu 09:00-12:00, Sat 10:00-11:30", "Australia/Lord_Howe")]
)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHICAGO).astimezone(UTC)


def shown(at: datetime) -> str:
    return at.astimezone(CHICAGO).strftime("%Y-%m-%d %H:%M")


def test_days_may_have_different_hours() -> None:
    hours = OpeningHours.parse("Mon-Thu 08:00-17:00, Fri 08:00-12:00", "America/Chicago")
    assert hours.days[3] == (time(8), time(17))
    assert hours.days[4] == (time(8), time(12))
    assert 5 not in hours.days


@pytest.mark.parametrize(
    "text",
    [
        "", "Mon-Fri", "Mon-Fri 8:00-17:00", "mon-fri 08:00-17:00", "Mon-Fri 17:00-08:00", "Mon 08:00-08:00",
        "Xxx 08:00-17:00", "Mon-Xxx 08:00-17:00", "Mon 25:00-26:00", "Mon 08:00-17:00,", "Fri-Mon 08:00-17:00",
        "Mon 08:00-17:00, Sun-Sat 08:00-17:00", "Mon-Fri 08:00-12:00, Mon-Fri 13:00-17:00",
    ],
)  # fmt: skip
def test_hours_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"opening hours|hour must be"):
        OpeningHours.parse(text, "America/Chicago")


def test_a_zone_or_holiday_that_does_not_exist_is_refused() -> None:
    with pytest.raises(KeyError):
        OpeningHours.parse("Mon 08:00-17:00", "America/Nowhere")
    with pytest.raises(ValueError, match="month"):
        OpeningHours.parse("Mon 08:00-17:00", "America/Chicago", "2026-13-01")


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2026-01-14 07:59", False),
        ("2026-01-14 08:00", True),
        ("2026-01-14 16:59", True),
        ("2026-01-14 17:00", False),
        ("2026-01-17 10:00", False),
        ("2026-01-19 10:00", False),
        ("2026-07-14 08:00", True),
    ],
)
def test_the_clinic_is_open_from_opening_until_just_before_closing(at: str, is_open: bool) -> None:
    assert WEEKDAYS.is_open(local(at)) is is_open


def test_the_day_is_the_clinics_not_utcs() -> None:
    evening = OpeningHours.parse("Mon 08:00-20:00", "America/Chicago")
    assert evening.is_open(datetime(2026, 1, 13, 1, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("at", "minutes", "expected"),
    [
        ("2026-01-14 10:00", 60, "2026-01-14 11:00"),
        ("2026-01-14 16:00", 60, "2026-01-14 17:00"),
        ("2026-01-14 16:00", 61, "2026-01-15 08:01"),
        ("2026-01-14 06:00", 30, "2026-01-14 08:30"),
        ("2026-01-14 20:00", 30, "2026-01-15 08:30"),
        ("2026-01-16 16:30", 60, "2026-01-20 08:30"),
        ("2026-03-06 16:30", 60, "2026-03-09 08:30"),
        ("2026-10-30 16:30", 60, "2026-11-02 08:30"),
    ],
)
def test_open_minutes_pass_only_while_the_clinic_is_open(at: str, minutes: int, expected: str) -> None:
    assert shown(WEEKDAYS.later(local(at), minutes)) == expected


def test_an_hour_that_clocks_skip_or_repeat_is_counted_as_it_passes() -> None:
    assert shown(NIGHTS.later(local("2026-03-08 01:30"), 60)) == "2026-03-08 03:30"
    assert shown(NIGHTS.later(local("2026-11-01 00:30"), 120)) == "2026-11-01 01:30"
    opens, closes = NIGHTS.on(date(2026, 3, 8)) or (None, None)
    assert opens is not None
    assert closes is not None
    assert closes - opens == timedelta(hours=3)


@pytest.mark.parametrize(
    ("at", "days", "expected"),
    [
        ("2026-01-14 10:00", 1, "2026-01-15 17:00"),
        ("2026-01-14 23:30", 1, "2026-01-15 17:00"),
        ("2026-01-16 10:00", 1, "2026-01-20 17:00"),
        ("2026-01-17 10:00", 2, "2026-01-21 17:00"),
        ("2026-12-24 10:00", 1, "2026-12-28 17:00"),
    ],
)
def test_business_days_begin_on_the_day_after(at: str, days: int, expected: str) -> None:
    assert shown(WEEKDAYS.close_of_business(local(at), days)) == expected


def test_an_endless_closure_is_refused() -> None:
    closed = OpeningHours(CHICAGO, {})
    with pytest.raises(ValueError, match="closed for too long"):
        closed.later(local("2026-01-14 10:00"), 1)
    with pytest.raises(ValueError, match="closed for too long"):
        closed.close_of_business(local("2026-01-14 10:00"), 1)


@given(clinics, instants, st.integers(0, 3_000))
def test_later_never_goes_back_and_never_ends_while_closed(hours: OpeningHours, at: datetime, minutes: int) -> None:
    later = hours.later(at, minutes)
    assert later - at >= timedelta(minutes=minutes)
    assert hours.is_open(later) or hours.is_open(later - timedelta(microseconds=1))


@given(clinics, instants, st.integers(0, 1_000), st.integers(0, 1_000))
def test_two_consecutive_waits_equal_one_long_wait(hours: OpeningHours, at: datetime, one: int, two: int) -> None:
    between = hours.later(at, one)
    apart, together = hours.later(between, two), hours.later(at, one + two)
    if two:
        assert apart == together


@given(clinics, instants, instants, st.integers(0, 1_000))
def test_a_later_start_is_never_due_earlier(hours: OpeningHours, one: datetime, two: datetime, minutes: int) -> None:
    first, second = sorted((one, two))
    assert hours.later(first, minutes) <= hours.later(second, minutes)
    assert hours.close_of_business(first, 1) <= hours.close_of_business(second, 1)


def test_a_span_counts_clock_time_open_time_or_business_days() -> None:
    at = local("2026-01-16 16:00")
    assert shown(Span(minutes=90).after(at, WEEKDAYS)) == "2026-01-16 17:30"
    assert shown(Span(open_minutes=90).after(at, WEEKDAYS)) == "2026-01-20 08:30"
    assert shown(Span(open_days=1).after(at, WEEKDAYS)) == "2026-01-20 17:00"


def test_a_long_wait_is_not_mistaken_for_a_closure() -> None:
    """At a clinic that opens for one hour a week, 12 open hours take three months."""
    rare = OpeningHours.parse("Sat 10:00-11:00", "America/Chicago", "2026-04-04")
    assert shown(rare.later(local("2026-01-14 10:00"), 720)) == "2026-04-11 11:00"
    assert shown(rare.close_of_business(local("2026-01-14 10:00"), 12)) == "2026-04-11 11:00"


def test_a_local_time_counts_like_the_same_time_in_utc() -> None:
    before_the_change = datetime(2026, 3, 8, 0, 30, tzinfo=CHICAGO)
    assert shown(Span(minutes=240).after(before_the_change, NIGHTS)) == "2026-03-08 05:30"
    assert NIGHTS.later(before_the_change, 120) == NIGHTS.later(before_the_change.astimezone(UTC), 120)


def test_a_closing_time_that_clocks_repeat_is_the_later_one() -> None:
    early = OpeningHours.parse("Sun 00:30-01:30", "America/Chicago")
    first, again = (datetime(2026, 11, 1, 1, 15, fold=fold, tzinfo=CHICAGO) for fold in (0, 1))
    assert early.is_open(first)
    assert early.is_open(again)


def test_an_opening_time_that_clocks_skip_never_closes_before_it_opens() -> None:
    for hours in ("Sun 02:30-03:15", "Sun 02:30-02:45", "Sun 01:00-02:30"):
        opens, closes = OpeningHours.parse(hours, "America/Chicago").on(date(2026, 3, 8)) or (None, None)
        assert opens is not None
        assert closes is not None
        assert opens <= closes


YEARS_OF_CHANGES = [
    ("Mon-Fri 08:00-17:00", "America/Chicago", "2026-01-19,2026-12-25,2027-01-01"),
    ("Mon-Sun 00:00-23:59", "America/Chicago", "2026-03-08"),  # a holiday on the day that clocks go forward
    ("Mon-Sun 00:00-23:59", "Europe/Berlin", "2026-10-25"),
    ("Sun 00:00-12:00", "Australia/Lord_Howe", ""),  # clocks change by half an hour
    ("Mon-Thu 09:00-12:00, Sat 10:00-11:30", "Africa/Casablanca", ""),  # clocks change at the start and end of Ramadan
    ("Mon-Fri 08:00-17:00", "Asia/Kathmandu", ""),
]


@pytest.mark.parametrize(("hours", "zone", "holidays"), YEARS_OF_CHANGES)
@given(at=instants, minutes=st.integers(1, 3_000))
@settings(max_examples=20 * DEPTH)
def test_open_minutes_agree_with_counting_minute_by_minute(
    hours: str, zone: str, holidays: str, at: datetime, minutes: int
) -> None:
    """Asks for each minute whether a clock on the clinic's wall shows an open time."""
    clinic = OpeningHours.parse(hours, zone, holidays)
    at = at.replace(second=0, microsecond=0)
    later, counted, wall = clinic.later(at, minutes), 0, ZoneInfo(zone)
    while at < later:
        shown_on_wall = at.astimezone(wall)
        today = clinic.days.get(shown_on_wall.weekday())
        if today and shown_on_wall.date() not in clinic.holidays:
            counted += today[0] <= shown_on_wall.time() < today[1]
        at += timedelta(minutes=1)
    assert counted == minutes


@pytest.mark.parametrize("tier", [tier for tier in TIERS.values() if tier.escalates], ids=lambda tier: tier.name)
@given(at=instants)
def test_every_ladder_escalates_in_order_on_any_day(tier: Tier, at: datetime) -> None:
    steps = [step.after.after(at, WEEKDAYS) for step in tier.usual.ladder]
    assert steps == sorted(steps)
    assert steps[0] == at
    if tier.name in ("EMERGENCY", "URGENT"):
        assert [step - at for step in steps] == [
            timedelta(minutes=step.after.minutes or 0) for step in tier.usual.ladder
        ]
    else:
        assert all(WEEKDAYS.is_open(step - timedelta(microseconds=1)) for step in steps[1:])
