"""Defines the conditions that questions and rules may use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

FORM, CALLBACK, ADS = "form", "callback", "ads"
DOORS = frozenset({FORM, CALLBACK, ADS})
NOTHING: frozenset[str] = frozenset()


class Facts:
    """The answers, prepared for evaluating conditions.

    Answers to hidden questions are dropped, except the options in `keep_when_hidden`.
    A skipped question counts as answered with its option `missing_counts_as`, if it has one.
    chosen: question code -> codes of the chosen options.
    door: how the answers arrived, one of DOORS.
    none_with_others: whether 'none' was ticked together with another option, and so was dropped.
    """

    __slots__ = ("_mentioned", "chosen", "door", "none_with_others", "numbers", "texts")

    def __init__(self, door: str = FORM) -> None:
        self.chosen: dict[str, frozenset[str]] = {}
        self.numbers: dict[str, int] = {}
        self.texts: dict[str, str] = {}
        self.none_with_others = False
        self.door = door
        self._mentioned: dict[str, frozenset[str]] = {}

    @property
    def options(self) -> frozenset[tuple[str, str]]:
        return frozenset({(question, option) for question, chosen in self.chosen.items() for option in chosen})

    def answered(self, question: str) -> bool:
        return question in self.chosen or question in self.numbers or question in self.texts

    def mentioned(self, question: str, free_text: FreeTextSearch) -> frozenset[str]:
        if question not in self.texts:
            return NOTHING
        if question not in self._mentioned:
            self._mentioned[question] = free_text.kinds_in(self.texts[question])
        return self._mentioned[question]


class FreeTextSearch(Protocol):
    """Finds the kinds of things that a text mentions, such as `self-harm`."""

    def kinds_in(self, text: str, /) -> frozenset[str]: ...


class Condition(Protocol):
    """A condition of a question or rule.

    Conditions with fields are named tuples, because dataclasses take three times as long to import.
    Never compare conditions, because named tuples of different classes can be equal.
    """

    def holds(self, facts: Facts, /) -> bool: ...


class AnyOf(NamedTuple):
    question: str
    options: frozenset[str]

    def holds(self, facts: Facts) -> bool:
        question, chosen = self.question, facts.chosen
        return question in chosen and not self.options.isdisjoint(chosen[question])


class AllOf(NamedTuple):
    question: str
    options: frozenset[str]

    def holds(self, facts: Facts) -> bool:
        return self.options <= facts.chosen.get(self.question, NOTHING)


class NoneOf(NamedTuple):
    question: str
    options: frozenset[str]

    def holds(self, facts: Facts) -> bool:
        return self.options.isdisjoint(facts.chosen.get(self.question, NOTHING))


class AtLeastAmong(NamedTuple):
    question: str
    options: frozenset[str]
    at_least: int

    def holds(self, facts: Facts) -> bool:
        return len(self.options & facts.chosen.get(self.question, NOTHING)) >= self.at_least


class Between(NamedTuple):
    question: str
    at_least: int | None
    at_most: int | None

    def holds(self, facts: Facts) -> bool:
        number = facts.numbers.get(self.question)
        if number is None:
            return False
        return (self.at_least is None or number >= self.at_least) and (self.at_most is None or number <= self.at_most)


class Answered(NamedTuple):
    question: str
    answered: bool

    def holds(self, facts: Facts) -> bool:
        return facts.answered(self.question) is self.answered


class Mentions(NamedTuple):
    question: str
    kind: str
    free_text: FreeTextSearch

    def holds(self, facts: Facts) -> bool:
        return self.kind in facts.mentioned(self.question, self.free_text)


@dataclass(frozen=True, slots=True)
class NoneWithOthers:
    def holds(self, facts: Facts) -> bool:
        return facts.none_with_others


class FromDoor(NamedTuple):
    """A condition on how the answers arrived, because forms and ads ask different questions."""

    doors: frozenset[str]

    def holds(self, facts: Facts) -> bool:
        return facts.door in self.doors


class Every(NamedTuple):
    conditions: tuple[Condition, ...]

    def holds(self, facts: Facts) -> bool:
        for condition in self.conditions:  # noqa: SIM110  (`all` with a generator takes twice as long)
            if not condition.holds(facts):
                return False
        return True


class Some(NamedTuple):
    conditions: tuple[Condition, ...]
    at_least: int = 1

    def holds(self, facts: Facts) -> bool:
        missing = self.at_least
        for condition in self.conditions:
            if condition.holds(facts):
                missing -= 1
                if missing <= 0:
                    return True
        return False


class Not(NamedTuple):
    condition: Condition

    def holds(self, facts: Facts) -> bool:
        return not self.condition.holds(facts)


class Defined(NamedTuple):
    name: str
    condition: Condition

    def holds(self, facts: Facts) -> bool:
        return self.condition.holds(facts)


class Score(NamedTuple):
    """A clinical score, which is the sum of the points of all items whose condition holds."""

    name: str
    text: str
    items: tuple[tuple[int, Condition], ...]

    def of(self, facts: Facts) -> int:
        return sum(points for points, condition in self.items if condition.holds(facts))


class Scores(NamedTuple):
    score: Score
    at_least: int

    def holds(self, facts: Facts) -> bool:
        return self.score.of(facts) >= self.at_least


def questions_of(condition: Condition) -> frozenset[str]:
    match condition:
        case AnyOf() | AllOf() | NoneOf() | AtLeastAmong() | Between() | Answered() | Mentions():
            return frozenset({condition.question})
        case Every() | Some():
            return NOTHING.union(*(questions_of(part) for part in condition.conditions))
        case Not() | Defined():
            return questions_of(condition.condition)
        case Scores():
            return NOTHING.union(*(questions_of(part) for _, part in condition.score.items))
        case _:
            return NOTHING


def options_of(condition: Condition) -> frozenset[tuple[str, str]]:
    """Returns pairs of question code and option code that can help a condition to hold.

    Ignores scores and negated conditions.
    """
    match condition:
        case AnyOf() | AllOf() | AtLeastAmong():
            return frozenset((condition.question, option) for option in condition.options)
        case Every() | Some():
            return frozenset[tuple[str, str]]().union(*(options_of(part) for part in condition.conditions))
        case Defined():
            return options_of(condition.condition)
        case _:
            return frozenset()


def options_needed(condition: Condition) -> frozenset[tuple[str, str]] | None:
    """Returns pairs of question code and option code, of which the condition requires at least one.

    Returns None if no such pairs are known.
    """
    match condition:
        case AnyOf() | AllOf() | AtLeastAmong():
            return options_of(condition) or None
        case Defined():
            return options_needed(condition.condition)
        case Every():
            needs = (options_needed(part) for part in condition.conditions)
            return next((options for options in needs if options is not None), None)
        case Some():
            parts = [options_needed(part) for part in condition.conditions]
            known = [options for options in parts if options is not None]
            return frozenset[tuple[str, str]]().union(*known) if len(known) == len(parts) else None
        case _:
            return None
