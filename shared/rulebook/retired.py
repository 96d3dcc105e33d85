"""Reads the wording of questions and options that a questionnaire no longer has, from retired.toml."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from shared.rulebook.reader import Reader
from shared.rulebook.toml_files import table_of

FILE = Path(__file__).parent / "retired.toml"


@cache
def retired_wording(questionnaire_id: str, file: Path = FILE) -> Mapping[str, str]:
    """Returns code (`question` or `question.option`) -> wording, for staff pages and exports of a person's data.

    Raises: RulebookError.
    """
    files = Reader(table_of(file), file.name)
    if questionnaire_id not in files:
        return {}
    wording = files.table(questionnaire_id)
    return {code: wording.wording(code) for code in sorted(wording.keys())}
