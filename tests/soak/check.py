"""Defines a long check, which consists of repeatable pieces of work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

Histogram = dict[int, int]  # value -> how often it occurred


@dataclass(frozen=True, slots=True)
class Piece:
    """Units `first` to `first + count - 1` of a long check. A unit depends only on `seed` and its number."""

    seed: int
    first: int
    count: int


@dataclass(slots=True)
class Found:
    """The result of one or several pieces of a long check.

    violations: sentences, each with how to reproduce the violation
    notes: findings that are not violations
    histograms: name with unit, such as "alert delay, s" -> histogram
    """

    done: int
    violations: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    histograms: dict[str, Histogram] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, other: Found) -> None:
        self.done += other.done
        self.violations += other.violations
        self.notes += other.notes
        self.counts.update(other.counts)
        for name, values in other.histograms.items():
            mine = self.histograms.setdefault(name, {})
            for value, times in values.items():
                mine[value] = mine.get(value, 0) + times


def _no_summary(_: Found) -> list[str]:
    return []


@dataclass(frozen=True, slots=True)
class Check:
    """A long check.

    name: as in ONLY=name
    promise: what is true without violations
    amount: number of units
    unit: word for the units, plural
    piece: units per piece; at most about ten seconds, because Ctrl-C waits for the end of a piece
    run: a top-level function, because pool processes look functions up by name
    takes: approximate CPU milliseconds per unit
    alone: whether a piece must run without other pieces
    summary: returns the lines for the terminal
    """

    name: str
    promise: str
    unit: str
    amount: int
    piece: int
    run: Callable[[Piece], Found]
    takes: float
    alone: bool = False
    summary: Callable[[Found], list[str]] = _no_summary

    def pieces(self, seed: int) -> list[Piece]:
        return [Piece(seed, first, min(self.piece, self.amount - first)) for first in range(0, self.amount, self.piece)]
