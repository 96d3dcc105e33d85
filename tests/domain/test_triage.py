"""Compares the fs-triage rules with the vignettes and with second_reading.py."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from dev.triage import as_json
from shared.domain.rules.condition import ADS, CALLBACK, FORM
from shared.domain.rules.triage import triage, triage_after_failure
from tests.depth import DEPTH
from tests.domain.answer_sets import CASES, DATA, HEALTHY, NEARLY, RULE_SET, any_answers
from tests.domain.second_reading import second_reading

VIGNETTES = json.loads((DATA / "vignettes.json").read_text(encoding="utf-8"))["vignettes"]
SETS = 3_000 * DEPTH
DOORS_DRAWN = (FORM, FORM, FORM, CALLBACK, ADS)
GROUPS = ("safety_rules", "not_fit_rules", "fit_rules", "tags")


def scored(answers: dict[str, Any], door: str = FORM) -> dict[str, Any]:
    return as_json(triage(RULE_SET, answers, door=door))


def agreed(answers: dict[str, Any], door: str = FORM) -> dict[str, Any]:
    """Returns the triage result. Checks that second_reading.py agrees."""
    result, reading = scored(answers, door), second_reading(answers, door)
    assert {key: result[key] for key in reading} == reading, (door, answers)
    return result


@pytest.mark.parametrize("vignette", VIGNETTES, ids=lambda vignette: vignette["id"])
def test_each_vignette_has_its_expected_result(vignette: dict[str, Any]) -> None:
    result = scored(vignette["answers"])
    assert {key: result[key] for key in vignette["expected"]} == vignette["expected"]


def test_there_are_vignettes_and_each_expects_every_result() -> None:
    assert len(VIGNETTES) >= 32
    expected = {"tier", "safety_rules", "not_fit_rules", "fit_score", "fit_rules", "tags", "marketing_allowed"}
    assert all(vignette["expected"].keys() == expected for vignette in VIGNETTES)


def test_triage_agrees_with_the_second_reading_and_tries_every_rule() -> None:
    groups = (RULE_SET.safety, RULE_SET.not_fit, RULE_SET.fit.rules, RULE_SET.tags)
    rules = {rule.id for group in groups for rule in group}
    chance = random.Random(20261130)
    fired: set[str] = set()
    silent: set[str] = set()
    tiers: set[str] = set()
    for _ in range(SETS):
        result = agreed(any_answers(chance, RULE_SET.questionnaire), chance.choice(DOORS_DRAWN))
        here = {rule for key in GROUPS for rule in result[key]}
        fired |= here
        silent |= rules - here
        tiers.add(result["tier"])
    assert fired == rules, f"never fired: {sorted(rules - fired)}"
    assert silent == rules, f"always fired: {sorted(rules - silent)}"
    assert tiers == RULE_SET.tiers.keys()


BASES = [*NEARLY, *(case["answers"] for case in CASES[::9])]


@pytest.mark.parametrize("question", ["age", "pain"])
def test_triage_agrees_at_every_age_and_degree_of_pain(question: str) -> None:
    highest = RULE_SET.questionnaire.questions[question].maximum
    assert highest
    for base in BASES:
        for number in range(highest + 1):
            agreed(base | {question: number})


def test_triage_agrees_when_one_answer_changes() -> None:
    for base in BASES:
        for question in RULE_SET.questionnaire.questions.values():
            agreed({code: answer for code, answer in base.items() if code != question.code})
            for option in question.options:
                if question.type == "choice-one":
                    agreed(base | {question.code: option.code})
                else:
                    agreed(base | {question.code: [option.code]})
                    agreed(base | {question.code: [*base.get(question.code, []), option.code]})


WORDS = {
    "TXT-01": "can't pee, wet myself, numb between my legs, no bladder control, saddle numbness, incontinent",
    "TXT-02": "chest pain, tightness in my chest, can't breathe, passed out, slurred speech, my face is drooping",
    "TXT-03": "suicidal, kill myself, end my life, want to die, don't want to live, better off dead",
    "TXT-04": "can't walk, can't move my legs, can't feel my feet, paralyzed, legs gave out",
    "TXT-06": "ran out of oxycodone",
}
PHRASES = [(rule, words) for rule, listed in WORDS.items() for words in listed.split(", ")]


@pytest.mark.parametrize(("rule", "words"), PHRASES, ids=[words for _, words in PHRASES])
def test_words_that_raise_the_tier(rule: str, words: str) -> None:
    assert rule in scored(HEALTHY | {"note": f"Thank you. {words.upper()}!"})["safety_rules"]


def test_a_topic_alarms_nobody_and_is_read_before_the_call() -> None:
    result = scored(HEALTHY | {"note": "Could my bladder be part of this?"})
    assert (result["tier"], result["safety_rules"], result["messages"]) == (
        "PRIORITY",
        ["TXT-00", "TXT-05"],
        ["M-P", "M-NET"],
    )


@pytest.mark.parametrize("words", ["peel", "walking helps", "a wiper", "my feet hurt", "died laughing"])
def test_any_other_note_is_read_before_the_call(words: str) -> None:
    assert scored(HEALTHY | {"note": words})["safety_rules"] == ["TXT-00"]


def test_the_second_reading_agrees_with_the_vignettes() -> None:
    for vignette in VIGNETTES:
        assert second_reading(vignette["answers"]) == vignette["expected"], vignette["id"]


@pytest.mark.parametrize(
    ("changes", "tier", "safety_rules"),
    [
        pytest.param({}, "ROUTINE", [], id="a healthy adult"),
        pytest.param({"ces": ["none", "unsure"]}, "PRIORITY", ["CON-01", "UNK-02"], id="none beside unsure, settled"),
        pytest.param({"ces": ["unsure"], "change": "unsure"}, "URGENT", ["UNK-01", "UNK-02"], id="unsure, not settled"),
        pytest.param({"spread": ["none", "head"]}, "PRIORITY", ["CON-01"], id="none beside a place, not a red flag"),
        pytest.param({"em-now": []}, "URGENT", ["UNK-04"], id="an empty list is no answer"),
        pytest.param({"preg": "yes"}, "PRIORITY", ["PREG-02"], id="pregnant at 60: not asked, still counts"),
        pytest.param({"preg": "unsure"}, "ROUTINE", [], id="unsure about a pregnancy at 60: not asked, says nothing"),
        pytest.param({"preg-signs": ["fluid"]}, "URGENT", ["PREG-03"], id="a sign of pregnancy at 60 still counts"),
        pytest.param({"age": 55}, "PRIORITY", ["PREG-02"], id="asked about a pregnancy and silent"),
        pytest.param({"motor-course": "rapid"}, "ROUTINE", [], id="a course of no weakness"),
        pytest.param({"checked": "worse", "ces-onset": "lt2w"}, "ROUTINE", [], id="a check of nothing"),
        pytest.param({"sx": ["weak"], "motor": ["unsure"]}, "PRIORITY", ["UNK-02"], id="weak, but unsure where"),
        pytest.param({"age": 16, "sys": ["fever"], "change": "yes"}, "URGENT", ["INF-02", "KID-01"],
                     id="a feverish child"),
        pytest.param({"age": 16, "cord": ["legs-stiff"]}, "URGENT", ["KID-01", "MYE-03"],
                     id="a child with a lesser sign"),
        pytest.param({"age": 9}, "URGENT", ["KID-01"], id="a child of 9"),
        pytest.param({"age": 10}, "NOT_A_FIT", [], id="a child of 10"),
        pytest.param({"ces": ["bladder-leak", "bladder-urgency"], "ces-onset": "lt2w", "spread": ["none"]}, "URGENT",
                     ["CES-02b"], id="leaking and rushing are one item"),
        pytest.param({"ces": ["bladder-leak"], "ces-onset": "lt2w"}, "EMERGENCY", ["CES-02"],
                     id="one leg and a new leak"),
        pytest.param({"ces": ["bladder-numb"], "ces-onset": "2w-3m", "checked": "same"}, "URGENT", ["CES-01b"],
                     id="a core item of weeks, checked and the same"),
        pytest.param({"ces": ["bladder-numb"], "ces-onset": "2w-3m"}, "EMERGENCY", ["CES-01"],
                     id="a core item of weeks, nobody said whether it was checked"),
        pytest.param({"ces": ["both-legs-weak"], "ces-onset": "gt3m", "checked": "no"}, "PRIORITY", ["CES-03b"],
                     id="legs long weak and settled"),
        pytest.param({"ces": ["saddle-numb"], "ces-onset": "gt3m", "checked": "no"}, "URGENT", ["CES-03"],
                     id="a saddle long numb"),
        pytest.param({"ces": ["sexual-change"], "ces-onset": "2w-3m"}, "PRIORITY", ["CES-04b"],
                     id="sexual change of weeks"),
        pytest.param({"sys": ["cancer"], "ces": ["sexual-change"], "ces-onset": "lt2w"}, "URGENT", ["CES-04", "ONC-04"],
                     id="sexual change alone is no new neurology"),
        pytest.param({"sys": ["cancer"], "cord": ["legs-numb"]}, "EMERGENCY", ["MYE-03", "ONC-01", "ONC-04"],
                     id="numb legs are new neurology"),
        pytest.param({"spread": ["leg-both"], "change": "unsure", "pattern": ["sit-better"]}, "PRIORITY", ["CES-06b"],
                     id="both legs of weeks, better when sitting"),
        pytest.param({"spread": ["leg-both"], "change": "unsure"}, "URGENT", ["CES-06"], id="both legs, not unchanged"),
        pytest.param({"spread": ["leg-both"]}, "PRIORITY", ["CES-06b"], id="both legs of weeks, unchanged"),
        pytest.param({"motor": ["foot-drop"], "motor-course": "worse-slow"}, "URGENT", ["MOT-02", "MOT-05"],
                     id="a foot drop of weeks"),
        pytest.param({"motor": ["foot-drop"], "motor-course": "worse-slow", "duration": "3m-6m"}, "PRIORITY",
                     ["MOT-05"], id="a foot drop of months"),
        pytest.param({"sys": ["fever", "infection"]}, "URGENT", ["INF-01b", "INF-02", "INF-05"],
                     id="fever after a settled infection"),
        pytest.param({"sys": ["fever"], "duration": "gt6m"}, "PRIORITY", ["INF-02b"], id="fever and an old pain"),
        pytest.param({"sys": ["recent-proc"], "spread": ["head"]}, "URGENT", ["INF-05", "INF-09"],
                     id="a procedure, not said when, and the head hurts"),
        pytest.param({"sys": ["recent-proc"], "spread": ["head"], "proc-when": "earlier"}, "PRIORITY", ["INF-05"],
                     id="a procedure of weeks ago, and the head hurts"),
        pytest.param({"injury": "fall", "age": 64}, "ROUTINE", [], id="a fall at 64"),
        pytest.param({"injury": "fall", "age": 65}, "URGENT", ["FRX-03"], id="a fall at 65, not said when"),
        pytest.param({"injury": "fall", "age": 65, "injury-when": "2w-3m", "checked": "same"}, "PRIORITY", ["FRX-03b"],
                     id="a fall of weeks ago, checked"),
        pytest.param({"region": ["thoracic"], "duration": "lt2w", "pain": 7, "injury": "fall"}, "URGENT",
                     ["CARD-04", "THOR-02"], id="a fall of unknown date explains no mid-back pain"),
        pytest.param({"region": ["thoracic"], "duration": "lt2w", "pain": 7, "injury": "fall", "injury-when": "2w-3m"},
                     "PRIORITY", ["THOR-02"], id="a fall of weeks ago may explain mid-back pain"),
        pytest.param({"duration": "2w-6w", "spread": ["none"]}, "ROUTINE", [], id="early"),
        pytest.param({"note": "I can\u2019t walk"}, "URGENT", ["TXT-00", "TXT-04"], id="a typographic apostrophe"),
        pytest.param({"note": "PERD\u00cd EL CONOC\u0130M\u0131ENTO"}, "URGENT", ["TXT-00", "TXT-02", "TXT-05"],
                     id="capitals and accents"),
        pytest.param({"note": "numb\n  DOWN there"}, "URGENT", ["TXT-00", "TXT-01", "TXT-05"],
                     id="words across a line break"),
    ],
)  # fmt: skip
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
    assert result["messages"] == ["M-NF-GUARDIAN", "M-NET"]


def test_a_minor_reads_words_of_their_own() -> None:
    assert scored(HEALTHY | {"age": 17})["messages"] == ["M-NF-MINOR", "M-NET"]
    assert scored(HEALTHY | {"age": 17, "who": "caregiver"})["messages"] == ["M-NF-GUARDIAN", "M-NET"]
    assert scored(HEALTHY | {"age": 18, "who": "caregiver", "preg": "no"})["messages"] == ["M-R", "M-NET"]


@pytest.mark.parametrize(
    ("changes", "rules", "messages"),
    [
        ({}, ["NF-03"], ["M-NF-EARLY", "M-NET"]),
        ({"fn": "lot"}, [], ["M-R", "M-NET"]),
        ({"sx": ["tingle"]}, [], ["M-R", "M-NET"]),
        ({"sys": ["blood-thinner"]}, [], ["M-R", "M-NET"]),
        ({"injury": "strain"}, ["NF-03"], ["M-NF-EARLY", "M-NET"]),
        ({"injury": "fall", "injury-when": "gt3m"}, [], ["M-R", "M-NET"]),
    ],
)
def test_an_early_pain_is_routine_and_reads_where_to_go(
    changes: dict[str, Any], rules: list[str], messages: list[str]
) -> None:
    answers = {code: answer for code, answer in HEALTHY.items() if code != "fn"}
    early = {"duration": "lt2w", "change": "no", "spread": ["none"], "dx": ["none"]}
    result = scored(answers | early | changes)
    assert (result["tier"], result["not_fit_rules"], result["messages"]) == ("ROUTINE", rules, messages)


@pytest.mark.parametrize("door", [CALLBACK, ADS])
@pytest.mark.parametrize(
    ("answers", "tier", "rules"),
    [
        ({}, "PRIORITY", ["ASK-01"]),
        ({"em-now": ["none"]}, "PRIORITY", ["ASK-01"]),
        ({"em-now": ["unsure"]}, "URGENT", ["UNK-01"]),
        ({"em-now": ["cold-limb"]}, "EMERGENCY", ["EM-02"]),
    ],
)
def test_a_door_that_asks_little_is_not_unanswered(
    door: str, answers: dict[str, Any], tier: str, rules: list[str]
) -> None:
    result = agreed(answers, door)
    assert (result["tier"], result["safety_rules"]) == (tier, rules)
    assert agreed(answers)["tier"] in {"URGENT", "EMERGENCY"}


@pytest.mark.parametrize("sys", ["cancer", "cancer-past"])
def test_cancer_and_pregnancy_are_never_used_for_marketing(sys: str) -> None:
    assert scored(HEALTHY | {"sys": ["immune-low"], "duration": "gt6m"})["marketing_allowed"]
    for changes in ({"sys": [sys], "duration": "6w-3m"}, {"age": 30, "preg": "yes"}, {"age": 30, "preg": "unsure"}):
        result = scored(HEALTHY | changes)
        assert (result["tier"], result["marketing_allowed"]) == ("PRIORITY", False)


def test_a_missing_age_is_neither_a_minor_nor_safe() -> None:
    result = scored({code: answer for code, answer in HEALTHY.items() if code != "age"})
    assert (result["tier"], result["minor"]) == ("URGENT", False)


def test_questions_not_asked_yet_are_not_missing() -> None:
    answers = {code: answer for code, answer in HEALTHY.items() if code != "sx"} | {"age": 30, "sys": ["recent-proc"]}
    head = answers | {"spread": ["head"]}
    assert "PREG-02" in {rule.id for rule in triage(RULE_SET, answers).safety_rules}
    assert "PREG-02" not in {rule.id for rule in triage(RULE_SET, answers, "P3").safety_rules}
    assert "PREG-02" in {rule.id for rule in triage(RULE_SET, answers, "P5").safety_rules}
    assert "INF-09" in {rule.id for rule in triage(RULE_SET, head, "P5").safety_rules}


def test_the_messages_of_the_tier_come_first_and_each_once() -> None:
    result = scored(HEALTHY | {"em-now": ["chest-pressure", "tearing-pain"], "sys": ["fever"], "pattern": ["none"]})
    assert result["messages"] == ["M-E-HEART", "M-NET"]


def test_a_contradiction_alone_shows_the_message_of_its_tier() -> None:
    assert scored(HEALTHY | {"dx": ["none", "ddd"]})["messages"] == ["M-P", "M-NET"]


def test_a_crisis_is_spoken_to_alone() -> None:
    """Crisis advice may appear with advice on another emergency, but never with M-NET."""
    assert scored(HEALTHY | {"em-now": ["self-harm"]})["messages"] == ["M-E-CRISIS"]
    assert scored(HEALTHY | {"note": "I want to die"})["messages"] == ["M-E-CRISIS"]
    both = scored(HEALTHY | {"em-now": ["self-harm", "chest-pressure"]})["messages"]
    assert sorted(both) == ["M-E-CRISIS", "M-E-HEART"]


def test_the_message_of_a_callback_replaces_that_of_its_tier() -> None:
    assert scored({"note": "thank you"}, CALLBACK)["messages"] == ["M-CALLBACK", "M-NET"]
    assert scored({"preg": "yes"}, CALLBACK)["messages"].count("M-P") == 0


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
    result = triage(RULE_SET, HEALTHY | {"signs": ["leg-swollen"]})
    assert (result.rule_set, result.rule_set_version) == (RULE_SET.id, RULE_SET.version)
    assert result.content_hash == RULE_SET.content_hash
    (rule,) = result.safety_rules
    assert rule.reason == "One leg swollen, red or warm: deep vein thrombosis until excluded"
    assert rule.sources == tuple(map(str, next(r for r in RULE_SET.safety if r.id == "VASC-03").citations))
    assert rule.sources[0].endswith("]")


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
    assert [fired.id for fired in triage(RULE_SET, {"note": "No hablo inglés"}).safety_rules] == [
        "TXT-00",
        "UNK-04",
    ]
