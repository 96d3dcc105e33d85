"""Tests that cold starts do not become slower unnoticed.

These tests start one function. Every night, `make soak ONLY=cold-starts` starts all functions.

If a slower start is intended, run `make bench-baseline` and commit the result.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import cold_start
from dev.cloud import function_names
from infra.build import module_name

pytestmark = [pytest.mark.build, pytest.mark.xdist_group("build")]
BASELINE: dict[str, Any] = json.loads(cold_start.BASELINE.read_text())
STARTED = "capture_lead"
ABOUT: dict[str, Any] = {"modules": [f"library.part{number}" for number in range(100)], "collections": 0, "cost": 10.0}


def test_every_function_is_recorded() -> None:
    assert set(BASELINE["functions"]) == {module_name(name) for name in function_names()}, "make bench-baseline"


def test_a_cold_start_costs_no_more_than_was_recorded(tmp_path: Path) -> None:
    started = cold_start.starts([STARTED], tmp_path, counted=cold_start.comparable(BASELINE))
    assert cold_start.dearer(BASELINE["functions"][STARTED], started[STARTED]) == ""


def test_the_new_import_is_named() -> None:
    more = ABOUT | {"modules": [*ABOUT["modules"], "heavy", "heavy.part"]}

    assert cold_start.dearer(ABOUT, ABOUT) == ""
    assert "imports a package that it did not: heavy; new imports: heavy, heavy.part" in cold_start.dearer(ABOUT, more)


def test_more_of_a_known_package_is_named_too() -> None:
    more = ABOUT | {"modules": [*ABOUT["modules"], *(f"library.new{number}" for number in range(6))]}

    assert cold_start.dearer(ABOUT, more).startswith("imports 106 modules instead of 100; new imports: library.new0")


def test_a_higher_cost_without_an_import_is_reported() -> None:
    assert cold_start.dearer(ABOUT, ABOUT | {"cost": 10.4}) == ""
    assert cold_start.dearer(ABOUT, ABOUT | {"cost": 10.6}) == "costs 1.06 times what was recorded; new imports: none"


def test_garbage_collection_is_reported() -> None:
    assert cold_start.dearer(ABOUT, ABOUT | {"collections": 1}).startswith("collects garbage 1 times")
