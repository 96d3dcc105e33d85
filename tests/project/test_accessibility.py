"""Tests that docs/accessibility.md names each criterion of WCAG 2.2 AA exactly once."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.named_tests import NAMED, missing
from tests.project.test_asvs import numbers

PROJECT = Path(__file__).parents[2]
TEXT = (PROJECT / "docs" / "accessibility.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([0-9][0-9., to]*) \| ([^|]+) \| ([^|]+) \|$", TEXT, re.MULTILINE)
CRITERIA = {
    "1.1": (1,),
    "1.2": (1, 2, 3, 4, 5),
    "1.3": (1, 2, 3, 4, 5),
    "1.4": (1, 2, 3, 4, 5, 10, 11, 12, 13),
    "2.1": (1, 2, 4),
    "2.2": (1, 2),
    "2.3": (1,),
    "2.4": (1, 2, 3, 4, 5, 6, 7, 11),
    "2.5": (1, 2, 3, 4, 7, 8),
    "3.1": (1, 2),
    "3.2": (1, 2, 3, 4, 6),
    "3.3": (1, 2, 3, 4, 7, 8),
    "4.1": (2, 3),
}


def test_every_criterion_is_there_once() -> None:
    expected = Counter(f"{section}.{number}" for section, listed in CRITERIA.items() for number in listed)
    assert expected.total() == 55
    assert Counter(number for cell, *_ in ROWS for number in numbers(cell)) == expected


@pytest.mark.parametrize(("criteria", "held_by"), [(row[0], row[2]) for row in ROWS])
def test_a_row_names_tests_that_exist_or_says_that_there_is_none(criteria: str, held_by: str) -> None:
    assert NAMED.search(held_by) or held_by.startswith(("Not applicable: ", "By hand, not done here")), criteria
    assert missing([held_by]) == []
