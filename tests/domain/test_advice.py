"""Tests the advice that a patient reads."""

from __future__ import annotations

import re

import pytest

from shared.domain.rules.advice import advice
from shared.rulebook.form_definition import form
from shared.rulebook.ui_texts import words
from tests.domain.answer_sets import RULE_SET

CALLS = [message.id for message in RULE_SET.messages.values() if message.call]
CLOSED = [message.id for message in RULE_SET.messages.values() if message.closed]
REASSURANCE = (
    r"no red flags?", r"low[- ]risk", r"you('re| are| will be)( probably| likely)? (fine|ok|okay|safe|all right)",
    r"nothing serious", r"not serious", r"don'?t worry", r"do not worry", r"no need to (worry|see)", r"harmless",
    r"nothing to worry", r"no danger", r"not dangerous", r"no cause for", r"all clear", r"good news", r"rest assured",
    r"everything (is|looks)", r"you do not (have|need)", r"you don'?t (have|need)", r"no emergency",
    r"not an emergency", r"safe to wait", r"can wait", r"no signs? of", r"(high|proven) success", r"recovery rate",
    r"cures?\b", r"guarantee\w*",
)  # fmt: skip
PROMISES = r"(nurse|team|we) (will|needs? to) (also |try to )*(call|talk|contact|reach)"


def text(message_id: str, *, clinic_open: bool = True, will_call: bool = True) -> str:
    (shown,) = advice(RULE_SET, (message_id,), clinic_open=clinic_open, will_call=will_call)
    return shown.text


def everything_a_patient_can_read() -> list[str]:
    texts = [
        text(message, clinic_open=clinic_open, will_call=will_call)
        for message in RULE_SET.messages
        for clinic_open in (True, False)
        for will_call in (True, False)
    ]
    return texts + list(words("es")) + words_in(form(RULE_SET, ["en"]))


def words_in(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for part in value.values() for text in words_in(part)]
    if isinstance(value, list):
        return [text for part in value for text in words_in(part)]
    return [value] if isinstance(value, str) else []


def test_patients_never_read_words_of_reassurance() -> None:
    texts = everything_a_patient_can_read()
    assert len(texts) > 200
    for read in texts:
        for pattern in REASSURANCE:
            assert not re.search(rf"\b{pattern}", read, re.IGNORECASE), f"{pattern!r} in {read!r}"


@pytest.mark.parametrize("read", ["You are fine.", "There are no red flags", "a LOW-RISK answer", "Don't worry!"])
def test_the_reassurance_check_finds_reassurance(read: str) -> None:
    assert any(re.search(rf"\b{pattern}", read, re.IGNORECASE) for pattern in REASSURANCE)


def test_while_the_clinic_is_open_a_message_is_shown_word_for_word() -> None:
    for message in RULE_SET.messages.values():
        assert text(message.id) == message.text


@pytest.mark.parametrize("message_id", CLOSED)
def test_when_nobody_can_call_the_closed_sentence_comes_first_and_once(message_id: str) -> None:
    closed = RULE_SET.messages[message_id].closed
    assert closed is not None
    shown = text(message_id, clinic_open=False)
    assert shown.startswith(closed)
    assert shown.count(closed) == 1
    assert sorted(shown.split()) == sorted(RULE_SET.messages[message_id].text.split())


@pytest.mark.parametrize("message_id", CALLS)
def test_no_call_is_promised_where_no_contact_is_stored(message_id: str) -> None:
    message = RULE_SET.messages[message_id]
    assert message.call is not None
    shown = text(message_id, will_call=False)
    assert message.call not in shown
    assert shown.startswith(message.closed or "")


def test_urgent_messages_have_closed_sentences_and_removable_calls() -> None:
    urgent = {rule.message for rule in RULE_SET.safety if rule.floor == "URGENT"}
    assert urgent <= set(CLOSED)
    for message in RULE_SET.messages.values():
        without_call = text(message.id, will_call=False)
        assert not re.search(PROMISES, without_call)


def test_emergency_messages_begin_with_911_988_or_the_emergency_room() -> None:
    for rule in RULE_SET.safety:
        if rule.floor == "EMERGENCY":
            assert rule.message is not None
            assert re.search(r"\b(911|988|emergency room now)\b", text(rule.message).partition(". ")[0])
