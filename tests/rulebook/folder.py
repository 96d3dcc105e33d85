from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

from shared.domain.rules.triage import RuleSet
from shared.rulebook.loading import FOLDER, Rulebook, load

SECOND = Path(__file__).parents[1] / "data" / "second"
SIGNED_ON = "2026-12-01"  # must not precede the last entry of `changes`
INTAKE, TRIAGE, TIERS = "fs-intake.toml", "fs-triage.toml", "tiers.toml"
WORDS, WEIGHTS = "fs-intake.words.toml", "fs-intake.weights.toml"


def copy_of_rulebook(folder: Path, *, second: bool = False) -> Path:
    """Copies questionnaire, rules, words and tiers into `folder`, unsigned and without translations.

    second: whether to add the invented second questionnaire
    """
    for name in (INTAKE, TRIAGE, TIERS, WORDS, WEIGHTS):
        shutil.copy(FOLDER / name, folder)
    for name in (INTAKE, TRIAGE):
        _sign(folder / name, approved_by="", approved_on="")
    _sign(folder / TRIAGE, approved_content="")
    if second:
        shutil.copytree(SECOND, folder, dirs_exist_ok=True)
    return folder


def sign(folder: Path, by: str = "Dr. Sample", on: str = SIGNED_ON) -> None:
    rule_set = load(folder).of("fs-intake")
    assert rule_set is not None
    for name in (INTAKE, TRIAGE):
        _sign(folder / name, approved_by=by, approved_on=on)
    _sign(folder / TRIAGE, approved_content=rule_set.content_hash)


def _sign(file: Path, **values: str) -> None:
    text = file.read_text()
    for key, value in values.items():
        text, count = re.subn(rf'^{key} = ".*"$', f'{key} = "{value}"', text, flags=re.MULTILINE)
        assert count == 1, f"{file.name} has {count} lines with {key}: fix the test"
    file.write_text(text)


def signed(rulebook: Rulebook, by: str = "Dr. Sample", on: str = SIGNED_ON, *, reviewed: bool = False) -> Rulebook:
    """Returns a copy of the rulebook that is signed by `by`, or by nobody if `by` is "".

    reviewed: whether the translations count as reviewed
    """

    def part(rule_set: RuleSet, *, reviewed: bool = True) -> RuleSet:
        form = replace(rule_set.questionnaire, approved_by=by, approved_on=on, reviewed=reviewed)
        return rule_set._replace(questionnaire=form, approved_by=by, approved_on=on)

    return Rulebook(
        {key: part(rule_set) for key, rule_set in rulebook.rule_sets.items()},
        {key: part(rule_set, reviewed=reviewed) for key, rule_set in rulebook.translations.items()},
    )


def unsigned(rulebook: Rulebook) -> Rulebook:
    return signed(rulebook, "", "")


def change(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text()
    assert old in text, f"{file} no longer holds {old!r}: fix the test"
    (folder / file).write_text(text.replace(old, new, 1))
