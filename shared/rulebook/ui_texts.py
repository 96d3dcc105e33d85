"""Reads translations of the short texts of forms, pages and error responses from ui_texts.toml."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Formatter

from shared.rulebook.reader import Reader
from shared.rulebook.toml_files import table_of

FILE = Path(__file__).parent / "ui_texts.toml"
ENGLISH = "en"


def words(language: str, file: Path = FILE) -> Mapping[str, str]:
    """Returns English text -> translation, or nothing for English and unknown languages.

    Translations are loaded on first use, so that English visitors do not wait for them.

    Raises: RulebookError.
    """
    return {} if language in ("", ENGLISH) else all_words(file).get(language, {})


@cache
def all_words(file: Path = FILE) -> Mapping[str, Mapping[str, str]]:
    """Returns language -> English text -> translation.

    Raises: RulebookError if a text is repeated, lacks a language, or has other {placeholders} in a language.
    """
    table = Reader(table_of(file), file.name)
    entries = [_entry(entry) for entry in table.each("words", ENGLISH)]
    table.done()
    languages = {known for entry in entries for known in entry}
    for entry in entries:
        if entry.keys() != languages:
            raise table.error(f"{entry[ENGLISH]!r} is missing in {', '.join(sorted(languages - entry.keys()))}")
    return {
        language: {entry[ENGLISH]: entry[language] for entry in entries} for language in sorted(languages - {ENGLISH})
    }


def _entry(reader: Reader) -> dict[str, str]:
    english = reader.text(ENGLISH)
    entry = {ENGLISH: english, **{language: reader.wording(language) for language in sorted(reader.keys())}}
    for language, text in entry.items():
        if _placeholders(text) != _placeholders(english):
            raise reader.error(f"{language}: the {{placeholders}} differ")
    return entry


def _placeholders(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name)
