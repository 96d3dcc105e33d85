from __future__ import annotations

from pathlib import Path

import pytest

from shared.domain.leads.lead_view import ShownAnswer, shown_answers
from shared.domain.rules.triage import triage
from shared.rulebook.reader import RulebookError
from shared.rulebook.retired import retired_wording
from tests.domain.answer_sets import HEALTHY, RULE_SET


def test_no_code_has_two_wordings() -> None:
    current = {question.code: question.text for question in RULE_SET.questionnaire.questions.values()}
    for question in RULE_SET.questionnaire.questions.values():
        current |= {f"{question.code}.{option.code}": option.label for option in question.options}
    wording = retired_wording("fs-intake")
    assert wording
    assert {code: text for code, text in wording.items() if current.get(code, text) != text} == {}


def test_an_unknown_questionnaire_has_no_list() -> None:
    assert retired_wording("knee-intake") == {}


def test_an_empty_wording_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "retired.toml"
    file.write_text('[fs-intake]\n"toe.left" = " "\n')
    with pytest.raises(RulebookError, match=r"toe.left is empty"):
        retired_wording("fs-intake", file)


def test_a_dropped_option_is_shown_in_words_and_as_a_warning_sign() -> None:
    answers = HEALTHY | {"em-now": ["none", "hiccups"], "toe": "left", "old": ["x"]}
    words = {"em-now.hiccups": "Hiccups", "toe": "Which toe?", "toe.left": "The left one"}
    shown = {entry.question: entry for entry in shown_answers(answers, triage(RULE_SET, HEALTHY), RULE_SET, words)}
    assert (shown["em-now"].answer[1], shown["em-now"].positive) == ("Hiccups", True)
    assert (shown["toe"].text, shown["toe"].answer, shown["toe"].positive) == ("Which toe?", ("The left one",), False)
    assert shown["old"] == ShownAnswer("", "old", "", "old", ("x",), ("x",), positive=False)
