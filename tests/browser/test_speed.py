"""Tests that a visitor on a slow phone can start within a second. `python -m benchmarks.form_speed` prints the
figures."""

from __future__ import annotations

import statistics

import pytest
from playwright.sync_api import Browser

from benchmarks.form_speed import measure

LOADS = 5
USABLE = 1_000  # milliseconds


@pytest.mark.slow
def test_start_reacts_within_a_second_on_a_slow_phone(browser: Browser, site: str) -> None:
    """Only the faster half of the measurements counts, because other tests share the processor."""
    found = sorted(load.usable for load in measure(browser, site, LOADS))
    assert statistics.median(found[: LOADS // 2 + 1]) < USABLE, found
