"""Provides npm validators, installed once into .local/npm from the committed lock file.

Skips the tests if npm is missing.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.domain.rules.triage import RuleSet
from shared.rulebook.loading import load
from tests.npm import installed


@pytest.fixture(scope="session")
def npm() -> Path:
    """Provides the folder that contains node_modules."""
    return installed(Path(__file__).parent / "npm", "npm")


def rule_sets() -> dict[str, RuleSet]:
    """Provides the rule sets. A key names questionnaire and language, such as "fs-intake-en"."""
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
