"""A long check: pieces of work that depend only on the seed, so that each can be run again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

Histogram = dict[int, int]  # value -> how often it occurred


@dataclass(frozen=True, slots=True)
class Piece:
    """Units `first` to `first + count - 1`. What a unit does depends only on `seed` and its number."""

    seed: int
    first: int
    count: int


@dataclass(slots=True)
class Found:
    """What a piece found. `violations`: sentences, each with what shows it again; none is what is hoped for.

    `notes`: what is worth reading and no violation. `counts` and `histograms` are added up over the pieces; a
    histogram's name says its unit, as in "alert delay, s".
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
    """`name`: as in ONLY=name. `promise`: what 0 violations show. `amount`: how many `unit`s, in pieces of `piece`.

    `run`: a function of a module, since other processes call it by its name. A piece takes some ten seconds at most, or
    stopping would make somebody wait. `takes`: milliseconds of a core for each unit, roughly, for
    the estimate of the whole. `alone`: a piece needs the machine for itself. `summary`: lines for the terminal.
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
