"""Tests that the commands in the documentation can be pasted into a shell."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from dev.template import TEMPLATE

PROJECT = Path(__file__).parents[2]
PAGES = (PROJECT / "README.md", *sorted((PROJECT / "docs").rglob("*.md")))
BLOCK = re.compile(r"(?:^ {4,}\S.*\n)+", re.MULTILINE)
SHELL_CHECK = ("bash", "-n")
COMMANDS = ("aws ", "cd ", "curl ", "export ", "git ", "make", "python ", "sam ")
REAL_ACCOUNT = ("smoke", "redrive", "rotate", "resubscribe")


def blocks(page: Path) -> list[str]:
    """Returns the page's indented blocks that are shell commands."""
    found = BLOCK.findall(page.read_text(encoding="utf-8"))
    return [block for block in found if block.lstrip().startswith(COMMANDS)]


def test_the_documentation_has_commands() -> None:
    assert sum(len(blocks(page)) for page in PAGES) > 15


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page)], ids=lambda page: page.name)
def test_every_command_can_be_pasted(page: Path) -> None:
    for block in blocks(page):
        checked = subprocess.run(SHELL_CHECK, input=block, capture_output=True, text=True, check=False)
        assert not checked.stderr, block
        for line, following in zip(block.splitlines(), block.splitlines()[1:], strict=False):
            assert not following.lstrip().startswith("-") or line.endswith("\\"), f"not one command: {block}"


@pytest.mark.parametrize("page", [*(PROJECT / "docs").glob("*.md"), TEMPLATE], ids=lambda page: page.name)
def test_a_command_for_a_deployed_stack_names_it(page: Path) -> None:
    text = re.sub(" #.*", "", page.read_text(encoding="utf-8"))  # without comments
    for command in re.findall(rf"`(make (?:{'|'.join(REAL_ACCOUNT)})\b[^`]*)`", text):
        assert "STACK=" in command, command
