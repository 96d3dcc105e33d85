"""Tests that texts for patients have a reading grade of 6 or less."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from shared.rulebook.loading import load
from shared.rulebook.ui_texts import words

HARDEST = 6.0
FEWEST_WORDS = 5
SILENT = re.compile(r"(?:[^laeiouy]es|ed|[^laeiouy]e)$")
# Names of conditions and medicines count as the word "it".
NAMES = re.compile(
    r"\b(cauda equina syndrome|foraminal stenosis|spinal stenosis|degenerative disc disease|spondylolisthesis"
    r"|ankylosing spondylitis|osteoporosis|scoliosis|diabetes|antibiotics|prednisone|warfarin|eliquis|xarelto"
    r"|plavix)\b",
    re.IGNORECASE,
)


def syllables(word: str) -> int:
    """Counts a word's groups of vowels, without a silent ending."""
    word = re.sub(r"[^a-z]", "", word.lower())
    if len(word) <= 3:
        return 1
    return max(1, len(re.findall(r"[aeiouy]+", SILENT.sub("", word))))


def words_of(text: str) -> list[str]:
    return re.findall(r"[A-Za-z][A-Za-z'-]*", text)


def grade(text: str) -> float:
    sentences = max(1, len(re.findall(r"[.?!](?:\s|\)|$)", text)))
    found = words_of(text)
    return 0.39 * len(found) / sentences + 11.8 * sum(map(syllables, found)) / len(found) - 15.59


def sentences_of(text: str) -> list[str]:
    """Returns the sentences that are long enough to measure. A colon does not end a sentence."""
    measured = NAMES.sub("it", text)
    return [s for s in re.split(r"(?<=[.?!])\s+|\n", measured) if len(words_of(s)) >= FEWEST_WORDS]


def read_by_patients() -> Iterator[tuple[str, str]]:
    """Yields (place, text) for each hint, option and message."""
    rule_set = load().rule_sets["fs-intake"]
    for question in rule_set.questionnaire.questions.values():
        yield f"{question.code} hint", question.hint
        for option in question.options:
            yield f"{question.code}.{option.code}", option.label
            yield f"{question.code}.{option.code} for somebody else", option.label_other
    for message in rule_set.messages.values():
        yield message.id, message.text
        yield f"{message.id} closed", message.closed_text or ""
        yield f"{message.id} without a number", message.no_number_text or ""


SENTENCES = [(place, sentence) for place, text in read_by_patients() for sentence in sentences_of(text)]
QUESTIONS = load().rule_sets["fs-intake"].questionnaire.questions


def test_the_measure_agrees_with_known_grades() -> None:
    assert grade("The cat sat on the mat.") < 1
    assert 7 < grade("The Australian platypus is seemingly a hybrid of a mammal and reptilian creature.") < 14


def test_names_are_excepted_and_short_texts_are_not_measured() -> None:
    assert sentences_of("None of these. Weak bones (osteoporosis). I was told it was cauda equina syndrome.") == [
        "I was told it was it.",
    ]


@pytest.mark.parametrize("code", sorted(QUESTIONS))
def test_every_question_reads_at_sixth_grade_or_below(code: str) -> None:
    for text in filter(None, (QUESTIONS[code].text, QUESTIONS[code].text_other)):
        assert grade(text) <= HARDEST, round(grade(text), 1)


def test_every_sentence_of_options_hints_and_messages_reads_at_sixth_grade_or_below() -> None:
    assert len(SENTENCES) > 150
    hard = [(place, round(grade(sentence), 1), sentence) for place, sentence in SENTENCES if grade(sentence) > HARDEST]
    assert hard == []


def test_e_mail_has_one_spelling() -> None:
    assert [text for text in words("es") if re.search(r"\bemail\b", text, re.IGNORECASE)] == []
