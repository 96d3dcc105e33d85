"""Tests that each control in the hazard log names an existing test."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROWS = [line for line in (ROOT / "docs/hazards.md").read_text().splitlines() if line.startswith("| H")]


def names_of_tests(folder: Path) -> set[str]:
    return {
        node.name
        for path in folder.rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_every_hazard_names_a_test() -> None:
    assert len(ROWS) >= 30
    assert not [row for row in ROWS if not re.search(r"`test_\w+`", row)]


def test_every_named_test_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", "\n".join(ROWS)))
    assert named - names_of_tests(ROOT / "tests") == set()
