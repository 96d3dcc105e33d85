"""Decides what a text mentions, by a clinician's phrases and by trained weights."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from shared.domain.rules.free_text.reading import Denials, Phrase, Sentence, read
from shared.domain.rules.free_text.vocabulary import Vocabulary

NEAR = 7  # the most words between the starts of two terms that form a pair
# The first letters of a word form a feature, which words with the same stem share.
BEGINNING = 5
BEGINS, TWO = "begins", "two"
# A kind without a phrase in the text counts only if its score is close to the highest score. Otherwise, the search
# would mistake one symptom for another.
CLOSE = 1.5


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing that a text can mention, such as self-harm.

    phrases: name of a term -> the phrases that begin with the term.
    unless: sets of frames, which `Matcher` explains. A sentence with all frames of a set does not count.
    """

    name: str
    phrases: Mapping[str, list[Phrase]]
    unless: tuple[frozenset[str], ...]
    phrase_feature: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "phrase_feature", f"phrase {self.name}")

    def is_said_in(self, sentence: Sentence) -> bool:
        return not any(frames <= sentence.names for frames in self.unless) and sentence.says(self.phrases)


@dataclass(frozen=True, slots=True)
class Weights:
    """The trained weights.

    of: feature -> one weight per kind, as text that is parsed on use.
    always: one weight per kind, added to each of its scores.
    alone: the score that a kind needs without a phrase in the text.
    with_phrase: the score that a kind needs with a phrase in the text.
    """

    of: Mapping[str, str]
    always: tuple[float, ...]
    alone: float
    with_phrase: float

    def scores(self, features: frozenset[str]) -> list[float]:
        """Returns one score per kind. At 0, the kind and a harmless text are equally likely."""
        known = [map(float, self.of[feature].split()) for feature in features if feature in self.of]
        if not known:
            return list(self.always)
        length = math.sqrt(len(known))
        return [
            always + sum(column) / length for always, column in zip(self.always, zip(*known, strict=True), strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Matcher:
    """Finds the kinds of symptoms and the topics that a free text mentions.

    kinds: kinds of symptoms, in the order of the weights in `Weights`.
    topics: topic -> names of term groups. A text with any term of these groups mentions the topic.
    frames: term groups that mark a statement as past, about somebody else or figurative.
    """

    vocabulary: Vocabulary
    denials: Denials
    frames: frozenset[str]
    kinds: tuple[Kind, ...]
    topics: Mapping[str, frozenset[str]]
    weights: Weights

    @property
    def names(self) -> frozenset[str]:
        return frozenset(kind.name for kind in self.kinds) | self.topics.keys()

    def kinds_in(self, text: str) -> frozenset[str]:
        sentences = self.read(text)
        names = frozenset[str]().union(*(sentence.names for sentence in sentences))
        found = {topic for topic, groups in self.topics.items() if groups & names}
        for features in dict.fromkeys(windows(list(map(self.features, sentences)))):
            found.update(self._kinds_with(features))
        return frozenset(found)

    def read(self, text: str) -> list[Sentence]:
        sentences = self.vocabulary.spelling.sentences(text)
        return [read(words, self.vocabulary, self.denials, self.frames) for words in sentences]

    def features(self, sentence: Sentence) -> frozenset[str]:
        phrases = (kind.phrase_feature for kind in self.kinds if kind.is_said_in(sentence))
        return frozenset((*phrases, *_words(sentence), *self._terms(sentence)))

    def _kinds_with(self, features: frozenset[str]) -> Iterator[str]:
        scores = self.weights.scores(features)
        least = max(scores) - CLOSE
        for kind, score in zip(self.kinds, scores, strict=True):
            said = kind.phrase_feature in features
            if score >= self.weights.with_phrase if said else score >= max(self.weights.alone, least):
                yield kind.name

    def _terms(self, sentence: Sentence) -> Iterator[str]:
        hits = [hit for hit in sentence.hits if not hit.name.startswith(("=", "denial"))]
        frames = sorted({hit.name for hit in hits if hit.name in self.frames})
        yield from (f"frame {name}" for name in frames)
        terms = [
            (hit.start, f"no-{hit.name}" if sentence.denied[hit.start] else hit.name)
            for hit in hits
            if hit.name not in self.frames
        ]
        for at, (start, name) in enumerate(terms):
            yield f"group {name}"
            yield from (f"group {name} in {frame}" for frame in frames)
            for other_start, other in terms[at + 1 :]:
                if other_start - start > NEAR:
                    break
                if other != name:
                    first, second = sorted((name, other))
                    yield f"group {first} with {second}"


def windows(sentences: list[frozenset[str]]) -> Iterator[frozenset[str]]:
    """Yields the features of each sentence and of each pair of neighboring sentences.

    In a whole note, harmless sentences would outweigh a warning.
    """
    yield from sentences
    yield from (first | second for first, second in pairwise(sentences))


def _words(sentence: Sentence) -> Iterator[str]:
    words = [f"no-{word}" if denied else word for word, denied in zip(sentence.words, sentence.denied, strict=True)]
    for word in words:
        yield f"word {word}"
        if len(word) > BEGINNING:
            yield f"{BEGINS} {word[:BEGINNING]}"
    for first, second in pairwise(["^", *words, "$"]):
        yield f"{TWO} {first} {second}"
