from __future__ import annotations

import io
import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from dev import triage
from dev.triage import results
from shared.domain.rules.triage import RuleSet
from shared.rulebook.loading import load
from tests.dev import command
from tests.domain.answer_sets import HEALTHY, RULE_SET, any_answers
from tests.rulebook.folder import TRIAGE, change, copy_of_rulebook

PROJECT = Path(__file__).parents[2]
VIGNETTES = PROJECT / "tests/data/vignettes.json"
CASES = PROJECT / "tests/data/cases.json"
BACKTEST = ("dev.backtest", "shared/rulebook", "shared/rulebook", "--samples", "20")
# Most CPU time per answer set, as turns of an empty loop, because machines differ in speed.
TURNS = 10_000


def run(*arguments: str, given: str = "") -> tuple[int | str | None, list[dict[str, Any]], str]:
    status, printed, errors = command.run(triage.main, *arguments, given=given)
    return status, [json.loads(line) for line in printed.splitlines()], errors


def scored(text: str) -> list[dict[str, Any]]:
    return list(results(RULE_SET, io.StringIO(text)))


def rules_with(folder: Path, condition: str) -> RuleSet:
    wound = 'when = [{ question = "signs", any_of = ["wound"] }]'
    change(copy_of_rulebook(folder), TRIAGE, wound, f"when = [{condition}]")
    rule_set = load(folder).of("fs-intake")
    assert rule_set
    return rule_set


def answer_lines() -> str:
    vignettes = json.loads(VIGNETTES.read_text())["vignettes"]
    return "".join(json.dumps(vignette["answers"]) + "\n" for vignette in vignettes)


def test_all_vignettes_agree() -> None:
    status, lines, output = run(str(VIGNETTES))
    count = len(json.loads(VIGNETTES.read_text())["vignettes"])
    assert count >= 32
    assert (status, len(lines), all(line["agrees"] for line in lines)) == (0, count, True)
    assert output.strip() == f"{count} of {count} agree"


@pytest.mark.parametrize("arguments", [("dev.triage", str(VIGNETTES)), ("dev.rulebook",), BACKTEST])
def test_a_reader_that_stops_early_causes_no_traceback(arguments: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", *arguments]
    ended = subprocess.run(command, cwd=PROJECT, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (-signal.SIGPIPE, "")


def test_a_vignette_that_disagrees_is_named_and_fails() -> None:
    vignettes = json.loads(VIGNETTES.read_text())
    vignettes["vignettes"][3]["expected"]["fit_score"] += 5
    status, lines, output = run(given=json.dumps(vignettes, indent=1))
    (wrong,) = [line for line in lines if not line["agrees"]]
    assert (status, wrong["id"], wrong["differs"]) == (1, vignettes["vignettes"][3]["id"], ["fit_score"])
    count = len(vignettes["vignettes"])
    assert output.strip() == f"{count - 1} of {count} agree"


def test_all_cases_are_in_their_band() -> None:
    status, lines, output = run(str(CASES))
    assert [(line["id"], line["tier"]) for line in lines if not line["in_band"]] == []
    count = len(json.loads(CASES.read_text())["cases"])
    assert count >= 62
    assert (status, len(lines), output.strip()) == (0, count, f"{count} of {count} in their band")


@pytest.mark.parametrize("indent", [None, 1])
def test_a_case_out_of_its_band_is_named_and_fails(indent: int | None) -> None:
    first, second = json.loads(CASES.read_text())["cases"][:2]
    first["acceptable_tiers"] = ["NOT_A_FIT"]
    status, lines, output = run(given=json.dumps({"cases": [first, second]}, indent=indent))
    assert [(line["id"], line["in_band"]) for line in lines] == [(first["id"], False), (second["id"], True)]
    assert (status, output.strip()) == (1, "1 of 2 in their band")


def test_a_case_with_an_invalid_answer_is_out_of_its_band() -> None:
    case = {"id": "a", "answers": {"toe": 1}, "acceptable_tiers": ["ROUTINE"]}
    status, (line,), output = run(given=json.dumps({"cases": [case]}))
    assert (status, line["in_band"], line["problems"][0]["pointer"]) == (1, False, "/answers/toe")
    assert output.strip() == "0 of 1 in their band"


def test_lines_from_a_file_and_from_standard_input_give_the_same(tmp_path: Path) -> None:
    (tmp_path / "answers.jsonl").write_text(answer_lines())
    from_file = run(str(tmp_path / "answers.jsonl"))
    assert from_file == run(given=answer_lines()) == run("-", given=answer_lines())
    expected = [vignette["expected"] for vignette in json.loads(VIGNETTES.read_text())["vignettes"]]
    assert [{key: line[key] for key in expected[0]} for line in from_file[1]] == expected
    assert from_file[0] == 0


def test_a_result_has_codes_for_everything() -> None:
    (line,) = scored(json.dumps(HEALTHY | {"sys": ["fever"]}))
    assert line.keys() == {
        "tier", "safety_rules", "not_fit_rules", "fit_score", "fit_rules", "tags", "marketing_allowed", "minor",
        "messages", "rule_set", "rule_set_version", "content_hash",
    }  # fmt: skip
    assert (line["tier"], line["safety_rules"], line["messages"]) == ("URGENT", ["INF-02"], ["M-U-MED", "M-NET"])


def test_the_door_stands_beside_the_answers(tmp_path: Path) -> None:
    rule_set = rules_with(tmp_path, '{ door = ["callback"] }')
    sets: list[dict[str, Any]] = [
        {"answers": HEALTHY},
        {"answers": HEALTHY, "door": "callback"},
        {"answers": HEALTHY, "door": "phone"},
    ]
    form, callback, unknown = results(rule_set, io.StringIO("\n".join(map(json.dumps, sets))))
    assert (form["tier"], callback["safety_rules"]) == ("ROUTINE", ["ASK-01", "INF-11"])
    assert unknown == {"problems": [{"pointer": "/door", "detail": "There is no such door."}]}
    vignettes = [{"id": "a", **entry, "expected": {"tier": "ROUTINE"}} for entry in sets[:2]]
    compared = results(rule_set, io.StringIO(json.dumps({"vignettes": vignettes}, indent=1)))
    assert [result["agrees"] for result in compared] == [True, False]


@pytest.mark.parametrize("indent", [None, 2])
def test_one_answer_set_on_one_line_or_on_several(indent: int | None) -> None:
    (line,) = scored(json.dumps(HEALTHY, indent=indent))
    assert line["tier"] == "ROUTINE"


def test_an_invalid_line_is_reported_in_place_and_others_are_scored() -> None:
    good = json.dumps(HEALTHY)
    lines = scored("\n".join(["{oops", good, "", "[1]", '{"age": 900, "toe": 1}', "[" * 100_000, good]))
    assert [line.get("tier") for line in lines] == [None, "ROUTINE", None, None, None, "ROUTINE"]
    assert lines[0]["problems"] == [{"pointer": "", "detail": "This line is not JSON."}]
    assert lines[2]["problems"] == [{"pointer": "", "detail": "An answer set must be a JSON object."}]
    assert [problem["pointer"] for problem in lines[3]["problems"]] == ["/answers/age", "/answers/toe"]


def test_an_invalid_line_sets_the_exit_status() -> None:
    assert run(given="{oops\n")[0] == 1
    assert run(given="{}\n")[0] == 0
    assert run(given="")[0] == 0


def test_an_unknown_questionnaire_is_reported() -> None:
    status, lines, output = run("--questionnaire", "knee")
    assert (status, lines) == (2, [])
    assert "there is no questionnaire knee" in output


def test_a_missing_file_or_a_folder_is_reported(tmp_path: Path) -> None:
    for name in ("nosuch.json", str(tmp_path)):
        status, lines, output = run(name)
        assert (status, lines) == (2, [])
        assert output.splitlines()[-1].startswith(f"python -m dev.triage: error: {name}: ")


@pytest.mark.slow
def test_scores_an_answer_set_within_its_time(tmp_path: Path) -> None:
    """Tries up to three times, because other programs may slow down the command."""
    chance = random.Random(5)
    lines = [json.dumps(any_answers(chance, RULE_SET.questionnaire)) + "\n" for _ in range(10_000)]
    file = tmp_path / "answers.jsonl"
    file.write_text("".join(lines))
    whole = [sys.executable, "-m", "dev.triage", str(file)]

    def rate() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        printed = subprocess.run(whole, cwd=PROJECT, capture_output=True, check=True).stdout
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert len(printed.splitlines()) == len(lines)
        return len(lines) / (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)

    def turns() -> float:  # per second
        total, before = 0, time.process_time()
        for number in range(1_000_000):
            total += number
        return 1_000_000 / (time.process_time() - before)

    assert any(turns() / rate() <= TURNS for _ in range(3))


def test_a_table_for_a_person_names_what_is_not_as_expected() -> None:
    first, second = json.loads(CASES.read_text(encoding="utf-8"))["cases"][:2]
    second["acceptable_tiers"] = []
    status, printed, _ = command.run(triage.main, "--table", given=json.dumps({"cases": [first, second]}))
    rows = [line.strip("\u2502").split("\u2502") for line in printed.splitlines() if line.startswith("\u2502")]
    found = {row[0].strip(): (row[1].strip(), row[2].strip()) for row in rows if row[1].strip()}
    expected = [result["tier"] for result in scored(json.dumps({"cases": [first, second]}))]
    assert status == 1
    assert found == {first["id"]: (expected[0], "yes"), second["id"]: (expected[1], "NO")}
    assert max(map(len, printed.splitlines())) <= triage.WIDTH
