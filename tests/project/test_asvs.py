"""Tests that docs/asvs.md names each requirement of ASVS 5.0.0 at levels 1 and 2 exactly once."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from tests.named_tests import NAMED, missing

PROJECT = Path(__file__).parents[2]
TEXT = (PROJECT / "docs" / "asvs.md").read_text(encoding="utf-8")
# Section of OWASP ASVS 5.0.0 (English edition) -> the levels of its requirements, in order.
LEVELS = """
1.1 22 1.2 1111122223 1.3 112222222223 1.4 222 1.5 123 2.1 122 2.2 112 2.3 12223 2.4 23
3.1 3 3.2 113 3.3 12223 3.4 11222233 3.5 11122333 3.6 3 3.7 22333 4.1 12233 4.2 23333 4.3 22 4.4 1222
5.1 2 5.2 112333 5.3 113 5.4 222
6.1 122 6.2 111111112222 6.3 11223333 6.4 112233 6.5 22222333 6.6 2223 6.7 33 6.8 2222
7.1 222 7.2 1111 7.3 22 7.4 11222 7.5 223 7.6 22 8.1 1233 8.2 1123 8.3 133 8.4 23 9.1 111 9.2 1222
10.1 22 10.2 223 10.3 22223 10.4 1111122222233333 10.5 22222 10.6 22 10.7 222
11.1 2233 11.2 22233 11.3 11233 11.4 1222 11.5 23 11.6 23 11.7 33 12.1 12233 12.2 11 12.3 22223
13.1 2333 13.2 222223 13.3 2233 13.4 1222233 14.1 22 14.2 12223333 14.3 122
15.1 12233 15.2 12233 15.3 1222222 15.4 3333 16.1 2 16.2 22222 16.3 2222 16.4 222 16.5 2223
17.1 23 17.2 22223333 17.3 22
"""
REQUIREMENTS = {
    f"{section}.{number}": int(level)
    for section, levels in re.findall(r"(\d+\.\d+) (\d+)", LEVELS)
    for number, level in enumerate(levels, start=1)
}
SECTION = re.compile(r"^## Level ([12]) .*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| ([0-9][0-9., to]*) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
ROWS = [(int(section[1]), *row) for section in SECTION.finditer(TEXT) for row in ROW.findall(section[0])]
WITHOUT_A_TEST = ("Reason: ", "AWS: ", "Not applicable", "Gap: ")


def numbers(cell: str) -> list[str]:
    """Returns the numbers in a cell such as "1.2.6 to 1.2.8" or "3.5.1, 3.5.2"."""
    found = []
    for part in cell.split(", "):
        first, _, last = part.partition(" to ")
        section, _, start = first.rpartition(".")
        end = last.rpartition(".")[2] or start
        found += [f"{section}.{number}" for number in range(int(start), int(end) + 1)]
    return found


def test_the_table_of_levels_is_complete() -> None:
    assert Counter(REQUIREMENTS.values()) == {1: 70, 2: 183, 3: 92}


def test_every_requirement_of_both_levels_is_there_once() -> None:
    assert len(ROWS) == TEXT.count("\n| ") - 2, "a row has another format"
    named = Counter(number for _, cell, *_ in ROWS for number in numbers(cell))
    assert {number for number, level in REQUIREMENTS.items() if level < 3} == set(named)
    assert [number for number, times in named.items() if times > 1] == []


def test_every_row_is_at_its_level() -> None:
    for level, cell, *_ in ROWS:
        assert {REQUIREMENTS[number] for number in numbers(cell)} == {level}, cell


def test_every_row_has_a_test_or_a_reason() -> None:
    for _, cell, _, evidence in ROWS:
        assert NAMED.search(evidence) or evidence.startswith(WITHOUT_A_TEST), cell


def test_every_test_that_is_named_exists() -> None:
    assert len(set(NAMED.findall(TEXT))) > 60
    assert missing([TEXT]) == []


def test_every_page_that_is_linked_exists() -> None:
    for link in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert (PROJECT / "docs" / link).exists(), link
