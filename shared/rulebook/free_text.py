"""Loads a questionnaire's free-text search from `<id>.words.toml`, which clinicians edit, and `<id>.weights.toml`.

The files are parsed only when the first free-text answer (note) arrives, because most leads have none.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from shared.rulebook.reader import Reader, RulebookError
from shared.rulebook.toml_files import hash_of, table_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shared.domain.rules.free_text.matcher import Matcher

WORDS, WEIGHTS = ".words.toml", ".weights.toml"


@dataclass(frozen=True)
class FreeText:
    """The free-text search of a questionnaire.

    content_hash: SHA-256 (hex) of the hashes of both files, which the rule set's content hash includes.
    """

    words: Path = field(compare=False)
    weights: Path = field(compare=False)
    content_hash: str

    def kinds_in(self, text: str) -> frozenset[str]:
        return self.matcher.kinds_in(text)

    @property
    def matcher(self) -> Matcher:
        return _matcher(self.words, self.weights, self.content_hash)

    def check(self, kinds: frozenset[str]) -> None:
        """Raises RulebookError if a file is invalid or does not define `kinds`, the kinds and topics that rules look
        for.
        """
        from shared.rulebook.words import check_rows  # noqa: PLC0415  a cold start does not need it

        matcher = self.matcher
        try:
            check_rows(matcher.weights.of, len(matcher.kinds))
        except ValueError as error:
            raise RulebookError(f"{self.weights.name}: rows: {error}") from None
        unknown = kinds - matcher.names
        if unknown:
            raise RulebookError(f"{self.words.name}: there is no kind or topic {', '.join(sorted(unknown))}")


def free_text_of(folder: Path, questionnaire_id: str) -> FreeText | None:
    """Returns the free-text search of a questionnaire, or None if both files are missing.

    Raises: RulebookError if only one of the two files exists.
    """
    words, weights = (folder / f"{questionnaire_id}{ending}" for ending in (WORDS, WEIGHTS))
    missing = [file.name for file in (words, weights) if not file.is_file()]
    if len(missing) == 1:
        raise RulebookError(f"{missing[0]}: this file is missing")
    if missing:
        return None
    hashes = f"{hash_of(words)} {hash_of(weights)}"
    return FreeText(words, weights, hashlib.sha256(hashes.encode()).hexdigest())


@lru_cache(maxsize=4)
def _matcher(words: Path, weights: Path, content_hash: str) -> Matcher:  # noqa: ARG001  the hash is for the cache
    from shared.rulebook.words import read_matcher, read_trained  # noqa: PLC0415  needed only if a note arrives

    return read_matcher(_reader(words), read_trained(_reader(weights)))


def _reader(file: Path) -> Reader:
    try:
        return Reader(table_of(file), file.name)
    except ValueError as error:
        raise RulebookError(f"{file.name}: {error}") from None
