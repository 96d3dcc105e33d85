"""Tests what the service's words and weights find in free text."""

from __future__ import annotations

import cProfile
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dev.phrases import kinds_in
from shared.domain.rules.free_text.sentences import LONGEST
from shared.rulebook.free_text import free_text_of
from shared.rulebook.loading import FOLDER, load
from shared.rulebook.reader import RulebookError
from tests.rulebook.folder import SECOND, WEIGHTS, WORDS, change, copy_of_rulebook

KINDS_IN = kinds_in()
SIDES = {"self-harm", "bladder-bowel-saddle", "heart-stroke", "cannot-walk", "withdrawal"}
# Seconds for a text of 500 characters. Coverage slows the search down.
SLOWEST = 0.025
HOSTILE = [
    "I want to die ", "dead ", "sucidal, or ", "no ", "leg . ", "\ufdfa", "a", ",", "\u0301", "\U0001f480", "'*'*",
    "no me duele, ni ", "cant cant walk ", "my legs gave out and I can't pee or feel my chest. ", "aab", "pill? ",
]  # fmt: skip


def alarms(text: str) -> set[str]:
    return SIDES & KINDS_IN(text)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("self-harm", "I don't want to live"),
        ("self-harm", "my husband says he'd rather be dead"),
        ("self-harm", "feeling sucidal, thinking about endin it all"),
        ("self-harm", "kms"),
        ("self-harm", "not joking about killing myself"),
        ("self-harm", "Parking was fine. I have had this pain for years. I want to kill myself. Call me after 5."),
        ("self-harm", "mi esposo dice que prefiere estar muerto"),
        ("bladder-bowel-saddle", "no bladder control since Monday"),
        ("bladder-bowel-saddle", "no siento cuando orino"),
        ("bladder-bowel-saddle", "no chest pain, but I can't pee"),
        ("heart-stroke", "my chest hurts and my left arm is numb"),
        ("heart-stroke", "me falta el aire"),
        ("cannot-walk", "can't walk"),
        ("cannot-walk", "no siento las piernas"),
        ("withdrawal", "ran out of my oxycodone and I'm shaking"),
        ("withdrawal", "me quit\u00e9 de golpe, tengo abstinencia"),
    ],
)
def test_a_warning_is_found(kind: str, text: str) -> None:
    assert kind in alarms(text)


@pytest.mark.parametrize(
    "text",
    [
        "heart attack in 2012",
        "tuve un infarto en 2010",
        "no chest pain",
        "denies loss of bladder or bowel control",
        "no tengo dolor de pecho",
        "my father died by suicide",
        "mi hermano se suicid\u00f3 hace a\u00f1os",
        "can't walk more than two blocks",
        "no puedo caminar m\u00e1s de dos cuadras",
        "this pain is killing me",
        "me muero por volver a bailar",
        "hurt myself lifting a couch",
        "I am not suicidal",
        "I stopped taking ibuprofen",
    ],
)
def test_the_harmless_alarms_nobody(text: str) -> None:
    assert alarms(text) == set()


def test_a_topic_is_found_even_if_it_is_denied() -> None:
    assert KINDS_IN("no bladder problems, but a heart attack in 2012") == {"bladder-topic", "heart-topic"}


@pytest.mark.parametrize("unit", HOSTILE)
def test_a_hostile_note_takes_little_time(unit: str) -> None:
    note = (unit * 500)[:500]
    assert fastest(note) < SLOWEST


@pytest.mark.parametrize("unit", HOSTILE)
def test_work_grows_with_the_length_and_not_faster(unit: str) -> None:
    short, long = (unit * 500)[:500], (unit * 500)[:LONGEST]
    assert calls(long) < 6 * calls(short)


def calls(note: str) -> int:
    """Returns the number of function calls, which does not depend on other processes."""
    profile = cProfile.Profile()
    profile.runcall(KINDS_IN, note)
    return sum(entry.callcount for entry in profile.getstats())


def fastest(note: str) -> float:
    times = []
    for _ in range(7):
        started = time.process_time()
        KINDS_IN(note)
        times.append(time.process_time() - started)
    return min(times)


@settings(deadline=None)
@given(st.text(max_size=500))
def test_any_text_can_be_searched(text: str) -> None:
    assert KINDS_IN(text) <= SIDES | {"bladder-topic", "heart-topic"}


def test_the_files_are_parsed_with_the_first_note(tmp_path: Path) -> None:
    change(copy_of_rulebook(tmp_path), WORDS, "[decision]", "[decision]\nmistake = 1")
    rule_set = load(tmp_path, parse_words=False).of("fs-intake")
    assert rule_set is not None
    facts = rule_set.questionnaire.facts({"note": "hello"})
    with pytest.raises(RulebookError, match="unknown key mistake"):
        [rule.when.holds(facts) for rule in rule_set.safety]
    with pytest.raises(RulebookError, match="unknown key mistake"):
        load(tmp_path)


def test_an_edited_file_is_read_again(tmp_path: Path) -> None:
    folder = copy_of_rulebook(tmp_path)
    before = free_text_of(folder, "fs-intake")
    assert before
    assert before.kinds_in("walking") == frozenset()
    change(folder, WORDS, 'heart-topic = "', 'heart-topic = "walk, ')
    after = free_text_of(folder, "fs-intake")
    assert after
    assert after != before
    assert after.kinds_in("walking") == {"heart-topic"}


def test_a_questionnaire_without_words_hears_nothing() -> None:
    assert free_text_of(SECOND, "knee-intake") is None
    assert {path.name for path in FOLDER.glob("*.w*.toml")} == {WORDS, WEIGHTS}


def test_a_cold_start_does_not_load_what_only_a_note_needs() -> None:
    program = (
        "import sys; from shared.rulebook.loading import load; load(parse_words=False); "
        "print([name for name in sys.modules if 'free_text.' in name or name.endswith('rulebook.words')])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=FOLDER.parents[1], capture_output=True, check=True)
    assert done.stdout == b"[]\n"
