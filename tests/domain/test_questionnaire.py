"""Tests which facts are derived from answers, and which answers are invalid."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from shared.domain.intake.filled_form import FilledForm
from tests.domain.answer_sets import HEALTHY, RULE_SET

QUESTIONNAIRE = RULE_SET.questionnaire


@pytest.mark.parametrize(
    ("code", "answer", "detail"),
    [
        ("age", -1, "Enter a number from 0 to 120."),
        ("age", 121, "Enter a number from 0 to 120."),
        ("age", True, "Enter a whole number."),
        ("age", "40", "Enter a whole number."),
        ("pain", 11, "Enter a number from 0 to 10."),
        ("who", ["self"], "Choose one option code."),
        ("who", "nobody", "This option is not on the list."),
        ("ces", "none", "Choose from the list of option codes."),
        ("ces", ["none", "everything"], "This option is not on the list."),
        ("ces", [1], "This option is not on the list."),
        ("note", ["x"], "Enter text."),
        ("note", "x" * 501, "Use 500 characters or fewer."),
        ("shoe-size", 42, "This questionnaire has no such question."),
    ],
)
def test_an_invalid_answer_is_reported_without_its_value(code: str, answer: Any, detail: str) -> None:
    (problem,) = QUESTIONNAIRE.problems({**HEALTHY, code: answer})
    assert (problem.pointer, problem.detail) == (f"/answers/{code}", detail)


@pytest.mark.parametrize(
    "answers",
    [{}, HEALTHY, {"age": 0}, {"age": 120}, {"ces": []}, {"ces": ["none", "unsure"]}, {"note": "x" * 500}],
)
def test_partial_and_contradictory_answers_are_accepted(answers: dict[str, Any]) -> None:
    assert QUESTIONNAIRE.problems(answers) == ()


def test_none_beside_another_option_is_dropped_and_recorded() -> None:
    facts = QUESTIONNAIRE.facts({"ces": ["none", "bowel-loss"]})
    assert facts.chosen["ces"] == {"bowel-loss"}
    assert facts.none_with_others
    assert not QUESTIONNAIRE.facts({"ces": ["none", "none"]}).none_with_others


def test_a_follow_up_that_was_shown_and_skipped_counts_as_unsure() -> None:
    assert QUESTIONNAIRE.facts({"ces": ["bowel-loss"]}).chosen["ces-onset"] == {"unsure"}
    assert QUESTIONNAIRE.facts({"ces": ["bowel-loss"]}, "P4").chosen["ces-onset"] == {"unsure"}
    assert "ces-onset" not in QUESTIONNAIRE.facts({"ces": ["bowel-loss"]}, "P3").chosen
    assert "tx-tried" not in QUESTIONNAIRE.facts({"tx": ["pt"]}).chosen, "nothing after Send counts as skipped"


def test_nothing_after_send_counts_as_skipped() -> None:
    pages = tuple(page._replace(after_send=page.after_send or page.id == "P4") for page in QUESTIONNAIRE.pages)
    later = replace(QUESTIONNAIRE, pages=pages)
    assert "ces-onset" not in later.facts({"ces": ["bowel-loss"]}).chosen
    assert later.facts({"ces": ["bowel-loss"], "ces-onset": "lt2w"}).chosen["ces-onset"] == {"lt2w"}


def test_of_another_version_what_can_be_read_is_read() -> None:
    answers: dict[str, Any] = {
        "age": 40,
        "em-now": ["gone", "chest-pressure"],
        "sys": ["gone"],
        "injury": "gone",
        "gone": "x",
    }
    assert QUESTIONNAIRE.readable(answers) == {"age": 40, "em-now": ["chest-pressure"]}
    assert QUESTIONNAIRE.readable({"age": 400, "note": "x" * 9_000, "pain": "bad", "sys": "fever"}) == {}


def test_the_facts_know_the_door() -> None:
    assert [QUESTIONNAIRE.facts({}, door=door).door for door in ("form", "callback", "ads")] == [
        "form",
        "callback",
        "ads",
    ]
    assert QUESTIONNAIRE.facts({}).door == "form"


def test_an_answer_to_a_follow_up_that_was_not_shown_is_ignored() -> None:
    facts = QUESTIONNAIRE.facts({"ces": ["unsure"], "ces-onset": "lt2w", "tx": ["surgery"], "tx-tried": "lt6w"})
    assert "ces-onset" not in facts.chosen
    assert "tx-tried" not in facts.chosen


def test_a_positive_safety_answer_is_never_dropped() -> None:
    assert QUESTIONNAIRE.facts({"age": 70, "preg": "yes"}).chosen["preg"] == {"yes"}
    assert QUESTIONNAIRE.facts({"preg": "yes"}).chosen["preg"] == {"yes"}
    assert "preg" not in QUESTIONNAIRE.facts({"age": 70, "preg": "unsure"}).chosen
    assert QUESTIONNAIRE.facts({"age": 70, "preg-signs": ["fluid", "none"]}).chosen["preg-signs"] == {"fluid"}
    assert "preg-signs" not in QUESTIONNAIRE.facts({"age": 70, "preg-signs": ["none"]}).chosen


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        (HEALTHY, False),
        (HEALTHY | {"ces": ["sexual-change"]}, True),
        (HEALTHY | {"motor": ["leg-weak"]}, True),
        (HEALTHY | {"cord": ["legs-numb"]}, True),
        (HEALTHY | {"injury": "fall"}, True),
        (HEALTHY | {"injury": "major"}, True),
        (HEALTHY | {"injury": "strain"}, False),
        (HEALTHY | {"ces": ["unsure"], "injury": "unsure"}, False),
    ],
)
def test_whether_a_doctor_checked_is_asked_about_what_one_would_check(answers: dict[str, Any], asked: bool) -> None:
    assert ("checked" in QUESTIONNAIRE.facts(answers).chosen) is asked


@pytest.mark.parametrize(("age", "asked"), [(17, False), (18, True), (55, True), (56, False)])
def test_pregnancy_is_asked_from_18_to_55(age: int, asked: bool) -> None:
    assert ("preg" in QUESTIONNAIRE.facts({"age": age}).chosen) is asked


def test_blank_text_and_empty_lists_are_not_answers() -> None:
    facts = QUESTIONNAIRE.facts({"note": " \n ", "ces": []})
    assert not facts.answered("note")
    assert not facts.answered("ces")


def test_the_questionnaire_is_complete() -> None:
    questions = list(QUESTIONNAIRE.questions.values())
    follow_ups = [question.code for question in questions if question.shown_when]
    always = [question for question in questions if not question.shown_when and question.type != "text"]
    assert [question.code for question in always if not question.required] == [
        *("fn", "dx", "imaging", "tx", "goal", "insurance", "help"),
    ]
    assert [question.code for question in always if question.required] == [
        *("em-now", "age", "who", "region", "injury", "motor", "cord", "ces", "signs", "sys", "spread", "sx"),
        *("pain", "duration", "change", "pattern"),
    ]
    assert follow_ups == [
        *("injury-when", "motor-course", "ces-onset", "checked", "preg", "preg-signs", "proc-when", "tx-tried"),
    ]
    assert [page.id for page in QUESTIONNAIRE.pages if page.after_send] == ["P9"]
    assert QUESTIONNAIRE.page_ids == ("P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8")
    assert [question.code for question in QUESTIONNAIRE.pages[0].questions] == ["em-now"]


def test_questions_about_the_person_have_words_for_somebody_else() -> None:
    own, theirs_never_has = (
        re.compile(rf"\b({words})\b", re.IGNORECASE) for words in ("I|me|my|you|your", "I|me|my|your")
    )
    spoken_to_the_one_who_fills_in = {"em-now", "who", "checked", "note"}
    for question in QUESTIONNAIRE.questions.values():
        if question.code in spoken_to_the_one_who_fills_in:
            continue
        assert question.text_other or not own.search(question.text), question.code
        assert not theirs_never_has.search(question.text_other), question.code
        for option in question.options:
            if option.exclusive or option.code in {"unsure", "no-answer"}:
                continue
            assert option.label_other or not own.search(option.label), (question.code, option.code)
            assert not theirs_never_has.search(option.label_other), (question.code, option.code)


@pytest.mark.parametrize(("step", "kept"), [("P4", False), ("", True)])
def test_a_form_with_pages_leaves_out_a_follow_up_that_a_changed_answer_hides(step: str, kept: bool) -> None:
    fields = {"step": (step,), "answers.age": ("70",), "answers.preg": ("no",)}
    assert ("preg" in FilledForm(fields, QUESTIONNAIRE).answers()) is kept
