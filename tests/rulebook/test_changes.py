from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path

import pytest

from shared.rulebook.loading import FOLDER, load
from shared.rulebook.reader import RulebookError
from tests.rulebook.folder import INTAKE, TIERS, TRIAGE, WEIGHTS, WORDS, change, copy_of_rulebook, sign

# Version, date and hash of the last entry of `changes`. The failing test says what to write here.
VERSION, ON, FINGERPRINT = "2.0.0", "2026-11-30", "237f839fa9d700a8"  # pragma: allowlist secret
PROJECT = Path(__file__).parents[2]
SIGNATURES = ("approved_by", "approved_on", "approved_content", "changes")


def fingerprint(folder: Path) -> str:
    """Returns a hash of the parsed files without signatures and change log."""
    files = [
        tomllib.loads((folder / name).read_text(encoding="utf-8")) for name in (TRIAGE, INTAKE, TIERS, WORDS, WEIGHTS)
    ]
    rules = [{key: value for key, value in file.items() if key not in SIGNATURES} for file in files]
    return hashlib.sha256(json.dumps(rules, sort_keys=True).encode()).hexdigest()[:16]


def test_the_last_change_is_recorded_with_version_and_date() -> None:
    last = load().rule_sets["fs-intake"].changes[-1]
    found = (last.version, last.on, fingerprint(FOLDER))
    assert found == (VERSION, ON, FINGERPRINT), (
        f"rules, questions, tiers or words have changed since version {VERSION}. In shared/rulebook/{TRIAGE}, raise "
        f"`version` and add an entry [[changes]] with version, on, what and by. If {INTAKE} has changed, raise its "
        f"`version`, too. Then write in "
        f"{Path(__file__).relative_to(PROJECT)}: VERSION, ON, FINGERPRINT = {', '.join(map(repr, found))}, with the "
        f"version and date of the new entry"
    )


def test_the_fingerprint_depends_on_content_not_on_signatures(tmp_path: Path) -> None:
    folder = copy_of_rulebook(tmp_path)
    sign(folder)
    assert fingerprint(folder) == fingerprint(FOLDER)
    change(folder, TIERS, "minutes = 15", "minutes = 16")
    assert fingerprint(folder) != fingerprint(FOLDER)


def test_a_version_without_a_change_entry_is_refused(tmp_path: Path) -> None:
    folder = copy_of_rulebook(tmp_path)
    change(folder, TRIAGE, f'version = "{VERSION}"', 'version = "999.0.0"')
    with pytest.raises(RulebookError, match=r"the last one must say what changed with version 999\.0\.0"):
        load(folder)
