"""Compares the rules of the fs-triage rule set with the vignettes and with `second_reading` of the clinical text."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from dev.triage import as_json
from shared.domain.rules.triage import triage, triage_after_failure
from tests.domain.answer_sets import HEALTHY, RULE_SET, any_answers
from tests.domain.second_reading import second_reading

VIGNETTES = json.loads((Path(__file__).parents[1] / "data" / "vignettes.json").read_text())["vignettes"]
SETS = 5_000


def scored(answers: dict[str, Any]) -> dict[str, Any]:
    return as_json(triage(RULE_SET, answers))


def all_answer_sets() -> list[dict[str, Any]]:
    chance = random.Random(20240611)
    drawn = [any_answers(chance, RULE_SET.questionnaire) for _ in range(SETS)]
    return [*(vignette["answers"] for vignette in VIGNETTES), *drawn]


@pytest.mark.parametrize("vignette", VIGNETTES, ids=lambda vignette: vignette["id"])
def test_each_vignette_has_its_expected_result(vignette: dict[str, Any]) -> None:
    result = scored(vignette["answers"])
    assert {key: result[key] for key in vignette["expected"]} == vignette["expected"]


def test_there_are_vignettes_and_each_expects_every_result() -> None:
    assert len(VIGNETTES) == 32
    expected = {"tier", "safety_rules", "not_fit_rules", "fit_score", "fit_rules", "tags", "marketing_allowed"}
    assert all(vignette["expected"].keys() == expected for vignette in VIGNETTES)


def test_triage_agrees_with_the_second_reading_and_tries_every_rule() -> None:
    groups = (RULE_SET.safety, RULE_SET.not_fit, RULE_SET.fit.rules, RULE_SET.tags)
    rules = {rule.id for group in groups for rule in group}
    fired: set[str] = set()
    silent: set[str] = set()
    tiers: set[str] = set()
    for answers in all_answer_sets():
        result, reading = scored(answers), second_reading(answers)
        assert {key: result[key] for key in reading} == reading, answers
        here = {rule for key in ("safety_rules", "not_fit_rules", "fit_rules", "tags") for rule in result[key]}
        fired |= here
        silent |= rules - here
        tiers.add(result["tier"])
    assert fired == rules, f"never fired: {sorted(rules - fired)}"
    assert silent == rules, f"always fired: {sorted(rules - silent)}"
    assert tiers == RULE_SET.tiers.keys()


EFFORT = {"region": ["neck"], "spread": ["arm-one"], "pattern": ["walk-worse", "sit-better"]}
STANDING = {"pattern": ["stand-worse", "bend-fwd-better"], "duration": "gt6m"}
BASES = [HEALTHY | EFFORT, HEALTHY | STANDING, *(vignette["answers"] for vignette in VIGNETTES)]


@pytest.mark.parametrize("question", ["age", "pain"])
def test_triage_agrees_at_every_age_and_degree_of_pain(question: str) -> None:
    highest = RULE_SET.questionnaire.questions[question].maximum
    assert highest
    for base in BASES:
        for number in range(highest + 1):
            answers = base | {question: number}
            result, reading = scored(answers), second_reading(answers)
            assert {key: result[key] for key in reading} == reading, answers


WORDS = {
    "TXT-01": "can't pee, wet myself, numb between my legs, no bladder control, saddle numbness, incontinent",
    "TXT-02": "chest pain, tightness in my chest, can't breathe, passed out, slurred speech, my face is drooping",
    "TXT-03": "suicidal, kill myself, end my life, want to die, don't want to live, better off dead",
    "TXT-04": "can't walk, can't move my legs, can't feel my feet, paralyzed, legs gave out",
}
PHRASES = [(rule, words) for rule, listed in WORDS.items() for words in listed.split(", ")]


@pytest.mark.parametrize(("rule", "words"), PHRASES, ids=[words for _, words in PHRASES])
def test_words_that_raise_the_tier(rule: str, words: str) -> None:
    assert rule in scored(HEALTHY | {"note": f"Thank you. {words.upper()}!"})["safety_rules"]


@pytest.mark.parametrize(
    "words", ["peel", "walking helps", "a wiper", "my feet hurt", "died laughing", "no chest pain"]
)
def test_words_that_do_not_raise_the_tier(words: str) -> None:
    assert scored(HEALTHY | {"note": words})["safety_rules"] == []


def test_the_second_reading_agrees_with_the_vignettes() -> None:
    for vignette in VIGNETTES:
        assert second_reading(vignette["answers"]) == vignette["expected"], vignette["id"]


@pytest.mark.parametrize(
    ("changes", "tier", "safety_rules"),
    [
        pytest.param({}, "ROUTINE", [], id="a healthy adult"),
        pytest.param({"ces": ["none", "unsure"]}, "URGENT", ["CON-01", "UNK-01"], id="none beside unsure"),
        pytest.param({"spread": ["none", "head"]}, "PRIORITY", ["CON-01"], id="none beside a place, not a red flag"),
        pytest.param({"em-now": []}, "URGENT", ["UNK-04"], id="an empty list is no answer"),
        pytest.param({"preg": "yes"}, "PRIORITY", ["PREG-02"], id="pregnant at 60: not asked, still counts"),
        pytest.param({"preg": "unsure"}, "ROUTINE", [], id="unsure about a pregnancy at 60: not asked, says nothing"),
        pytest.param({"age": 55}, "PRIORITY", ["PREG-02"], id="asked about a pregnancy and silent"),
        pytest.param({"motor-course": "rapid"}, "ROUTINE", [], id="a course of no weakness"),
        pytest.param({"sx": ["weak"], "motor": ["unsure"]}, "PRIORITY", ["UNK-02"], id="weak, but unsure where"),
        pytest.param({"age": 16, "sys": ["fever"]}, "URGENT", ["INF-02"], id="a child with fever"),
        pytest.param({"age": 16, "cord": ["legs-stiff"]}, "NOT_A_FIT", ["MYE-03"], id="a child with a lesser sign"),
        pytest.param({"note": "no bladder problems"}, "ROUTINE", [], id="a denial is no sign"),
        pytest.param({"note": "I can\u2019t walk"}, "URGENT", ["TXT-04"], id="a typographic apostrophe"),
        pytest.param({"note": "I CAN'T WALK"}, "URGENT", ["TXT-04"], id="capitals"),
        pytest.param({"note": "PERD\u00cd EL CONOC\u0130M\u0131ENTO"}, "URGENT", ["TXT-02"], id="capitals and accents"),
        pytest.param({"note": "numb\n  DOWN there"}, "URGENT", ["TXT-01"], id="words across a line break"),
    ],
)
def test_decided_interpretations_of_the_rules(changes: dict[str, Any], tier: str, safety_rules: list[str]) -> None:
    result = scored(HEALTHY | changes)
    assert (result["tier"], result["safety_rules"]) == (tier, safety_rules)


@pytest.mark.parametrize(("limit", "score", "tier"), [("not", 55, "ROUTINE"), ("some", 60, "PRIORITY")])
def test_the_fit_score_threshold_is_60(limit: str, score: int, tier: str) -> None:
    stenosis = {"sx": ["pain", "numb"], "dx": ["spinal-stenosis"], "imaging": "mri-ct", "fn": limit}
    result = scored(HEALTHY | stenosis)
    assert (result["fit_score"], result["tier"], result["safety_rules"]) == (score, tier, [])


def test_a_guardian_asks_for_a_minor_whatever_the_age() -> None:
    result = scored(HEALTHY | {"who": "guardian"})
    assert (result["tier"], result["minor"], result["tags"]) == ("NOT_A_FIT", True, ["TAG-DQ"])
    assert result["messages"] == ["M-NF-MINOR", "M-NET"]


def test_a_missing_age_is_neither_a_minor_nor_safe() -> None:
    result = scored({code: answer for code, answer in HEALTHY.items() if code != "age"})
    assert (result["tier"], result["minor"]) == ("URGENT", False)


def test_questions_not_asked_yet_are_not_missing() -> None:
    answers = HEALTHY | {"age": 30, "ces": ["sexual-change"], "ces-onset": "gt3m"}
    assert "PREG-01" in {rule.id for rule in triage(RULE_SET, answers).safety_rules}
    on_page_2 = triage(RULE_SET, answers, "P2")
    assert "PREG-01" not in {rule.id for rule in on_page_2.safety_rules}
    assert on_page_2.tier != "EMERGENCY"
    assert triage(RULE_SET, answers, "P3").tier == "EMERGENCY"


def test_the_messages_of_the_tier_come_first_and_each_once() -> None:
    result = scored(HEALTHY | {"em-now": ["chest-pressure", "tearing-pain"], "sys": ["fever"], "pattern": ["none"]})
    assert result["messages"] == ["M-E-HEART", "M-NET"]


def test_a_contradiction_alone_shows_the_message_of_its_tier() -> None:
    assert scored(HEALTHY | {"dx": ["none", "ddd"]})["messages"] == ["M-P", "M-NET"]


def test_a_minor_in_danger_reads_advice_and_then_the_age_notice() -> None:
    result = scored(HEALTHY | {"age": 12, "em-now": ["stroke-signs"]})
    assert result["messages"] == ["M-E-HEART", "M-NF-MINOR", "M-NET"]


@pytest.mark.parametrize(
    ("answers", "tier"),
    [
        pytest.param({}, "URGENT", id="nothing"),
        pytest.param(HEALTHY, "URGENT", id="a healthy adult"),
        pytest.param({"age": "sixty", "em-now": 7, "new-question": ["x"]}, "URGENT", id="unreadable"),
        pytest.param(HEALTHY | {"em-now": ["stroke-signs"], "new": 1}, "EMERGENCY", id="what can be read still counts"),
        pytest.param(HEALTHY | {"age": 12}, "URGENT", id="a minor"),
    ],
)
def test_a_failure_of_scoring_never_ends_below_urgent(answers: dict[str, Any], tier: str) -> None:
    result = triage_after_failure(RULE_SET, answers)
    assert result.tier == tier
    assert "OPS-03" in {rule.id for rule in result.safety_rules}
    assert result.messages[-1] == "M-NET"
    assert not result.marketing_allowed


def test_rules_that_raise_errors_end_urgent(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("shared.domain.rules.triage.triage", broken)
    result = triage_after_failure(RULE_SET, HEALTHY)
    assert (result.tier, result.messages) == ("URGENT", ("M-U-UNSURE", "M-NET"))


def test_the_result_names_its_rule_set_and_reasons() -> None:
    result = triage(RULE_SET, HEALTHY | {"sys": ["fever"]})
    assert (result.rule_set, result.rule_set_version) == (RULE_SET.id, RULE_SET.version)
    assert result.content_hash == RULE_SET.content_hash
    (rule,) = result.safety_rules
    assert rule.reason == "Spine pain with fever, chills or night sweats"
    assert rule.sources == ("IDSA15 (rec. 1) [V]",)


@pytest.mark.parametrize(
    ("note", "rule"),
    [
        ("No puedo orinar desde ayer", "TXT-01"),
        ("Tengo presión en el pecho", "TXT-02"),
        ("Ya no quiero vivir", "TXT-03"),
        ("No puedo caminar", "TXT-04"),
        ("My bladder, and no puedo mover las piernas", "TXT-04"),
    ],
)
def test_a_note_in_spanish_raises_the_tier_too(note: str, rule: str) -> None:
    assert rule in [fired.id for fired in triage(RULE_SET, {"note": note}).safety_rules]


def test_speaking_no_english_is_not_a_red_flag() -> None:
    assert [fired.id for fired in triage(RULE_SET, {"note": "No hablo inglés"}).safety_rules] == ["UNK-04"]
