"""Tests `python -m dev.phrases`, and the training of the free-text matcher."""

from __future__ import annotations

import itertools
import json
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

from dev import phrases
from dev.matcher_training import HARMLESS, PHRASES, Example, examples_in, made_from, train, untrained, written
from dev.phrases import MUST, SELF_HARM, UNSEEN, Result, alarming, judged, kinds_in
from shared.rulebook.loading import FOLDER
from tests.dev.command import run
from tests.rulebook.folder import WEIGHTS, WORDS

FILES = [PHRASES, UNSEEN]
KINDS = {SELF_HARM, "bladder-bowel-saddle", "heart-stroke", "cannot-walk", "withdrawal", HARMLESS}


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return examples_in(PHRASES)


@pytest.mark.parametrize("file", FILES, ids=[file.name for file in FILES])
def test_the_matcher_catches_what_it_must(file: Path) -> None:
    result = judged(kinds_in(), examples_in(file))
    shares = {kind: round(result.share(kind), 3) for kind in KINDS}
    met = result.meets(MUST)  # a failed assert on `result` would print phrases that developers must not read
    assert met, shares


@pytest.mark.parametrize("file", FILES, ids=[file.name for file in FILES])
def test_the_phrases_cover_every_kind_in_both_languages(file: Path) -> None:
    found = examples_in(file)
    assert {(example.kind, example.language) for example in found} == set(itertools.product(KINDS, ("en", "es")))
    assert len({example.text for example in found}) >= len(found) - 1


def test_no_unseen_phrase_was_trained_on(examples: list[Example]) -> None:
    trained = {" ".join(example.text.lower().split()) for example in examples}
    shared = [e.text for e in examples_in(UNSEEN) if " ".join(e.text.lower().split()) in trained]
    assert len(shared) <= 0.05 * len(examples_in(UNSEEN))  # phrases such as "no chest pain" are too common to avoid


def test_a_third_of_the_phrases_are_harmless(examples: list[Example]) -> None:
    assert len(examples) >= 600
    assert sum(example.kind == HARMLESS for example in examples) >= len(examples) / 3


def test_the_weights_are_made_from_the_words_and_the_phrases() -> None:
    weights = tomllib.loads((FOLDER / WEIGHTS).read_text(encoding="utf-8"))
    assert weights["made_from"] == made_from(FOLDER / WORDS, PHRASES), "run python -m dev.matcher_training"


@pytest.mark.slow
def test_training_again_gives_the_same_weights(examples: list[Example]) -> None:
    trained = train(untrained(FOLDER / WORDS, examples), examples)
    assert written(trained, made_from(FOLDER / WORDS, PHRASES)) == (FOLDER / WEIGHTS).read_text(encoding="utf-8")


def result_of(*found: tuple[str, Sequence[str]]) -> Result:
    result = Result()
    for kind, kinds in found:
        result.add(Example("x", "en", kind), frozenset(kinds))
    return result


def test_self_harm_counts_only_as_self_harm_and_other_kinds_as_any_alarm() -> None:
    result = result_of((SELF_HARM, ["cannot-walk"]), ("cannot-walk", [SELF_HARM]), (HARMLESS, []), (HARMLESS, ["x"]))
    assert (result.share(SELF_HARM), result.share("cannot-walk"), result.share(HARMLESS)) == (0, 1, 0.5)
    assert (result.taken_for_self_harm, len(result.wrong)) == (1, 2)


@pytest.mark.parametrize(
    ("found", "met"),
    [
        ([(SELF_HARM, [SELF_HARM])] * 4 + [(SELF_HARM, [])], True),
        ([(SELF_HARM, [SELF_HARM])] * 3 + [(SELF_HARM, [])], False),
        ([("withdrawal", ["withdrawal"])] * 2 + [("withdrawal", [])], True),
        ([("withdrawal", ["withdrawal"]), ("withdrawal", [])], False),
        ([(HARMLESS, [])] * 9 + [(HARMLESS, ["x"])], True),
        ([(HARMLESS, [])] * 8 + [(HARMLESS, ["x"])], False),
    ],
)
def test_the_musts(found: list[tuple[str, list[str]]], met: bool) -> None:
    assert result_of(*found).meets(MUST) is met


def test_a_topic_is_no_alarm() -> None:
    assert alarming(lambda _: frozenset({"heart-topic", "heart-stroke"}), "") == {"heart-stroke"}


@pytest.mark.parametrize(("text", "status"), [("I want to die", 0), ("what a lovely day", 1)])
def test_the_command_fails_below_the_musts(
    text: str, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.json"
    file.write_text(json.dumps({"phrases": [{"text": text, "language": "en", "kind": SELF_HARM}]}))
    monkeypatch.setattr("sys.argv", ["phrases", str(file), "--wrong"])
    assert phrases.main() == status
    printed = capsys.readouterr().out
    assert ("mine.json" in printed, "self-harm" in printed, text in printed) == (True, True, bool(status))


def test_cross_validation_judges_each_phrase_once(monkeypatch: pytest.MonkeyPatch) -> None:
    few = [Example("I want to die", "en", SELF_HARM), Example("a lovely day", "en", HARMLESS)] * 5
    result = phrases.cross_validated(few)
    assert result.all == {(SELF_HARM, "en"): 5, (HARMLESS, "en"): 5}
    assert result.wrong == []


@pytest.mark.parametrize(
    ("content", "why"), [(None, "No such file"), ("{", "not an object"), ('{"phrases": [{}]}', "with text")]
)
def test_a_wrong_file_of_phrases_is_named(tmp_path: Path, content: str | None, why: str) -> None:
    file = tmp_path / "own.json"
    if content is not None:
        file.write_text(content)
    status, _, errors = run(phrases.main, file)
    assert status == 2
    assert f"{file}: " in errors
    assert why in errors
