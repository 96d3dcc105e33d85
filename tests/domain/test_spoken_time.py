"""Tests how a time is written for patients."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from shared.domain.spoken_time import spoken_time

CHICAGO = ZoneInfo("America/Chicago")


@pytest.mark.parametrize(
    ("at", "language", "expected"),
    [
        (datetime(2026, 11, 30, 23, 0, tzinfo=UTC), "en", "Monday, November 30 at 5 PM"),
        (datetime(2026, 11, 30, 23, 0, tzinfo=UTC), "es", "el lunes 30 de noviembre a las 5 p.m."),
        (datetime(2026, 7, 4, 17, 5, tzinfo=UTC), "en", "Saturday, July 4 at 12:05 PM"),
        (datetime(2026, 7, 4, 5, 30, tzinfo=UTC), "en", "Saturday, July 4 at 12:30 AM"),
        (datetime(2026, 7, 4, 18, 0, tzinfo=UTC), "es", "el sábado 4 de julio a la 1 p.m."),
        (datetime(2026, 7, 4, 18, 0, tzinfo=UTC), "fr", "Saturday, July 4 at 1 PM"),
    ],
)
def test_a_time_is_written_in_the_clinics_zone_and_the_persons_language(
    at: datetime, language: str, expected: str
) -> None:
    assert spoken_time(at, CHICAGO, language) == expected
