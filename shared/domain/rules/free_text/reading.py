"""Finds the terms of a sentence, and the words that it denies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.domain.rules.free_text.sentences import COMMA
from shared.domain.rules.free_text.vocabulary import Hit, Vocabulary

DENIAL = "denial"
DENIED_WORDS, DENIED_LIST = 6, 12  # words that a denial covers, outside and inside a list ("no fever or rash")
LISTING = frozenset({"or", "nor", "o", "ni"})


class Phrase(tuple[tuple[str, int], ...]):
    """Pairs of a term's name and the most words between that term and the previous term."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Denials:
    """The rules for when a denial, such as "no" or "sin", denies what follows.

    not_before: words that cancel a denial before them, as in "no feeling".
    ends: words that end a denial, such as "but".
    """

    not_before: frozenset[str]
    ends: frozenset[str]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with its terms and denials. `words` has no commas."""

    words: list[str]
    hits: list[Hit]
    denied: list[bool]
    names: frozenset[str] = field(init=False)
    _starts: Mapping[int, list[Hit]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        starts: dict[int, list[Hit]] = {}
        for hit in self.hits:
            starts.setdefault(hit.start, []).append(hit)
        object.__setattr__(self, "names", frozenset([hit.name for hit in self.hits]))
        object.__setattr__(self, "_starts", starts)

    def says(self, phrases: Mapping[str, list[Phrase]]) -> bool:
        said = (hit for hit in self.hits if hit.name in phrases and not self.denied[hit.start])
        return any(_follows(phrase, 1, hit.end, self._starts) for hit in said for phrase in phrases[hit.name])


def read(words: list[str], vocabulary: Vocabulary, denials: Denials, frames: frozenset[str]) -> Sentence:
    """Finds the terms and denials of a sentence.

    frames: term groups. A denial inside one of their terms still denies what follows.
    """
    corrected: list[str] = []
    commas: set[int] = set()
    for word in words:
        if word == COMMA:
            commas.add(len(corrected))
        else:
            corrected.append(word)
    corrected = vocabulary.corrected(corrected)
    hits = vocabulary.hits(corrected)
    used = {
        at
        for hit in hits
        if hit.name not in frames and hit.name != DENIAL and hit.end - hit.start > 1
        for at in range(hit.start, hit.end)
    }
    starts = {hit.start: hit.end for hit in hits if hit.name == DENIAL and hit.start not in used}
    return Sentence(corrected, hits, _denied(corrected, commas, starts, denials))


def _denied(words: list[str], commas: set[int], starts: Mapping[int, int], denials: Denials) -> list[bool]:
    listing = not LISTING.isdisjoint(words)
    denied, left = [], 0
    for at, word in enumerate(words):
        if word in denials.ends or (at in commas and not listing):
            left = 0
        denied.append(left > 0)
        end = starts.get(at)
        if end is not None and end not in commas and (words[end] if end < len(words) else "") not in denials.not_before:
            left = DENIED_LIST if listing else DENIED_WORDS
        elif left:
            left -= 1
    return denied


def _follows(phrase: Phrase, part: int, at: int, starts: Mapping[int, list[Hit]]) -> bool:
    if part == len(phrase):
        return True
    name, gap = phrase[part]
    return any(
        hit.name == name and _follows(phrase, part + 1, hit.end, starts)
        for start in range(at, at + gap + 1)
        for hit in starts.get(start, ())
    )
