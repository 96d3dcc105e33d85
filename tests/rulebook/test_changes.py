"""Tests that the change log that staff see is up to date with the rules."""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path

import pytest

from shared.rulebook.loading import FOLDER, load
from shared.rulebook.reader import RulebookError
from tests.rulebook.folder import INTAKE, TIERS, TRIAGE, WEIGHTS, WORDS, change, copy_of_rulebook

# Fingerprint of the rules, questions, tiers and words. After changing any of them, raise the version, add an entry to
# `changes` in the file of the rule set, and write the entry's version and date and the new fingerprint here.
VERSION, ON, FINGERPRINT = "2.0.0", "2026-11-30", "0c472d57640cecbc"  # pragma: allowlist secret
SIGNATURES = ("approved_by", "approved_on", "changes")


def fingerprint(folder: Path) -> str:
    """Returns a hash of the parsed files without signatures, so that only a change of content changes the hash."""
    files = [
        tomllib.loads((folder / name).read_text(encoding="utf-8")) for name in (TRIAGE, INTAKE, TIERS, WORDS, WEIGHTS)
    ]
    rules = [{key: value for key, value in file.items() if key not in SIGNATURES} for file in files]
    return hashlib.sha256(json.dumps(rules, sort_keys=True).encode()).hexdigest()[:16]


def test_the_last_change_is_recorded_with_version_and_date() -> None:
    last = load().rule_sets["fs-intake"].changes[-1]
    assert (last.version, last.on, fingerprint(FOLDER)) == (VERSION, ON, FINGERPRINT)


def test_the_fingerprint_depends_on_content_not_on_signatures(tmp_path: Path) -> None:
    folder = copy_of_rulebook(tmp_path)
    change(folder, TRIAGE, 'approved_by = ""', 'approved_by = "Dr. Example"')
    assert fingerprint(folder) == fingerprint(FOLDER)
    change(folder, TIERS, "minutes = 15", "minutes = 16")
    assert fingerprint(folder) != fingerprint(FOLDER)


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ('version = "2.0.0"', 'version = "2.1.0"', "the last one must say what changed with version 2.1.0"),
        ('on = "2026-11-22"', 'on = "yesterday"', "write a date"),
        ('what = "First', 'what = "" # "First', "what is empty"),
    ],
)
def test_an_incomplete_change_entry_is_refused(tmp_path: Path, old: str, new: str, error: str) -> None:
    folder = copy_of_rulebook(tmp_path)
    change(folder, TRIAGE, old, new)
    with pytest.raises(RulebookError, match=error):
        load(folder)
