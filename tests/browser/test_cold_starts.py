"""Tests that after a visitor presses Start, no request waits for a function to start.

Before the visit, no function runs on the local cloud.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from benchmarks.visit import drive


@pytest.mark.slow
def test_a_usual_visit_waits_for_no_start_after_start(browser: Browser) -> None:
    """The page requests the form and a token before Start. The same functions screen answers and accept submissions."""
    visit = drive(browser, "usual")

    assert set(visit.started) == {"ShowPage", "DrawForm", "CaptureLead"}
    assert visit.waited == []
