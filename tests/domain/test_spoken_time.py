from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.opening_hours import OpeningHours
from shared.domain.spoken_time import in_english, spoken_hours, spoken_time

CHICAGO = ZoneInfo("America/Chicago")
EARLIEST = datetime(2020, 1, 1)  # noqa: DTZ001  Hypothesis adds the zone


@pytest.mark.parametrize(
    ("at", "language", "expected"),
    [
        (datetime(2026, 11, 30, 23, 0, tzinfo=UTC), "en", "Monday, November 30 at 5 PM CST"),
        (datetime(2026, 11, 30, 23, 0, tzinfo=UTC), "es", "el lunes 30 de noviembre a las 5 p.m. CST"),
        (datetime(2026, 7, 4, 17, 5, tzinfo=UTC), "en", "Saturday, July 4 at 12:05 PM CDT"),
        (datetime(2026, 7, 4, 5, 30, tzinfo=UTC), "en", "Saturday, July 4 at 12:30 AM CDT"),
        (datetime(2026, 7, 4, 18, 0, tzinfo=UTC), "es", "el sábado 4 de julio a la 1 p.m. CDT"),
        (datetime(2026, 7, 4, 18, 0, tzinfo=UTC), "fr", "Saturday, July 4 at 1 PM CDT"),
    ],
)
def test_a_time_is_written_in_the_clinics_zone_and_the_persons_language(
    at: datetime, language: str, expected: str
) -> None:
    assert spoken_time(at, CHICAGO, language) == expected


@given(st.datetimes(min_value=EARLIEST, timezones=st.just(UTC)))
def test_a_spanish_time_says_the_same_in_english(at: datetime) -> None:
    assert in_english(spoken_time(at, CHICAGO, "es")) == spoken_time(at, CHICAGO, "en")
    assert in_english("pronto") == "pronto"


@pytest.mark.parametrize(
    ("hours", "language", "expected"),
    [
        ("Mon-Fri 08:00-17:00", "en", "Monday to Friday, 8 AM to 5 PM"),
        ("Mon-Fri 08:00-17:00", "es", "lunes a viernes, de 8 a.m. a 5 p.m."),
        ("Mon-Thu 08:00-17:00, Fri 08:30-12:00", "en", "Monday to Thursday, 8 AM to 5 PM; Friday, 8:30 AM to 12 PM"),
        ("Mon 09:00-13:00, Tue 09:00-13:00", "en", "Monday to Tuesday, 9 AM to 1 PM"),
        ("Mon 09:00-13:00, Wed 09:00-13:00", "es", "lunes, de 9 a.m. a 1 p.m.; miércoles, de 9 a.m. a 1 p.m."),
        ("Sat 00:00-12:30", "fr", "Saturday, 12 AM to 12:30 PM"),
    ],
)
def test_opening_hours_name_neighbouring_days_with_the_same_hours_once(
    hours: str, language: str, expected: str
) -> None:
    assert spoken_hours(OpeningHours.parse(hours, "America/Chicago").days, language) == expected
