"""Reads the words that the free-text search looks for, and the trained weights (docs/rules.md)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.rules.free_text.matcher import Kind, Matcher, Weights
from shared.domain.rules.free_text.reading import DENIAL, Denials, Phrase
from shared.domain.rules.free_text.sentences import Spelling
from shared.domain.rules.free_text.vocabulary import Vocabulary
from shared.rulebook.reader import Reader

SIGN = " = "
GAP, GAP_WORDS = "..", 3  # GAP in a phrase stands for up to GAP_WORDS other words
PARTS = re.compile(r"\.\.|@[a-z-]+|[a-z0-9]+\*?(?: [a-z0-9]+\*?)*")
NAME = re.compile(r"[a-z-]+")


@dataclass(frozen=True, slots=True)
class Trained:
    """The result of training the free-text search.

    known: correctly spelled words, which the search does not correct.
    rows: feature -> its weights as text, one for each kind, in the order of the kinds.
    always: one weight per kind, added to every score of that kind.
    """

    known: frozenset[str]
    rows: Mapping[str, str]
    always: tuple[float, ...]


def read_trained(reader: Reader) -> Trained:
    """Leaves the numbers in the rows as text. Raises RulebookError."""
    reader.text("made_from")
    known = frozenset(reader.text("known").split())
    always = tuple(map(float, reader.text("always").split()))
    try:
        rows = dict(line.split(SIGN, 1) for line in reader.text("rows").splitlines())
    except ValueError:
        raise reader.error(f"rows: a line is not a feature{SIGN}its weights") from None
    reader.done()
    return Trained(known, rows, always)


def check_rows(rows: Mapping[str, str], kinds: int) -> None:
    """Raises ValueError if a row does not have exactly one finite number for each kind."""
    for feature, numbers in rows.items():
        if len(numbers.split()) != kinds or not all(map(math.isfinite, map(float, numbers.split()))):
            raise ValueError(f"{feature!r} needs {kinds} numbers")


def read_matcher(reader: Reader, trained: Trained) -> Matcher:
    return _WordsReader(reader, trained).matcher()


class _WordsReader:
    def __init__(self, reader: Reader, trained: Trained) -> None:
        self.reader = reader
        self.trained = trained
        self.vocabulary = Vocabulary(_spelling(reader.table("spelling")), trained.known)
        self.groups: frozenset[str] = frozenset()
        self.frames: frozenset[str] = frozenset()

    def matcher(self) -> Matcher:
        reader = self.reader
        self.frames = self._terms("frames")
        self.groups = self._terms("groups")
        if self.frames & self.groups:
            raise reader.error(f"{', '.join(sorted(self.frames & self.groups))}: both a group and a frame")
        denials = self._denials(reader.table("denial"))
        decision = reader.table("decision")
        alone, with_phrase = (float(decision.text(key)) for key in ("alone", "with_phrase"))
        decision.done()
        kinds = tuple(self._kind(name, table) for name, table in reader.named("kinds"))
        if len(kinds) != len(self.trained.always):
            raise reader.error(f"there are {len(kinds)} kinds, but weights for {len(self.trained.always)}: train again")
        topics = self._topics(reader.table("topics"))
        reader.done()
        weights = Weights(self.trained.rows, self.trained.always, alone, with_phrase)
        return Matcher(self.vocabulary, denials, self.frames, kinds, topics, weights)

    def _terms(self, table: str) -> frozenset[str]:
        reader = self.reader.table(table)
        names = reader.keys()
        for name in sorted(names):
            if not NAME.fullmatch(name):
                raise reader.error(f"{name}: write a name of lower-case letters and hyphens")
            for term in entries(reader, name):
                self._add(reader, name, term)
        return names

    def _add(self, reader: Reader, name: str, term: str) -> None:
        try:
            self.vocabulary.add(name, term)
        except ValueError as error:
            raise reader.error(f"{name.lstrip('=')}: {error}") from None

    def _denials(self, reader: Reader) -> Denials:
        for term in entries(reader, "terms"):
            self._add(reader, DENIAL, term)
        denials = Denials(frozenset(entries(reader, "not_before")), frozenset(entries(reader, "ends")))
        reader.done()
        return denials

    def _kind(self, name: str, table: object) -> Kind:
        reader = Reader(table, f"{self.reader.where}.kinds.{name}")
        phrases: dict[str, list[Phrase]] = {}
        for written in entries(reader, "phrases"):
            phrase = self._phrase(reader, written)
            phrases.setdefault(phrase[0][0], []).append(phrase)
        unless = tuple(
            self._known(reader, "unless", frozenset(frames.split(" + ")), self.frames)
            for frames in entries(reader, "unless")
        )
        reader.done()
        return Kind(name, phrases, unless)

    def _phrase(self, reader: Reader, written: str) -> Phrase:
        parts = PARTS.findall(written)
        if " ".join(parts) != written or GAP in (parts[0], parts[-1]):
            raise reader.error(f"phrases: {written!r} is not words, @groups and {GAP}")
        phrase: list[tuple[str, int]] = []
        gap = 0
        for part in parts:
            if part == GAP:
                gap = GAP_WORDS
                continue
            if part.startswith("@"):
                self._known(reader, "phrases", frozenset({part[1:]}), self.groups)
            else:
                self._add(reader, f"={part}", part)
            phrase.append((part[1:] if part.startswith("@") else f"={part}", gap))
            gap = 0
        return Phrase(phrase)

    def _topics(self, reader: Reader) -> dict[str, frozenset[str]]:
        return {topic: self._names(reader, topic, self.groups) for topic in sorted(reader.keys())}

    def _names(self, reader: Reader, key: str, known: frozenset[str]) -> frozenset[str]:
        return self._known(reader, key, frozenset(entries(reader, key)), known)

    def _known(self, reader: Reader, key: str, names: frozenset[str], known: frozenset[str]) -> frozenset[str]:
        if names - known:
            raise reader.error(f"{key}: unknown name {', '.join(map(repr, sorted(names - known)))}")
        return names


def entries(reader: Reader, key: str) -> tuple[str, ...]:
    text = reader.text(key)
    if text != text.lower() or not text.isascii():
        raise reader.error(f"{key}: write it in lower case, without accents")
    found = [" ".join(entry.split()) for entry in text.split(",")]
    if not all(found):
        raise reader.error(f"{key}: an entry is empty")
    if len(set(found)) < len(found):
        raise reader.error(f"{key}: {next(entry for entry in found if found.count(entry) > 1)!r} is listed twice")
    return tuple(found)


def _spelling(reader: Reader) -> Spelling:
    same = _pairs(reader, "same")
    joined: dict[tuple[str, str], str] = {}
    for written, meant in _pairs(reader, "joined").items():
        first, _, second = written.partition(" ")
        joined[first, second] = meant
    spelling = Spelling(frozenset(entries(reader, "fillers")), same, joined)
    reader.done()
    return spelling


def _pairs(reader: Reader, key: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for entry in entries(reader, key):
        written, _, meant = entry.partition(" = ")
        if not meant or " " in meant:
            raise reader.error(f"{key}: {entry!r} is not: written = meant")
        pairs[written] = meant
    return pairs
