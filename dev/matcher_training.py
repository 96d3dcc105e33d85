"""Trains the weights of the free-text matcher: `python -m dev.matcher_training`.

Reads shared/rulebook/*.words.toml and tests/data/phrases.json, and writes the weights beside the words. The method is
logistic regression with one weight per feature and kind of symptom. The same files always give the same weights.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from shared.domain.rules.free_text.matcher import BEGINS, TWO, Matcher, windows
from shared.domain.rules.free_text.sentences import plain
from shared.rulebook.free_text import WEIGHTS, WORDS
from shared.rulebook.loading import FOLDER
from shared.rulebook.reader import Reader
from shared.rulebook.toml_files import table_of
from shared.rulebook.words import SIGN, Trained, read_matcher

PROJECT = Path(__file__).resolve().parent.parent
PHRASES = PROJECT / "tests" / "data" / "phrases.json"
QUESTIONNAIRE = "fs-intake"
HARMLESS = "harmless"
PASSES = 20
# Number of first passes that use every window of a phrase. Later passes use only the window with the highest score for
# the phrase's kind, except for harmless phrases.
WHOLE_NOTES = 3
STEP, DECAY = 0.2, 0.003
SURE = 0.01  # a phrase changes no weight if all its predicted probabilities are off by less
SMALLEST = 0.2  # features with a smaller absolute weight are left out


class Example(NamedTuple):
    """A text that a visitor might write, and the kind of symptom in the text (or HARMLESS)."""

    text: str
    language: str
    kind: str


def examples_in(file: Path) -> list[Example]:
    phrases = json.loads(file.read_text(encoding="utf-8"))["phrases"]
    return [Example(phrase["text"], phrase["language"], phrase["kind"]) for phrase in phrases]


def untrained(words: Path, examples: Iterable[Example]) -> Matcher:
    """Returns a matcher without weights, which regards the words of harmless examples as correctly spelled."""
    harmless = (example.text for example in examples if example.kind == HARMLESS)
    known = frozenset(word for text in harmless for word in re.findall(r"[a-z]+", plain(text)))
    table = table_of(words)
    return read_matcher(Reader(table, words.name), Trained(known, {}, (0.0,) * len(table["kinds"])))


def features_of(matcher: Matcher, text: str) -> list[list[str]]:
    """Returns the sorted features of each window: a sentence, or two adjacent sentences."""
    return [sorted(window) for window in windows(list(map(matcher.features, matcher.read(text))))] or [[]]


def train(matcher: Matcher, examples: Sequence[Example]) -> Trained:
    names = (HARMLESS, *(kind.name for kind in matcher.kinds))
    notes = [
        (parts, names.index(example.kind))
        for parts, example in zip(_common([features_of(matcher, e.text) for e in examples]), examples, strict=True)
    ]
    learner = _Learner(len(names))
    order = list(range(len(notes)))
    shuffle = random.Random(7).shuffle  # noqa: S311  the order of learning, always the same
    for turn in range(PASSES):
        shuffle(order)
        for at in order:
            parts, kind = notes[at]
            if kind and turn >= WHOLE_NOTES:
                parts = [max(parts, key=lambda part: learner.score(part, kind))]
            for part in parts:
                learner.learn(part, kind, weight=1 / len(parts) if kind else 1)
    return learner.trained(matcher.vocabulary.known)


def _common(notes: list[list[list[str]]]) -> list[list[list[str]]]:
    """Leaves out word beginnings and word pairs that occur in only one text."""
    counts = Counter(feature for parts in notes for feature in {feature for part in parts for feature in part})
    rare = {feature for feature, count in counts.items() if count == 1 and feature.startswith((BEGINS, TWO))}
    return [[[feature for feature in part if feature not in rare] for part in parts] for parts in notes]


class _Learner:
    """Logistic regression with a step size per weight (AdaGrad). Class 0 is harmless."""

    def __init__(self, classes: int) -> None:
        self.classes = range(classes)
        self.rows: dict[str, list[float]] = {}
        self.squares: dict[str, list[float]] = {}
        self.always = [0.0] * classes

    def sums(self, features: list[str]) -> list[float]:
        rows = [self.rows[feature] for feature in features if feature in self.rows]
        length = math.sqrt(len(rows) or 1)
        return [self.always[c] + sum(row[c] for row in rows) / length for c in self.classes]

    def score(self, features: list[str], kind: int) -> float:
        sums = self.sums(features)
        return sums[kind] - sums[0]

    def learn(self, features: list[str], kind: int, *, weight: float) -> None:
        for feature in features:
            if feature not in self.rows:
                self.rows[feature] = [0.0] * len(self.classes)
                self.squares[feature] = [0.01] * len(self.classes)
        sums = self.sums(features)
        powers = [math.exp(value - max(sums)) for value in sums]
        errors = [(power / sum(powers) - (c == kind)) * weight for c, power in enumerate(powers)]
        if max(map(abs, errors)) < SURE:
            return
        length = math.sqrt(len(features) or 1)
        for c in self.classes:
            self.always[c] -= 0.02 * errors[c]
        for feature in features:
            row, squares = self.rows[feature], self.squares[feature]
            for c in self.classes:
                slope = errors[c] / length + DECAY * row[c]
                squares[c] += slope * slope
                row[c] -= STEP * slope / math.sqrt(squares[c])

    def trained(self, known: frozenset[str]) -> Trained:
        """Returns the rounded weights, relative to class 0, without features below SMALLEST."""
        rows = {}
        for feature, row in sorted(self.rows.items()):
            relative = [round(weight - row[0], 1) for weight in row[1:]]
            if max(map(abs, relative)) >= SMALLEST:
                rows[feature] = _numbers(relative)
        return Trained(known, rows, tuple(round(weight - self.always[0], 1) for weight in self.always[1:]))


def trained_matcher(words: Path, examples: Sequence[Example]) -> Matcher:
    trained = train(untrained(words, examples), examples)
    return read_matcher(Reader(table_of(words), words.name), trained)


def made_from(words: Path, phrases: Path) -> str:
    """Returns a hash of the two input files, which the weights file contains."""
    return hashlib.sha256(b"\0".join((words.read_bytes(), phrases.read_bytes()))).hexdigest()


def written(trained: Trained, origin: str) -> str:
    rows = "\n".join(f"{feature}{SIGN}{row}" for feature, row in trained.rows.items())
    return (
        "# Trained by `python -m dev.matcher_training`: do not edit. `python -m dev.rulebook` lists the strongest.\n"
        "# Each row: what a text has, and how much it speaks for each kind (in the order of the kinds) rather than\n"
        "# for a harmless text. The score of a kind is `always`, and the sum of the rows divided by the square root\n"
        f'# of their number.\nmade_from = "{origin}"  # pragma: allowlist secret\n'
        f'always = "{_numbers(trained.always)}"\n'
        f'known = """\n{_wrapped(sorted(trained.known))}"""\nrows = """\n{rows}"""\n'
    )


def _numbers(row: Iterable[float]) -> str:
    return " ".join(f"{number:g}" for number in row)


def _wrapped(words: list[str]) -> str:
    return "\n".join(" ".join(words[at : at + 15]) for at in range(0, len(words), 15))


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m dev.matcher_training", description=(__doc__ or "").partition("\n")[0]
    )
    parser.parse_args()
    started = time.monotonic()
    words, weights = FOLDER / f"{QUESTIONNAIRE}{WORDS}", FOLDER / f"{QUESTIONNAIRE}{WEIGHTS}"
    examples = examples_in(PHRASES)
    trained = train(untrained(words, examples), examples)
    weights.write_text(written(trained, made_from(words, PHRASES)), encoding="utf-8")
    print(f"{weights.name}: {len(trained.rows):,} weights from {len(examples):,} phrases, {_seconds(started)}")
    print("Now: python -m dev.phrases")
    return 0


def _seconds(started: float) -> str:
    return f"{time.monotonic() - started:.0f} s"


if __name__ == "__main__":
    sys.exit(main())
