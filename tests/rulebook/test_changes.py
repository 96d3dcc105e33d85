"""The date that staff see as the rules' last change is the date of their last change."""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path

import pytest

from shared.rulebook.loading import FOLDER, load
from shared.rulebook.reader import RulebookError
from tests.rulebook.folder import INTAKE, TIERS, TRIAGE, change, copy_of_rulebook

# Of the rules, questions and tiers with this last change. Another content: raise the version, add an entry to `changes`
# in the rule set's file, and write its version, its date and the new fingerprint here.
VERSION, ON, FINGERPRINT = "1.0.0", "2026-11-22", "e0e7c87993d594b2"  # pragma: allowlist secret
SIGNATURES = ("approved_by", "approved_on", "changes")


def fingerprint(folder: Path) -> str:
    """Of what the files say, not of how they are written; a signature is no change."""
    files = [tomllib.loads((folder / name).read_text(encoding="utf-8")) for name in (TRIAGE, INTAKE, TIERS)]
    rules = [{key: value for key, value in file.items() if key not in SIGNATURES} for file in files]
    return hashlib.sha256(json.dumps(rules, sort_keys=True).encode()).hexdigest()[:16]


def test_a_change_of_the_rules_is_written_down_with_its_date() -> None:
    last = load().rule_sets["fs-intake"].changes[-1]
    assert (last.version, last.on, fingerprint(FOLDER)) == (VERSION, ON, FINGERPRINT)


def test_a_changed_word_is_another_fingerprint_and_a_signature_is_not(tmp_path: Path) -> None:
    folder = copy_of_rulebook(tmp_path)
    change(folder, TRIAGE, 'approved_by = ""', 'approved_by = "Dr. Example"')
    assert fingerprint(folder) == fingerprint(FOLDER)
    change(folder, TIERS, "minutes = 15", "minutes = 16")
    assert fingerprint(folder) != fingerprint(FOLDER)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('version = "1.0.0"', 'version = "1.1.0"', "the last one must say what changed with version 1.1.0"),
        ('on = "2026-11-22"', 'on = "yesterday"', "write a date"),
        ('what = "First', 'what = "" # "First', "what is empty"),
    ],
)
def test_a_change_that_is_not_written_down_well_is_refused(tmp_path: Path, old: str, new: str, told: str) -> None:
    folder = copy_of_rulebook(tmp_path)
    change(folder, TRIAGE, old, new)
    with pytest.raises(RulebookError, match=told):
        load(folder)
