"""Tests the simulated people. Repeats figures of the clinical design, so that a wrong rate fails."""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable
from math import sqrt
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from dev import people, people_rates, population
from dev.people import Person
from dev.people_rates import RATES, Rate
from shared.domain.rules.triage import triage
from shared.rulebook.loading import load
from tests.domain.answer_sets import RULE_SET
from tests.rulebook.folder import INTAKE, change, copy_of_rulebook

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("population")]

DRAWS, PEOPLE, SEED = 4, 4_000, 2026
UNSURE_SHARE = 0.03
DIABETES = '{ code = "diabetes", label = "Diabetes" },'
Answers = dict[str, Any]
Visit = tuple[Person, Answers]
Whom = Callable[[Person], bool]
Tick = Callable[[Answers], bool]


@pytest.fixture(scope="module")
def days() -> list[list[Visit]]:
    return [visits(PEOPLE, SEED + number) for number in range(DRAWS)]


@pytest.fixture(scope="module")
def everybody(days: list[list[Visit]]) -> list[Visit]:
    return [visit for day in days for visit in day]


def visits(count: int, seed: int, ticking: float = 1.0) -> list[Visit]:
    chance = random.Random(f"answers {seed}")
    return [(person, people.answers(person, chance, ticking)) for person in population.visitors(count, seed)]


@pytest.mark.parametrize(("tier", "at_most"), [("EMERGENCY", 0.09), ("URGENT", 0.24)])
def test_the_rules_do_not_alarm_at_more_people_than_staff_can_believe(
    tier: str, at_most: float, tiers: list[str]
) -> None:
    assert tiers.count(tier) / len(tiers) <= at_most


@pytest.fixture(scope="module")
def tiers(everybody: list[Visit]) -> list[str]:
    return [triage(RULE_SET, answers).tier for _, answers in everybody]


def test_of_the_seriously_ill_hardly_anybody_is_below_the_same_day(monkeypatch: pytest.MonkeyPatch) -> None:
    often = {name: illness._replace(share=10 * illness.share) for name, illness in people_rates.ILLNESSES.items()}
    monkeypatch.setattr(people, "ILLNESSES", often)
    ill = [triage(RULE_SET, answers).tier for person, answers in visits(4 * PEOPLE, SEED) if person.illness]
    assert len(ill) > 1_000, "too few ill people to judge the rules: draw more visitors"
    assert sum(tier in {"EMERGENCY", "URGENT"} for tier in ill) / len(ill) >= 0.95


@pytest.mark.parametrize("ticking", [0.5, 1.0, 1.5])
def test_every_answer_set_is_one_that_the_form_lets_a_person_send(ticking: float) -> None:
    questionnaire = RULE_SET.questionnaire
    safety = [question for page in questionnaire.pages for question in page.questions if question.required]
    for _, answers in visits(1_000, 1, ticking):
        assert not questionnaire.problems(answers)
        facts = questionnaire.facts(answers)
        assert not facts.none_with_others
        for question in questionnaire.questions.values():
            if question.shown_when is not None and not question.shown_when.holds(facts):
                assert question.code not in answers, f"{question.code} is not shown"
            elif question in safety:
                assert question.code in answers, f"{question.code} must be answered"
            exclusive = {option.code for option in question.options if option.exclusive}
            chosen = answers.get(question.code)
            assert not isinstance(chosen, list) or len(chosen) == 1 or exclusive.isdisjoint(chosen)
            assert not isinstance(chosen, list) or 0 < len(set(chosen)) == len(chosen)


def test_the_follow_ups_of_the_page_after_send_are_consistent(everybody: list[Visit]) -> None:
    tried = people.TRIED
    for _, answers in everybody:
        assert ("tx-tried" in answers) is bool(tried & set(answers.get("tx", ())))


def near(share: float, count: int) -> float:
    """Returns five standard errors of a share among `count` random people, plus one person's share."""
    return 5 * sqrt(share * (1 - share) / count) + 1 / count


@pytest.mark.parametrize(
    ("who", "share"),
    [
        (lambda person: person.group == people_rates.LEG, 0.36),
        (lambda person: person.group == people_rates.STENOSIS, 0.18),
        (lambda person: person.group == people_rates.LOW_BACK, 0.17),
        (lambda person: person.group == people_rates.NECK_ARM, 0.17),
        (lambda person: person.group == people_rates.NECK, 0.05),
        (lambda person: person.group == people_rates.MID_BACK, 0.03),
        (lambda person: person.group == people_rates.OTHER, 0.04),
        (lambda person: person.female, 0.56),
        (lambda person: person.language == "es", 0.10),
    ],
)
def test_the_people_are_those_of_the_design(who: Whom, share: float, everybody: list[Visit]) -> None:
    found = sum(who(person) for person, _ in everybody)
    assert abs(found / len(everybody) - share) <= near(share, len(everybody))


def test_a_third_is_65_or_older_and_all_are_adults(everybody: list[Visit]) -> None:
    ages = [person.age for person, _ in everybody]
    assert 0.30 < sum(age >= 65 for age in ages) / len(ages) < 0.37
    assert min(ages) >= 18


def test_as_many_have_a_classic_red_flag_as_in_a_spine_center(everybody: list[Visit]) -> None:
    flagged = sum(population.has_classic_red_flag(person) for person, _ in everybody)
    assert abs(flagged / len(everybody) - 0.926) < 0.02


def test_the_typical_stenosis_patient_has_the_typical_pattern(everybody: list[Visit]) -> None:
    patterns = [answers["pattern"] for person, answers in everybody if person.group == people_rates.STENOSIS]
    typical = [
        {"walk-worse", "stand-worse"} & set(pattern) and {"sit-better", "bend-fwd-better"} & set(pattern)
        for pattern in patterns
    ]
    assert sum(map(bool, typical)) / len(typical) > 0.80


def ticks(question: str, *options: str) -> Tick:
    return lambda answers: not set(options).isdisjoint(answers[question])


def anybody(_person: Person) -> bool:
    return True


def stenosis(person: Person) -> bool:
    return person.group == people_rates.STENOSIS


BLADDER = ("bladder-leak", "bladder-urgency", "bladder-retention", "bladder-numb")
CANCER = ("cancer", "cancer-past")


@pytest.mark.parametrize(
    ("who", "tick", "share"),
    [
        (lambda person: person.female and person.age > 50, ticks("ces", *BLADDER), 0.14),
        (anybody, ticks("ces", "sexual-change"), 0.05),
        (stenosis, ticks("cord", "gait-balance"), 0.33 / 2),
        (stenosis, ticks("motor", "leg-weak"), 0.51 / 2),
        (anybody, ticks("pattern", "night-unrelenting"), 0.15),
        (lambda person: person.age < 50, ticks("sys", *CANCER), 0.04 * 5 / 6),
        (lambda person: 50 <= person.age < 65, ticks("sys", *CANCER), 0.11 * 5 / 6),
        (lambda person: person.age >= 65, ticks("sys", *CANCER), 0.24 * 5 / 6),
        (anybody, ticks("sys", "fever"), 0.02),
        (anybody, ticks("sys", "infection"), 0.04),
        (anybody, ticks("sys", "recent-proc"), 0.06),
        (lambda person: person.age >= 65, ticks("sys", "blood-thinner"), 0.12),
        (anybody, ticks("sys", "diabetes"), 0.15),
        (anybody, ticks("sys", "steroid-long"), 0.02),
        (anybody, lambda answers: answers["injury"] == "fall", 0.08),
        (anybody, lambda answers: answers["injury"] == "strain", 0.15),
        (anybody, lambda answers: answers["injury"] == "major", 0.02),
    ],
)
def test_as_many_tick_as_the_design_says(who: Whom, tick: Tick, share: float, everybody: list[Visit]) -> None:
    sets = [answers for person, answers in everybody if who(person) and person.illness is None]
    found = sum(map(tick, sets)) / len(sets)
    assert abs(found - share) <= 0.06 * share + near(share, len(sets))


@pytest.mark.parametrize("question", ["em-now", "ces", "motor", "cord", "sys", "signs", "injury", "spread", "change"])
def test_three_in_a_hundred_are_not_sure(question: str, everybody: list[Visit]) -> None:
    found = sum(answers[question] in ("unsure", ["unsure"]) for _, answers in everybody)
    assert abs(found / len(everybody) - UNSURE_SHARE) <= near(UNSURE_SHARE, len(everybody))


def test_a_large_draw_agrees_with_the_table_of_rates(everybody: list[Visit]) -> None:
    asked, found = Counter[Rate](), Counter[Rate]()
    for person, answers in everybody:
        if person.illness is None:
            told = [rate for rate in person.rates if rate.question in answers]
            asked.update(told)
            found.update(rate for rate in told if rate.option in answers[rate.question])
    assert asked.keys() == set(RATES)
    for rate in RATES:
        share = rate.has * rate.ticks * (1 if rate.question.startswith("preg") else 1 - UNSURE_SHARE)
        assert abs(found[rate] / asked[rate] - share) <= near(share, asked[rate]), rate


@pytest.mark.parametrize("ticking", [0, 0.5, 1, 1.5, 2.5])
@pytest.mark.parametrize("rate", [row for row in RATES if 2.5 * row.has * row.ticks <= 1][::7])
def test_ticking_multiplies_the_share_who_tick(rate: Rate, ticking: float) -> None:
    has, has_not = (people._chance_of_tick(rate, ticking, has=has) for has in (True, False))
    assert rate.has * min(1, has) + (1 - rate.has) * has_not == pytest.approx(rate.has * rate.ticks * ticking)


def test_nobody_alarms_without_ticking() -> None:
    for person, answers in visits(500, 1, ticking=0):
        assert [answers[code] for code in ("em-now", "ces", "motor", "cord", "sys", "signs")] == [["none"]] * 6
        assert answers["injury"] == "no"
        assert answers["region"], person


def test_every_rate_names_its_source_and_an_option_of_the_form() -> None:
    for rate in RATES:
        assert rate.source.startswith(people_rates.DESIGN) or "[D]" in rate.source
        assert rate.option in RULE_SET.questionnaire.questions[rate.question].option_codes
        assert 0 < rate.has < 1
        assert 0 < rate.ticks <= 1


def test_every_option_is_ticked_by_somebody_or_has_a_rate(everybody: list[Visit]) -> None:
    ticked = {item for _, answers in everybody for item in population.chosen(answers)}
    missing = population.never_ticked(RULE_SET.questionnaire, ticked)
    assert not missing, "give each of these options a Rate in dev/people_rates.py"


def test_the_same_seed_gives_the_same_answers() -> None:
    assert visits(50, 7) == visits(50, 7)
    assert visits(50, 7) != visits(50, 8)


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> None:
    monkeypatch.setattr(sys, "argv", ["population", *map(str, arguments)])
    population.main()


def test_the_command_prints_the_tiers_and_draws_the_only_causes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    picture = tmp_path / "new" / "p.svg"
    run(monkeypatch, "--people", "300", "--draws", "2", "--picture", picture)
    output = capsys.readouterr().out
    assert "2 draws of 300 people" in output
    texts = {entry.text for entry in ET.parse(picture).iter("{http://www.w3.org/2000/svg}text")}  # noqa: S314
    assert {"Tiers", *RULE_SET.tiers, *population.TICKING.values()} <= texts
    counted = population.population(RULE_SET, 300, 2, 2026)
    assert any(rule in texts for _, rule in counted.rules())
    for tier in RULE_SET.tiers:
        mean, lowest, highest = counted.shares(tier, 1.0)
        assert f"{100 * mean:.1f} ({100 * lowest:.1f}-{100 * highest:.1f})" in output


def test_the_command_names_an_option_that_nobody_ticks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    copy_of_rulebook(tmp_path)
    change(tmp_path, INTAKE, DIABETES, DIABETES + '\n  { code = "tick-bite", label = "A tick bit me" },')
    monkeypatch.setattr(population, "load_rules", lambda: load(tmp_path))
    run(monkeypatch, "--people", "600", "--draws", "1", "--picture", tmp_path / "p.svg")
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Nobody ticked")]
    assert "sys tick-bite" in line
    assert "guardian" not in line
    assert line.endswith("Give each a Rate in dev/people_rates.py.")


def test_a_rule_is_the_only_cause_at_most_as_often_as_it_fired() -> None:
    counted = population.population(RULE_SET, 300, 2, 1)
    shares = [(counted.sole(rule, ticking), counted.fired(rule, ticking)) for _, rule in counted.rules()
              for ticking in population.TICKING]  # fmt: skip
    assert all(sole <= fired for sole, fired in shares)
    assert any(sole < fired for sole, fired in shares)
    assert any(sole for sole, _ in shares)
    groups = counted.groups()
    assert sum(times for (group, _), times in groups.items() if group in people_rates.COMPLAINTS) == 600


@pytest.mark.parametrize("wrong", [("--people", "0"), ("--draws", "-1"), ("--seed", "x")])
def test_invalid_arguments_are_reported(
    wrong: tuple[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(monkeypatch, *wrong)
    assert ended.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith("python -m dev.population: error: ")
