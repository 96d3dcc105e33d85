"""Tests that cold starts import no more than was recorded.

After an intended change, run `make bench-baseline` and commit the result.
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
VISITED = ("capture_lead", "draw_form", "show_page")  # a patient waits for these functions
ABOUT: dict[str, Any] = {"modules": [f"library.part{number}" for number in range(100)], "collections": 0, "cost": 10.0}


def test_every_function_is_recorded() -> None:
    assert set(BASELINE["functions"]) == {module_name(name) for name in function_names()}, "make bench-baseline"


def test_a_cold_start_imports_no_more_than_was_recorded(tmp_path: Path) -> None:
    started = cold_start.starts(VISITED, tmp_path, counted=False)
    assert [cold_start.dearer(BASELINE["functions"][name], started[name]) for name in VISITED] == ["", "", ""]


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
