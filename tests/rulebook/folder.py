"""Makes copies of the rulebook's files for tests that change them."""

from __future__ import annotations

import shutil
from pathlib import Path

from shared.rulebook.loading import FOLDER

SECOND = Path(__file__).parents[1] / "data" / "second"
INTAKE, TRIAGE, TIERS = "fs-intake.toml", "fs-triage.toml", "tiers.toml"
WORDS, WEIGHTS = "fs-intake.words.toml", "fs-intake.weights.toml"


def copy_of_rulebook(folder: Path, *, second: bool = False) -> Path:
    """Copies questionnaire, rules, words and tiers, but no translations.

    second: adds the invented second questionnaire, which has no free text.
    """
    for name in (INTAKE, TRIAGE, TIERS, WORDS, WEIGHTS):
        shutil.copy(FOLDER / name, folder)
    if second:
        shutil.copytree(SECOND, folder, dirs_exist_ok=True)
    return folder


def change(folder: Path, file: str, old: str, new: str) -> None:
    """Replaces the first occurrence of `old`, which must exist."""
    text = (folder / file).read_text()
    assert old in text, f"{file} no longer holds {old!r}: fix the test"
    (folder / file).write_text(text.replace(old, new, 1))
