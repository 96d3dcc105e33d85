from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console

from dev import backtest
from shared.rulebook.loading import FOLDER
from tests.dev import command
from tests.domain.answer_sets import HEALTHY
from tests.rulebook.folder import INTAKE, TIERS, TRIAGE, change, copy_of_rulebook

PROJECT = Path(__file__).parents[2]
FEVER = HEALTHY | {"sys": ["fever"], "change": "yes"}
CANARY = "canaryvalue"
DIABETES = '{ code = "diabetes", label = "Diabetes" },'
BITE = """
[[safety]]
id = "INF-99"
floor = "URGENT"
message = "M-U-MED"
reason = "Tick bite"
sources = [{ key = "OWN", note = "design rule" }]
when = [{ question = "sys", any_of = ["tick-bite"] }]
"""


def run(*arguments: str | Path) -> tuple[int | str | None, str, str]:
    return command.run(backtest.main, *arguments)


@pytest.fixture
def new(tmp_path: Path) -> Path:
    folder = tmp_path / "new"
    folder.mkdir()
    for path in FOLDER.glob("*.toml"):
        (folder / path.name).write_bytes(path.read_bytes())
    rules = folder / "fs-triage.toml"
    before, rule, after = rules.read_text().partition(f'id = "{fever_rule()}"')
    assert rule
    rules.write_text(before + rule + after.replace('floor = "URGENT"', 'floor = "PRIORITY"', 1))
    return folder


@cache
def fever_rule() -> str:
    fired = backtest._fired(backtest.rules_of(str(FOLDER), "fs-intake"), FEVER)
    (rule,) = [rule.id for rule in fired.values() if backtest._weight(rule) == "URGENT"]
    return rule


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    leads = [
        {"reference": "7K3MQ-2XDRT", "answers": FEVER | {"note": CANARY}, "contact": {"name": CANARY}},
        {"reference": "8K3MQ-2XDRT", "answers": HEALTHY},
        FEVER,
    ]
    path = tmp_path / "leads.jsonl"
    path.write_text("".join(json.dumps(lead) + "\n" for lead in leads))
    return path


def test_the_same_rules_change_nothing(tmp_path: Path) -> None:
    status, output, _ = run(FOLDER, FOLDER, "--samples", "200", "--picture", tmp_path / "same.svg")
    assert status == 0
    assert "200 answer sets scored by both; 0 would change tier." in output
    assert "0 of 200" in (tmp_path / "same.svg").read_text()
    assert "Also changed" not in output


def test_a_changed_deadline_and_wording_are_counted(tmp_path: Path) -> None:
    (old := tmp_path / "old").mkdir()
    (new := tmp_path / "new").mkdir()
    copy_of_rulebook(old)
    change(copy_of_rulebook(new), TIERS, "{ minutes = 15 }", "{ minutes = 20 }")
    change(new, INTAKE, "Are you pregnant", "Are you now pregnant")
    _, output, _ = run(old, new, "--samples", "20", "--picture", tmp_path / "changed.svg")
    assert "20 answer sets scored by both; 0 would change tier." in output
    assert "Also changed, without effect on tiers: deadlines: 1, wordings: 1." in output


def test_a_lowered_floor_is_counted_and_attributed_to_its_rule(new: Path, stored: Path, tmp_path: Path) -> None:
    status, output, _ = run(FOLDER, new, "--answers", stored, "--picture", tmp_path / "b.svg")
    assert status == 0
    assert "3 answer sets scored by both; 2 would change tier." in output
    assert "LOWERED" in output
    assert "7K3MQ-2XDRT" in output
    assert "line 3" in output
    assert "8K3MQ-2XDRT" not in output
    assert f"~{fever_rule()}" in output


def test_nothing_that_a_patient_wrote_is_printed_or_drawn(new: Path, stored: Path, tmp_path: Path) -> None:
    _, output, errors = run(FOLDER, new, "--answers", stored, "--picture", tmp_path / "b.svg")
    assert CANARY not in output + errors + (tmp_path / "b.svg").read_text()


def test_the_picture_is_svg_that_shows_every_move(new: Path, stored: Path) -> None:
    old, changed = (backtest.rules_of(str(folder), "fs-intake") for folder in (FOLDER, new))
    found = backtest.backtest(old, changed, backtest.read_answers(stored))
    drawn = ET.fromstring(backtest.picture(found))  # noqa: S314
    texts = [entry.text for entry in drawn.iter("{http://www.w3.org/2000/svg}text")]
    colours = [entry.get("fill") for entry in drawn.iter("{http://www.w3.org/2000/svg}rect")]
    assert "2 of 3 answer sets would change tier" in texts
    assert colours.count(backtest.LOWERED) == 1
    assert colours.count(backtest.RAISED) == 0
    assert {*found.tiers, f"~{fever_rule()}"} <= set(texts)


def test_rules_that_were_the_only_cause_are_counted_under_both_rule_sets(
    new: Path, stored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, changed = (backtest.rules_of(str(folder), "fs-intake") for folder in (FOLDER, new))
    alone = changed._replace(safety=tuple(rule for rule in changed.safety if rule.id != fever_rule()))
    found = backtest.backtest(old, alone, backtest.read_answers(stored))
    assert (found.sole_old[fever_rule()], found.sole_new[fever_rule()]) == (2, 0)
    backtest.show(found, Console(width=100))
    row = next(line for line in capsys.readouterr().out.splitlines() if line.startswith(f"│ {fever_rule()} "))
    assert re.findall(r"\d+", row.partition(fever_rule())[2]) == ["2", "0"]


def test_swapped_rule_sets_raise_the_tiers(new: Path, stored: Path) -> None:
    old, changed = (backtest.rules_of(str(folder), "fs-intake") for folder in (new, FOLDER))
    found = backtest.backtest(old, changed, backtest.read_answers(stored))
    assert [(change.old, change.new) for change in found.changes] == [("PRIORITY", "URGENT")] * 2
    assert backtest.RAISED in backtest.picture(found)


def test_a_git_revision_works_like_a_folder(tmp_path: Path) -> None:
    status, output, _ = run("HEAD", "HEAD", "--samples", "20", "--picture", tmp_path / "b.svg")
    assert (status, "20 answer sets scored by both; 0 would" in output) == (0, True)


def test_vignettes_can_be_replayed(tmp_path: Path) -> None:
    vignettes = PROJECT / "tests/data/vignettes.json"
    count = len(json.loads(vignettes.read_text())["vignettes"])
    status, output, _ = run(FOLDER, FOLDER, "--answers", vignettes, "--picture", tmp_path / "b.svg")
    assert (status, f"{count} answer sets scored by both; 0 would" in output) == (0, True)


def test_a_set_that_cannot_be_scored_is_named_and_fails_the_run(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"toe": 1}) + "\n{oops\n[]\n" + json.dumps(HEALTHY) + "\n")
    status, output, _ = run(FOLDER, FOLDER, "--answers", tmp_path / "a.jsonl", "--picture", tmp_path / "b.svg")
    assert status == 1
    assert "3 could not be scored by both: line 1, line 2, line 3" in output
    assert "1 answer sets" in output


def test_a_file_without_answer_sets_does_not_pass(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("\n")
    status, output, _ = run(FOLDER, FOLDER, "--answers", tmp_path / "a.jsonl", "--picture", tmp_path / "b.svg")
    assert status == 1
    assert "Nothing was scored by both, so this says nothing about the rules." in output


@pytest.fixture
def tick_bite(tmp_path: Path) -> Path:
    folder = tmp_path / "bite"
    folder.mkdir()
    copy_of_rulebook(folder)
    change(folder, INTAKE, DIABETES, DIABETES + '\n  { code = "tick-bite", label = "A tick bit me" },')
    with (folder / TRIAGE).open("a") as rules:
        rules.write(BITE)
    return folder


def test_a_new_option_and_its_rule_are_scored_by_the_new_rules_only(tick_bite: Path, tmp_path: Path) -> None:
    sets = tmp_path / "a.jsonl"
    sets.write_text("".join(json.dumps(HEALTHY | {"sys": sys}) + "\n" for sys in (["tick-bite"], ["none"])))
    status, output, _ = run(FOLDER, tick_bite, "--answers", sets, "--picture", tmp_path / "b.svg")
    assert status == 0
    assert "2 answer sets scored by both; 1 would change tier." in output
    assert "+INF-99" in output
    assert "no answer set tested" not in output
    status, output, _ = run(tick_bite, FOLDER, "--answers", sets, "--picture", tmp_path / "b.svg")
    assert "2 answer sets scored by both; 1 would change tier." in output
    assert "LOWERED" in output


def test_new_options_and_rules_that_no_answer_set_tested_are_named(tick_bite: Path, tmp_path: Path) -> None:
    _, output, _ = run(FOLDER, tick_bite, "--samples", "20", "--picture", tmp_path / "b.svg")
    assert "20 answer sets scored by both; 0 would change tier." in output
    assert "New options that no answer set tested: sys tick-bite\n" in output
    assert "New rules that no answer set tested: INF-99\n" in output


def test_answers_to_a_question_of_one_form_only_do_not_disturb_the_other() -> None:
    old, new = (backtest.rules_of(str(FOLDER), "fs-intake") for _ in range(2))
    shorter = old.questionnaire.pages[-1]._replace(questions=())
    old = old._replace(questionnaire=replace(old.questionnaire, pages=(*old.questionnaire.pages[:-1], shorter)))
    gone = {question.code for question in new.questionnaire.pages[-1].questions}
    assert gone & HEALTHY.keys()
    found = backtest.backtest(old, new, iter([("one", HEALTHY), ("two", HEALTHY | {"toe": 1})]))
    assert (found.count, found.unscored) == (1, ["two"])


@pytest.mark.parametrize("place", ["no-such-thing", "--upload-pack=x"])
def test_a_place_without_rules_is_a_clear_error(place: str) -> None:
    status, output, errors = run("--", FOLDER, place)
    assert (status, output) == (2, "")
    assert "neither a folder nor a git revision with a rulebook" in errors


def test_invalid_arguments_are_reported(tmp_path: Path) -> None:
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    for arguments in (
        ("--answers", "nosuch"),
        ("--answers", tmp_path),
        ("--answers", tmp_path / "bytes"),
        ("--samples", "-3"),
    ):
        status, output, error = run(FOLDER, FOLDER, *arguments)
        assert (status, output) == (2, "")
        assert error.splitlines()[-1].startswith("python -m dev.backtest: error: ")
