"""Tests that once the visitor has pressed Start, a usual visit waits for no cold start.

Before the visit, no function is running on the local cloud.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from benchmarks.visit import drive


@pytest.mark.slow
def test_a_usual_visit_waits_for_no_start_after_start(browser: Browser) -> None:
    """Loading the form and the token has already started the functions that screen answers and accept submissions."""
    visit = drive(browser, "usual")

    assert set(visit.started) == {"ShowPage", "DrawForm", "CaptureLead"}
    assert visit.waited == []
