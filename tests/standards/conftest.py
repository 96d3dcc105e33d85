"""Provides npm validators. Skips the tests without npm."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.domain.rules.triage import RuleSet
from shared.rulebook.loading import load
from tests.npm import installed


@pytest.fixture(scope="session")
def npm() -> Path:
    return installed(Path(__file__).parent / "npm", "npm")


def rule_sets() -> dict[str, RuleSet]:
    """Provides the rule sets, with keys such as "fs-intake-en"."""
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
