"""Reads the conditions of rules and questions (docs/rules.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.domain.rules.condition import (
    DOORS,
    AllOf,
    Answered,
    AnyOf,
    AtLeastAmong,
    Between,
    Condition,
    Defined,
    Every,
    FreeTextSearch,
    FromDoor,
    Mentions,
    NoneOf,
    NoneWithOthers,
    Not,
    Score,
    Scores,
    Some,
)
from shared.domain.rules.questionnaire import Question
from shared.rulebook.reader import Reader


class ConditionReader:
    """A reader of conditions, which may refer to the given questions, definitions and scores.

    free_text: None if the questionnaire has no free-text search.
    mentioned: kinds and topics of free text, collected from every condition that was read.
    """

    def __init__(
        self,
        questions: Mapping[str, Question],
        definitions: Mapping[str, Condition] | None = None,
        free_text: FreeTextSearch | None = None,
    ) -> None:
        self.questions = questions
        self.definitions: dict[str, Condition] = dict(definitions or {})
        self.free_text = free_text
        self.mentioned: set[str] = set()
        self.scores: dict[str, Score] = {}

    def define(self, name: str, table: Any, where: str) -> None:
        at = Reader({}, where)
        if name in self.definitions:
            raise at.error(f"the definition {name!r} is defined twice")
        self.definitions[name] = self.condition(table, f"{where}.{name}")

    def every(self, tables: tuple[Any, ...], where: str) -> Condition:
        conditions = tuple(self.condition(table, f"{where}[{n}]") for n, table in enumerate(tables, start=1))
        if not conditions:
            raise Reader({}, where).error("needs at least one condition")
        return conditions[0] if len(conditions) == 1 else Every(conditions)

    def condition(self, table: Any, where: str) -> Condition:
        reader = Reader(table, where)
        if "question" in reader:
            condition = self._about_question(reader)
        elif "door" in reader:
            condition = FromDoor(self._doors(reader))
        else:
            condition = self._combined(reader)
        reader.done()
        return condition

    def _combined(self, reader: Reader) -> Condition:
        for form in reader.keys() & {"all", "any", "of", "not", "is", "score", "none_with_others"}:
            where = f"{reader.where}.{form}"
            match form:
                case "all":
                    return self.every(reader.items("all"), where)
                case "any":
                    return Some(self._several(reader.items("any"), where))
                case "of":
                    parts = self._several(reader.items("of"), where)
                    return Some(parts, self._count(reader, len(parts)))
                case "not":
                    return Not(self.condition(reader.value("not"), where))
                case "is":
                    return self._defined(reader)
                case "score":
                    return self._scored(reader)
                case "none_with_others":
                    if not reader.flag("none_with_others"):
                        raise reader.error("none_with_others can only be true")
                    return NoneWithOthers()
        raise reader.error("not a condition; see docs/rules.md for the forms")

    def _several(self, tables: tuple[Any, ...], where: str) -> tuple[Condition, ...]:
        if len(tables) < 2:  # noqa: PLR2004
            raise Reader({}, where).error("needs at least two conditions")
        return tuple(self.condition(table, f"{where}[{n}]") for n, table in enumerate(tables, start=1))

    def _count(self, reader: Reader, most: int) -> int:
        count = reader.number("at_least")
        if not 1 <= count <= most:
            raise reader.error(f"at_least must be between 1 and {most}")
        return count

    def _defined(self, reader: Reader) -> Condition:
        name = reader.text("is")
        if name not in self.definitions:
            raise reader.error(f"unknown definition {name!r}")
        return Defined(name, self.definitions[name])

    def _scored(self, reader: Reader) -> Condition:
        name = reader.text("score")
        if name not in self.scores:
            raise reader.error(f"unknown score {name!r}")
        score, at_least = self.scores[name], reader.number("at_least")
        if at_least > sum(points for points, _ in score.items if points > 0):
            raise reader.error("can never be true: the score cannot reach that many points")
        return Scores(score, at_least)

    def _doors(self, reader: Reader) -> frozenset[str]:
        doors = frozenset(reader.texts("door"))
        if not doors:
            raise reader.error("door is empty")
        if unknown := sorted(doors - DOORS):
            raise reader.error(f"unknown door {unknown[0]!r}; there are {', '.join(sorted(DOORS))}")
        if doors == DOORS:
            raise reader.error("is always true: it lists every door")
        return doors

    def _about_question(self, reader: Reader) -> Condition:
        code = reader.text("question")
        question = self.questions.get(code)
        if question is None:
            raise reader.error(f"unknown question {code!r}")
        if "answered" in reader:
            return Answered(code, reader.flag("answered"))
        if question.type == "integer":
            return self._between(reader, question)
        if question.type == "text":
            return self._mentions(reader, code)
        for form, kind in (("any_of", AnyOf), ("all_of", AllOf), ("none_of", NoneOf)):
            if form in reader:
                options = self._options(reader, form, question)
                if form == "all_of" and question.type == "choice-one" and len(options) > 1:
                    raise reader.error("can never be true: the question accepts one answer")
                return kind(code, options)
        if "among" not in reader:
            reader.done()  # raises an error that names a misspelled key
        options = self._options(reader, "among", question)
        return AtLeastAmong(code, options, self._count(reader, 1 if question.type == "choice-one" else len(options)))

    def _mentions(self, reader: Reader, code: str) -> Mentions:
        if "mentions" not in reader:
            reader.done()
        mentioned = reader.text("mentions")
        if self.free_text is None:
            raise reader.error(f"free text is not searched: there is no file of words that knows {mentioned!r}")
        self.mentioned.add(mentioned)
        return Mentions(code, mentioned, self.free_text)

    def _between(self, reader: Reader, question: Question) -> Condition:
        low, high = reader.optional_number("at_least"), reader.optional_number("at_most")
        if low is None and high is None:
            reader.done()
            raise reader.error("needs at_least or at_most")
        lowest, highest = question.minimum or 0, question.maximum or 0
        if (low if low is not None else lowest) > (high if high is not None else highest):
            raise reader.error("can never be true")
        for bound in (low, high):
            if bound is not None and not lowest <= bound <= highest:
                raise reader.error(f"{bound} is outside {lowest} to {highest}")
        return Between(question.code, low, high)

    def _options(self, reader: Reader, form: str, question: Question) -> frozenset[str]:
        codes = reader.texts(form)
        if not codes:
            raise reader.error(f"{form} is empty")
        for code in codes:
            if code not in question.option_codes:
                raise reader.error(f"question {question.code!r} has no option {code!r}")
        return frozenset(codes)
