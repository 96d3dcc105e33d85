from __future__ import annotations

import pytest

from shared.domain.rules.condition import (
    AllOf,
    Answered,
    AnyOf,
    AtLeastAmong,
    Between,
    Condition,
    Defined,
    Every,
    Facts,
    FromDoor,
    Mentions,
    NoneOf,
    NoneWithOthers,
    Not,
    Score,
    Scores,
    Some,
    questions_of,
)


class Words:
    """Replaces the free-text search, and finds each word of a text. `asked` counts the searches."""

    def __init__(self) -> None:
        self.asked = 0

    def kinds_in(self, text: str) -> frozenset[str]:
        self.asked += 1
        return frozenset(text.lower().split())


FACTS = Facts()
FACTS.chosen["color"] = frozenset({"red", "blue"})
FACTS.numbers["age"] = 40
FACTS.texts["note"] = "my Knee"
YES, NO = Answered("color", True), Answered("color", False)
TWO = Score("two", "Two", ((2, YES), (3, NO)))


def options(*codes: str) -> frozenset[str]:
    return frozenset(codes)


@pytest.mark.parametrize(
    ("holds", "condition"),
    [
        (True, AnyOf("color", options("red", "green"))),
        (False, AnyOf("color", options("green"))),
        (False, AnyOf("shape", options("round"))),
        (True, AllOf("color", options("red", "blue"))),
        (False, AllOf("color", options("red", "green"))),
        (False, AllOf("shape", options("round"))),
        (True, NoneOf("color", options("green"))),
        (False, NoneOf("color", options("green", "red"))),
        (True, NoneOf("shape", options("round"))),
        (True, AtLeastAmong("color", options("red", "blue", "green"), 2)),
        (False, AtLeastAmong("color", options("red", "green"), 2)),
        (True, Between("age", 40, 40)),
        (True, Between("age", None, 41)),
        (False, Between("age", 41, None)),
        (False, Between("age", None, 39)),
        (False, Between("pain", 0, None)),
        (True, YES),
        (False, NO),
        (True, Answered("age", True)),
        (True, Answered("shape", False)),
        (True, Mentions("note", "knee", Words())),
        (False, Mentions("note", "hip", Words())),
        (False, Mentions("other", "knee", Words())),
        (False, NoneWithOthers()),
        (True, FromDoor(options("form", "ads"))),
        (False, FromDoor(options("callback", "ads"))),
        (True, Every(())),
        (True, Every((YES, YES))),
        (False, Every((YES, NO))),
        (True, Some((NO, YES))),
        (False, Some((NO, NO))),
        (True, Some((YES, NO, YES), at_least=2)),
        (False, Some((YES, NO, NO), at_least=2)),
        (True, Not(NO)),
        (False, Not(YES)),
        (True, Defined("sure", YES)),
        (True, Scores(TWO, 2)),
        (False, Scores(TWO, 3)),
    ],
)
def test_each_condition_holds_or_not(holds: bool, condition: Condition) -> None:
    assert condition.holds(FACTS) is holds


def test_none_with_others_holds_if_none_was_ticked_with_others() -> None:
    facts = Facts()
    facts.none_with_others = True
    assert NoneWithOthers().holds(facts)
    assert not NoneWithOthers().holds(Facts())


def test_the_door_decides() -> None:
    assert FromDoor(options("callback", "ads")).holds(Facts("callback"))
    assert not FromDoor(options("form")).holds(Facts("ads"))


def test_which_questions_a_condition_asks_about() -> None:
    condition = Every((Not(Defined("x", AnyOf("a", options("1")))), Some((Between("b", 1, 2), NoneWithOthers()))))
    assert questions_of(condition) == {"a", "b"}
    assert questions_of(Scores(TWO, 1)) == {"color"}


def test_a_text_is_searched_once_however_many_rules_ask() -> None:
    facts, words = Facts(), Words()
    facts.texts["note"] = "my knee"
    assert [Mentions("note", kind, words).holds(facts) for kind in ("knee", "my", "hip")] == [True, True, False]
    assert words.asked == 1
