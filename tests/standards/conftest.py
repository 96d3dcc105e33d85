"""Provides validators from npm, installed once into .local/npm from the committed lock file, where npm exists."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from shared.domain.rules.triage import RuleSet
from shared.rulebook.loading import load

PROJECT = Path(__file__).resolve().parents[2]
PINS = Path(__file__).parent / "npm"
HOME = PROJECT / ".local" / "npm"
FILES = ("package.json", "package-lock.json", ".npmrc")


@pytest.fixture(scope="session")
def npm() -> Path:
    """Provides the folder that contains node_modules."""
    program = shutil.which("npm")
    if program is None or shutil.which("node") is None:
        pytest.skip("this validator needs npm, which is not installed")
    wanted = hashlib.sha256(b"".join((PINS / name).read_bytes() for name in FILES)).hexdigest()
    HOME.mkdir(parents=True, exist_ok=True)
    stamp = HOME / ".ready"
    with (HOME / ".lock").open("w") as lock:  # other processes that run tests may install at the same time
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != wanted:
            for name in FILES:
                shutil.copyfile(PINS / name, HOME / name)
            subprocess.run([program, "ci", "--ignore-scripts"], cwd=HOME, check=True, capture_output=True, timeout=600)
            stamp.write_text(wanted)
    return HOME


def rule_sets() -> dict[str, RuleSet]:
    """Provides every questionnaire in every language."""
    rulebook = load()
    return {
        f"{code}-{language}": found
        for code in rulebook.rule_sets
        for language in rulebook.languages(code)
        if (found := rulebook.of(code, language))
    }


RULE_SETS = rule_sets()


@pytest.fixture(params=list(RULE_SETS.values()), ids=list(RULE_SETS))
def rule_set(request: pytest.FixtureRequest) -> RuleSet:
    found: RuleSet = request.param
    return found
