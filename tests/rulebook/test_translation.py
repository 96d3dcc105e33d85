"""Tests that a change of texts ends a translation's review."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest

from shared.rulebook.loading import FOLDER, Rulebook, load
from shared.rulebook.reader import RulebookError
from shared.rulebook.translation import review_hash, texts_of
from tests.rulebook.folder import INTAKE, TRIAGE, change, copy_of_rulebook

SPANISH = "fs-intake.es.toml"
KEY = ("fs-intake", "es")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(FOLDER / SPANISH, copy_of_rulebook(tmp_path))
    review(tmp_path, "", "", "")
    return tmp_path


def review(folder: Path, by: str, on: str, texts: str) -> None:
    values = {"reviewed_by": by, "reviewed_on": on, "reviewed_texts": texts}
    lines = (folder / SPANISH).read_text().splitlines(keepends=True)
    for at, line in enumerate(lines):
        if (key := line.partition(" = ")[0]) in values:
            lines[at] = f'{key} = "{values.pop(key)}"\n'
    assert not values, f"{SPANISH} lacks {', '.join(values)}"
    (folder / SPANISH).write_text("".join(lines))


def reviewed(folder: Path) -> bool:
    return KEY in load(folder).reviewed().translations


def named(rulebook: Rulebook) -> str:
    return review_hash(rulebook.rule_sets["fs-intake"], rulebook.translations[KEY])


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (SPANISH, "Primero, la seguridad", "La seguridad primero"),
        (INTAKE, "Safety first", "First, safety"),
        (TRIAGE, "We will call you by {deadline}.", "We will phone you by {deadline}."),
    ],
)
def test_a_review_lapses_when_a_text_changes_in_either_language(folder: Path, file: str, old: str, new: str) -> None:
    assert not reviewed(folder)
    review(folder, "Bea Example", "2026-12-01", named(load(folder)))
    assert reviewed(folder)
    change(folder, file, old, new)
    assert not reviewed(folder)


def test_a_review_does_not_lapse_when_rules_change(folder: Path) -> None:
    review(folder, "Bea Example", "2026-12-01", named(load(folder)))
    change(folder, TRIAGE, "at_least = 60\ntier =", "at_least = 61\ntier =")
    assert reviewed(folder)


def test_a_review_without_what_was_reviewed_does_not_count(folder: Path) -> None:
    review(folder, "Bea Example", "2026-12-01", "")
    assert not reviewed(folder)


def test_half_a_review_is_refused(folder: Path) -> None:
    review(folder, "Bea Example", "", "")
    with pytest.raises(RulebookError, match=r"fs-intake\.es\.toml: reviewed_by and reviewed_on belong together"):
        load(folder)


def test_every_text_of_the_translation_is_part_of_its_review() -> None:

    def texts(node: object) -> list[str]:
        if isinstance(node, dict):
            return [text for value in node.values() for text in texts(value)]
        return [str(node)]

    table = tomllib.loads((FOLDER / SPANISH).read_text(encoding="utf-8"))
    in_file = [text for key in ("title", "pages", "questions", "contact", "messages") for text in texts(table[key])]
    assert sorted(in_file) == sorted(text for _, text in texts_of(load().translations[KEY]) if text)


def test_a_recorded_review_is_of_the_texts_as_they_are() -> None:
    recorded = 'reviewed_by = ""' not in (FOLDER / SPANISH).read_text(encoding="utf-8")
    assert load().translations[KEY].questionnaire.reviewed == recorded, (
        f"a text in English or Spanish has changed since the review, so Spanish is no longer offered. Empty the three "
        f"`reviewed_` lines of shared/rulebook/{SPANISH}, or have it reviewed again: docs/rules.md"
    )


@pytest.mark.parametrize("wrong", ["{plazo}", "{deadline", "pronto"])
def test_a_placeholder_must_be_that_of_the_original(folder: Path, wrong: str) -> None:
    change(folder, SPANISH, "más tardar {deadline} le llamaremos", f"más tardar {wrong} le llamaremos")
    with pytest.raises(RulebookError, match=r"^fs-intake\.es\.toml: messages\.[A-Z-]+\.text: .* is \{deadline\}$"):
        load(folder)
