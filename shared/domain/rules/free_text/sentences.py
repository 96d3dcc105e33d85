"""Splits free text into sentences of normalized words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

LONGEST = 2_000  # characters; NFKD can lengthen a text, so `plain` cuts twice
COMMA = ","
# Deletes apostrophes and replaces the dotless i with i.
WRITTEN_OTHERWISE = str.maketrans({**dict.fromkeys("'\u2018\u2019\u02bc\u2032\uff07\u00b4`*"), "\u0131": "i"})
WORDS = re.compile(r"[a-z0-9]+|,")
SENTENCES = re.compile(r"[.!?;:\u2026]+")


@dataclass(frozen=True, slots=True)
class Spelling:
    """Rules that normalize words before they are compared.

    fillers: words to leave out.
    same: word -> the word that replaces it.
    joined: two words -> the word that replaces both.
    """

    fillers: frozenset[str]
    same: Mapping[str, str]
    joined: Mapping[tuple[str, str], str]

    def words(self, found: list[str]) -> list[str]:
        words: list[str] = []
        at = 0
        while at < len(found):
            pair = self.joined.get((found[at], found[at + 1])) if at + 1 < len(found) else None
            word = pair or self.same.get(found[at], found[at])
            if word not in self.fillers:
                words.append(word)
            at += 2 if pair else 1
        return words

    def sentences(self, text: str) -> list[list[str]]:
        """Returns the words of each sentence. Commas and line breaks count as words, because they can end a denial."""
        parts = SENTENCES.split(plain(text).replace("\n", COMMA))
        sentences = [self.words(WORDS.findall(part)) for part in parts]
        return [words for words in sentences if any(word != COMMA for word in words)]


def plain(text: str) -> str:
    text = text[:LONGEST].translate(WRITTEN_OTHERWISE).lower()
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKD", text)[:LONGEST]
    return "".join(mark for mark in text if not unicodedata.combining(mark))
