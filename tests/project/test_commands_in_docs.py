"""Tests that the commands in the documentation can be pasted into a shell."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from dev.template import TEMPLATE

PROJECT = Path(__file__).parents[2]
PAGES = (PROJECT / "README.md", *sorted((PROJECT / "docs").rglob("*.md")))
BLOCK = re.compile(r"(?:^ {4,}\S.*\n)+", re.MULTILINE)
SHELL = ("bash",)
SHELL_CHECK = ("bash", "-n")
COMMANDS = ("aws ", "cd ", "curl ", "export ", "git ", "make", "python ", "sam ")
SAM = """#!/bin/sh
echo "$1 of $(cat ../code) with $(cat samconfig.toml) and $(cat ../web/clinic.toml)" >> "$DEPLOYED"
"""
REAL_ACCOUNT = ("smoke", "redrive", "rotate", "resubscribe")


def blocks(page: Path) -> list[str]:
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
    text = re.sub(" #.*", "", page.read_text(encoding="utf-8"))
    for command in re.findall(rf"`(make (?:{'|'.join(REAL_ACCOUNT)})\b[^`]*)`", text):
        assert "STACK=" in command, command


def test_a_change_and_two_rollbacks_in_one_shell_deploy_what_they_say(tmp_path: Path) -> None:
    """Pastes the commands of "Change and roll back" twice into one shell in infra/."""
    text = (PROJECT / "docs/deploy.md").read_text(encoding="utf-8")
    section = text.partition("\n## Change and roll back\n")[2].partition("\n## ")[0]
    pasted = "".join(BLOCK.findall(section)).replace("COMMIT", "v1")
    clinic, deployed, programs = (tmp_path / name for name in ("clinic", "deployed", "programs"))
    for folder in (clinic / "infra", clinic / "web", programs):
        folder.mkdir(parents=True)
    (programs / "sam").write_text(SAM)
    (programs / "sam").chmod(0o755)
    who = {f"GIT_{role}_{key}": "test" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    own = {"PATH": f"{programs}:{os.environ['PATH']}", "DEPLOYED": str(deployed), "HOME": str(tmp_path)}

    def shell(commands: str, place: Path) -> None:
        subprocess.run(SHELL, cwd=place, input=commands, env=who | own, capture_output=True, text=True, check=True)

    def write(version: str) -> None:
        (clinic / "code").write_text(version)
        (clinic / "infra/samconfig.toml").write_text(f"parameters {version}")
        (clinic / "web/clinic.toml").write_text(f"name {version}")

    write("1")
    shell("git init -q -b main && git add . && git commit -qm 1 && git tag v1 && git clone -q . ../origin", clinic)
    shell("git remote add origin ../origin && git fetch -q && git branch -qu origin/main", clinic)
    write("2")
    shell("git commit -qam 2", clinic)
    shell(pasted * 2, clinic / "infra")
    now = ["of 2 with parameters 2 and name 2", "of 1 with parameters 2 and name 2"]
    assert deployed.read_text().splitlines() == [f"{step} {what}" for what in now for step in ("build", "deploy")] * 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clinic", "deployed", "origin", "programs"]
