"""Writes conditions in plain words, for the physician's sheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from dev.sheet_markup import code, text
from shared.domain.rules.condition import (
    AllOf,
    Answered,
    AnyOf,
    AtLeastAmong,
    Between,
    Condition,
    Defined,
    Every,
    FromDoor,
    Mentions,
    NoneOf,
    NoneWithOthers,
    Not,
    Scores,
    Some,
)
from shared.domain.rules.questionnaire import Question


class ConditionWords:
    """Writes conditions in plain words. `questions` maps question codes to questions."""

    def __init__(self, questions: Mapping[str, Question]) -> None:
        self.questions = questions

    def words(self, condition: Condition) -> str:
        """Returns a condition in plain words, with a line for each part of the outermost 'and' or 'or'."""
        if isinstance(condition, Every):
            return "<br>**and** ".join(self._part(part) for part in condition.conditions)
        if isinstance(condition, Some) and condition.at_least == 1:
            return "<br>**or** ".join(self._part(part) for part in condition.conditions)
        return self._part(condition)

    def _part(self, condition: Condition) -> str:
        match condition:
            case Every(conditions):
                return "(" + " **and** ".join(map(self._part, conditions)) + ")"
            case Some(conditions, 1):
                return "(" + " **or** ".join(map(self._part, conditions)) + ")"
            case Some(conditions, at_least):
                return f"at least {at_least} of: (" + "; ".join(map(self._part, conditions)) + ")"
            case Not(part):
                return f"**not** {self._part(part)}"
            case Defined(name, _):
                return code(name)
            case Scores(score, at_least):
                return f"the score {score.name} is at least {at_least}"
            case FromDoor(doors):
                return f"the door is {' or '.join(map(code, sorted(doors)))}"
            case NoneWithOthers():
                return "on some question 'none' is ticked together with another option"
            case _:
                return self._about_question(condition)

    def _about_question(self, condition: Condition) -> str:
        match condition:
            case AnyOf(question, ticked):
                return (
                    f"{code(question)} {self._options(question, ticked, ('is', 'is one of:'), ('has', 'has any of:'))}"
                )
            case AllOf(question, ticked):
                return (
                    f"{code(question)} {self._options(question, ticked, ('is', 'is all of:'), ('has', 'has all of:'))}"
                )
            case NoneOf(question, ticked):
                verbs = ("is not", "is none of:"), ("has not", "has none of:")
                return f"{code(question)} {self._options(question, ticked, *verbs)}"
            case AtLeastAmong(question, ticked, at_least):
                several = (f"has at least {at_least} of:",) * 2
                return f"{code(question)} {self._options(question, ticked, several, several)}"
            case Between(question, at_least, at_most):
                return f"{code(question)} is {bounds(at_least, at_most)}"
            case Answered(question, answered):
                return f"{code(question)} is {'answered' if answered else 'not answered'}"
            case Mentions(question, kind, _):
                return f"the text of {code(question)} mentions {code(kind)}"
            case _:
                raise TypeError(type(condition).__name__)

    def _options(self, asked: str, ticked: frozenset[str], one: tuple[str, str], many: tuple[str, str]) -> str:
        """Returns a verb and the texts of the options.

        one, many: verbs before one and before several options, for a single-choice and a multiple-choice question
        """
        question = self.questions[asked]
        wording = [f"{code(o.code)} “{text(o.label)}”" for o in question.options if o.code in ticked]
        verbs = one if question.type == "choice-one" else many
        return f"{verbs[len(wording) > 1]} {'; '.join(wording)}"


def bounds(at_least: int | None, at_most: int | None) -> str:
    if at_least is None:
        return f"at most {at_most}"
    if at_most is None:
        return f"at least {at_least}"
    return f"from {at_least} to {at_most}"


def parts(condition: Condition) -> Iterator[Condition]:
    yield condition
    match condition:
        case Every(conditions) | Some(conditions, _):
            inside: Iterable[Condition] = conditions
        case Not(part) | Defined(_, part):
            inside = (part,)
        case Scores(score, _):
            inside = (part for _, part in score.items)
        case _:
            inside = ()
    for part in inside:
        yield from parts(part)
