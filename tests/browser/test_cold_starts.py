"""Tests that no request after Start waits for a cold start."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from benchmarks.visit import drive


@pytest.mark.slow
def test_a_usual_visit_waits_for_no_start_after_start(browser: Browser) -> None:
    visit = drive(browser, "usual")

    assert set(visit.started) == {"ShowPage", "DrawForm", "CaptureLead"}
    assert visit.waited == []
