from __future__ import annotations

import re

import pytest

from shared.domain.rules.advice import advice
from shared.rulebook.form_definition import form
from shared.rulebook.loading import load
from shared.rulebook.ui_texts import words
from tests.domain.answer_sets import RULE_SET

RULEBOOK = load()
DEADLINE = "Monday at noon"
REASSURANCE = (
    r"no red flags?", r"low[- ]risk", r"you('re| are| will be)( probably| likely)? (fine|ok|okay|safe|all right)",
    r"nothing serious", r"not serious", r"don'?t worry", r"do not worry", r"no need to (worry|see)", r"harmless",
    r"nothing to worry", r"no danger", r"not dangerous", r"no cause for", r"all clear", r"good news", r"rest assured",
    r"everything (is|looks)", r"you do not (have|need)", r"you don'?t (have|need)", r"no emergency",
    r"not an emergency", r"safe to wait", r"can wait", r"no signs? of", r"(high|proven) success", r"recovery rate",
    r"cures?\b", r"guarantee\w*",
)  # fmt: skip


def text(message_id: str, *, clinic_open: bool = True, calls: bool = True) -> str:
    (shown,) = advice(RULE_SET, (message_id,), clinic_open=clinic_open, calls=calls, deadline=DEADLINE)
    return shown.text


def everything_a_patient_can_read() -> list[str]:
    texts = [
        text(message, clinic_open=clinic_open, calls=calls)
        for message in RULE_SET.messages
        for clinic_open in (True, False)
        for calls in (True, False)
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
        assert text(message.id) == message.text.replace("{deadline}", DEADLINE)


@pytest.mark.parametrize("clinic_open", [True, False])
def test_who_left_no_number_reads_a_text_of_their_own_at_any_hour(clinic_open: bool) -> None:
    own = [message for message in RULE_SET.messages.values() if message.no_number_text]
    assert len(own) > 8
    for message in own:
        shown = text(message.id, clinic_open=clinic_open, calls=False)
        assert shown == (message.no_number_text or "").replace("{deadline}", DEADLINE)


def test_a_closed_clinic_has_texts_of_its_own() -> None:
    closed = [message for message in RULE_SET.messages.values() if message.closed_text]
    assert len(closed) > 4
    for message in closed:
        assert text(message.id, clinic_open=False) == message.closed_text != message.text


def test_a_message_without_other_texts_is_always_the_same() -> None:
    for message in RULE_SET.messages.values():
        if message.closed_text is None and message.no_number_text is None:
            assert text(message.id, clinic_open=False, calls=False) == text(message.id)


def test_the_deadline_is_put_into_the_text() -> None:
    assert (
        text("M-CALLBACK") == "Thank you. We will call you by Monday at noon. We will ask some safety questions first."
    )


@pytest.mark.parametrize("language", ["en", "es"])
def test_emergency_messages_begin_with_911_988_or_the_emergency_room(language: str) -> None:
    rule_set = RULEBOOK.of("fs-intake", language)
    assert rule_set
    comfort = re.compile(r"(You are not alone|Usted no está solo ni sola)\. ")
    for rule in rule_set.safety:
        if rule.floor == "EMERGENCY":
            opening = comfort.sub("", rule_set.messages[rule.message or ""].text).partition(". ")[0]
            assert re.search(r"\b(911|988|emergency room now|sala de emergencias ahora mismo)\b", opening), rule.id
