"""Finds terms, which are words and short phrases, in a sentence. Terms with one name have the same meaning."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from shared.domain.rules.free_text.sentences import COMMA, Spelling

ANY = "*"
SHORTEST_CORRECTED, LONGEST_CORRECTED = 5, 20  # letters; shorter and longer words are not replaced by similar words
TERM = re.compile(r"[a-z0-9]+\*?|\*")
REPEATED = re.compile(r"(.)\1+")
LEET = str.maketrans("013457", "oieast")


class Hit(NamedTuple):
    """A term that a sentence contains.

    start, end: positions of its words, end exclusive.
    """

    name: str
    start: int
    end: int


class _Term(NamedTuple):
    name: str
    rest: tuple[str, ...]


class Vocabulary:
    """Finds named terms in sentences, and corrects misspelled words to words of the terms.

    In a term, `word*` stands for any ending, `*` for any word.
    """

    def __init__(self, spelling: Spelling, known: Iterable[str]) -> None:
        """`known`: correct words outside the terms, which must not be corrected."""
        self.spelling = spelling
        # key: the first word, and the second word if it has no `*`
        self._terms: dict[tuple[str, ...], list[_Term]] = {}
        # key: the first word without its `*`
        self._beginnings: dict[str, list[_Term]] = {}
        self._words: set[str] = set()
        self.known = frozenset(known)
        self._near: dict[str, set[str]] | None = None

    def add(self, name: str, term: str) -> None:
        """Adds a term in lower case. Raises ValueError if the term has no words or begins with `*`."""
        words = self.spelling.words(TERM.findall(term))
        if not words or words[0] == ANY:
            raise ValueError(f"{term!r} is not a term")
        first, rest = words[0], tuple(words[1:])
        if first.endswith(ANY):
            self._beginnings.setdefault(first[:-1], []).append(_Term(name, rest))
        else:
            second = tuple(word for word in rest[:1] if not word.endswith(ANY))
            self._terms.setdefault((first, *second), []).append(_Term(name, rest))
        self._words.update(word for word in words if not word.endswith(ANY))
        self._near = None

    def corrected(self, sentence: list[str]) -> list[str]:
        return [self._corrected(word) for word in sentence]

    def hits(self, words: list[str]) -> list[Hit]:
        """Returns the longest hit of each name at each position, without hits inside a longer hit.

        For example, the saying "dying to" hides "dying".
        Hits whose name begins with `=` are words of phrases, which hide nothing and are never hidden.
        """
        found: list[Hit] = []
        for start, word in enumerate(words):
            ends: dict[str, int] = {}
            for name, rest in self._beginning_with(word, words[start + 1] if start + 1 < len(words) else ""):
                end = start + 1 + len(rest)
                if end > ends.get(name, 0) and end <= len(words) and all(map(_is, words[start + 1 : end], rest)):
                    ends[name] = end
            found.extend(Hit(name, start, end) for name, end in ends.items())
        return _outermost(found)

    def _beginning_with(self, word: str, following: str) -> list[_Term]:
        terms = [*self._terms.get((word,), ()), *self._terms.get((word, following), ())]
        for length in range(2, min(len(word), LONGEST_CORRECTED) + 1):
            terms += self._beginnings.get(word[:length], ())
        return terms

    def _is_known(self, word: str) -> bool:
        return word in self._words or word in self.known

    def _corrected(self, word: str) -> str:
        if word == COMMA or self._is_known(word):
            return word
        for other in (REPEATED.sub(r"\1\1", word), REPEATED.sub(r"\1", word), word.translate(LEET)):
            if other != word and self._is_known(other):
                return other
        longest = min(len(word), LONGEST_CORRECTED)
        begins_a_term = any(word[:length] in self._beginnings for length in range(4, longest + 1))
        if begins_a_term or not SHORTEST_CORRECTED <= len(word) <= LONGEST_CORRECTED:
            return word
        near = {other for shorter in _one_letter_less(word) for other in self._neighbours().get(shorter, ())}
        return min(near, key=lambda o: (o[0] != word[0], abs(len(o) - len(word)), o), default=word)

    def _neighbours(self) -> Mapping[str, set[str]]:
        """Returns spelling -> words of terms.

        Each word is listed under every spelling with at most one letter left out.
        So two words that differ by a wrong, missing, extra or swapped letter share a spelling.
        """
        if self._near is None:
            self._near = {}
            for word in self._words:
                if len(word) >= SHORTEST_CORRECTED:
                    for shorter in _one_letter_less(word):
                        self._near.setdefault(shorter, set()).add(word)
        return self._near


def _outermost(hits: list[Hit]) -> list[Hit]:
    """Drops hits inside a longer hit. `hits` must be sorted by start."""
    longest: dict[int, int] = {}
    for hit in hits:
        if not hit.name.startswith("="):
            longest[hit.start] = max(hit.end, longest.get(hit.start, 0))
    kept, reach, before = [], 0, -1
    for hit in hits:
        if hit.start != before:
            reach, before = max(reach, longest.get(before, 0)), hit.start
        inside = hit.end <= reach or hit.end < longest.get(hit.start, 0)
        if hit.name.startswith("=") or not inside:
            kept.append(hit)
    return kept


def _one_letter_less(word: str) -> set[str]:
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def _is(word: str, expected: str) -> bool:
    return expected == ANY or (word.startswith(expected[:-1]) if expected.endswith(ANY) else word == expected)
