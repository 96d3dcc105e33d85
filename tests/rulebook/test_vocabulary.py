"""Tests that docs/rules.md has a valid example of every kind of condition."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from shared.domain.rules import condition
from shared.domain.rules.condition import Condition
from shared.rulebook.conditions import ConditionReader
from shared.rulebook.free_text import free_text_of
from shared.rulebook.loading import FOLDER
from shared.rulebook.reader import RulebookError
from tests.domain.answer_sets import RULE_SET

RULES = (Path(__file__).parents[2] / "docs" / "rules.md").read_text()
EXAMPLES = re.findall(r"^\| `(\{.+?\})` \|", RULES, re.MULTILINE)
INNER = (
    '{ question = "fn", any_of = ["lot"] }, { question = "pain", at_least = 9 }, { question = "age", answered = true }'
)
NOT_READ = {"Condition", "Facts", "Score"}


def read(example: str) -> Condition:
    questions = RULE_SET.questionnaire.questions
    reader = ConditionReader(questions, RULE_SET.definitions, free_text_of(FOLDER, "fs-intake"))
    reader.scores["sugioka"] = condition.Score("sugioka", "", ((7, condition.Every(())),))
    full = example.replace("[ ... ]", f"[{INNER}]").replace("{ ... }", INNER.partition("}, ")[0] + "}")
    return reader.condition(tomllib.loads(f"when = {full}")["when"], "docs/rules.md")


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_can_be_read(example: str) -> None:
    assert read(example)


def test_every_kind_of_condition_has_an_example() -> None:
    kinds = {name for name, kind in vars(condition).items() if isinstance(kind, type) and hasattr(kind, "holds")}
    shown = {type(read(example)).__name__ for example in EXAMPLES}
    assert shown == kinds - NOT_READ


def test_nothing_else_is_a_condition() -> None:
    with pytest.raises(RulebookError, match=r"not a condition; see docs/rules\.md"):
        read('{ python = "age > 7" }')
