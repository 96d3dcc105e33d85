"""Twenty thousand visits with everything going wrong at random (`make soak ONLY=simulation`: a million)."""

from __future__ import annotations

import pytest

from tests.faults.random_days import CALM, OUTAGES, POISON, SOME, STORMY, SWEEP_ALONE, WEATHERS, Days, Weather

VISITS = 20_000 // len(WEATHERS)
# R9: alerts for each level that was told, at most.
ALERTS_A_LEVEL = {CALM: 1.0, OUTAGES: 1.0, SOME: 1.2, SWEEP_ALONE: 1.2, POISON: 1.2, STORMY: 2.0}


@pytest.mark.slow
@pytest.mark.parametrize("weather", WEATHERS, ids=lambda weather: weather.name)
def test_nothing_is_lost_doubled_late_or_silent(weather: Weather) -> None:
    days = Days(20261122, VISITS, weather).run()
    assert days.violations == []
    assert days.counts["levels told"] > VISITS  # or nothing was put to the test
    assert days.counts["alerts"] / days.counts["levels told"] <= ALERTS_A_LEVEL[weather]
    assert (days.counts["faults"] == 0) == (weather is CALM)


def test_the_same_seed_gives_the_same_trace() -> None:
    assert Days(7, 150, STORMY).run().trace == Days(7, 150, STORMY).run().trace
    assert Days(7, 150, STORMY).run().trace != Days(8, 150, STORMY).run().trace
