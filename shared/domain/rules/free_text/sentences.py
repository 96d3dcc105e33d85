"""Splits free text into sentences of plain words: lower case, no accents, no apostrophes, no fillers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

LONGEST = 2_000  # the most characters that are read; texts are cut twice, because NFKD can lengthen them
COMMA = ","
# Deletes every form of the apostrophe, and replaces the dotless i, which some keyboards produce, with i.
WRITTEN_OTHERWISE = str.maketrans({**dict.fromkeys("'\u2018\u2019\u02bc\u2032\uff07\u00b4`*"), "\u0131": "i"})
WORDS = re.compile(r"[a-z0-9]+|,")
SENTENCES = re.compile(r"[.!?;:\u2026]+")


@dataclass(frozen=True, slots=True)
class Spelling:
    """Rules that normalize words before they are compared.

    fillers: words that are left out.
    same: word -> the word that replaces it.
    joined: two words -> the one word that replaces both.
    """

    fillers: frozenset[str]
    same: Mapping[str, str]
    joined: Mapping[tuple[str, str], str]

    def words(self, found: list[str]) -> list[str]:
        """Returns words with pairs joined, replacements made and fillers left out."""
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
        """Returns the words of each sentence. A comma or new line counts as a word, because a denial can end at it."""
        parts = SENTENCES.split(plain(text).replace("\n", COMMA))
        sentences = [self.words(WORDS.findall(part)) for part in parts]
        return [words for words in sentences if any(word != COMMA for word in words)]


def plain(text: str) -> str:
    """Returns the first LONGEST characters of a text in lower case, without accents and apostrophes."""
    text = text[:LONGEST].translate(WRITTEN_OTHERWISE).lower()
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKD", text)[:LONGEST]
    return "".join(mark for mark in text if not unicodedata.combining(mark))
