"""Scores answer sets with the rules: `python -m dev.triage FILE...`. Without a FILE, reads standard input.

Input is one of

- one answer set per line, as JSON;
- vignettes: an object with a list `vignettes`, each with `answers` and the `expected` result;
- cases: an object with a list `cases`, each with `answers` and a band of `acceptable_tiers`.

The key `door` says how the answers came in: `{"answers": {...}, "door": "callback"}`. The default is the form.

The exit status is 1 if an answer set is invalid, or if a vignette or a case does not agree.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console
from rich.table import Table

from dev.load_rules import load_rules
from shared.domain.rules.condition import DOORS, FORM
from shared.domain.rules.triage import RuleSet, TriageResult, triage

WIDTH = 100  # characters; for output that is no terminal


def as_json(result: TriageResult) -> dict[str, Any]:
    return {
        "tier": result.tier,
        "safety_rules": [rule.id for rule in result.safety_rules],
        "not_fit_rules": [rule.id for rule in result.not_fit_rules],
        "fit_score": result.fit_score,
        "fit_rules": [rule.id for rule in result.fit_rules],
        "tags": [rule.id for rule in result.tags],
        "marketing_allowed": result.marketing_allowed,
        "minor": result.minor,
        "messages": list(result.messages),
        "rule_set": result.rule_set,
        "rule_set_version": result.rule_set_version,
        "content_hash": result.content_hash,
    }


def score(rule_set: RuleSet, answers: Any, door: Any = FORM) -> dict[str, Any]:
    if not isinstance(answers, dict):
        return {"problems": [{"pointer": "", "detail": "An answer set must be a JSON object."}]}
    if isinstance(answers.get("answers"), dict):
        answers, door = answers["answers"], answers.get("door", FORM)
    if door not in DOORS:
        return {"problems": [{"pointer": "/door", "detail": "There is no such door."}]}
    problems = rule_set.questionnaire.problems(answers)
    if problems:
        return {"problems": [{"pointer": problem.pointer, "detail": problem.detail} for problem in problems]}
    return as_json(triage(rule_set, answers, door=door))


def score_lines(rule_set: RuleSet, lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        if line.strip():
            try:
                answers = json.loads(line)
            except (ValueError, RecursionError):
                yield {"problems": [{"pointer": "", "detail": "This line is not JSON."}]}
                continue
            yield score(rule_set, answers)


def compare(rule_set: RuleSet, vignettes: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for vignette in vignettes:
        result = score(rule_set, vignette["answers"], vignette.get("door", FORM))
        differs = [key for key, value in vignette["expected"].items() if result.get(key) != value]
        yield {"id": vignette["id"], "agrees": not differs, "differs": differs, **result}


def judge(rule_set: RuleSet, cases: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for case in cases:
        result = score(rule_set, case["answers"], case.get("door", FORM))
        band = case["acceptable_tiers"]
        yield {"id": case["id"], "in_band": result.get("tier") in band, "acceptable_tiers": band, **result}


def results(rule_set: RuleSet, stream: TextIO) -> Iterator[dict[str, Any]]:
    lines = [stream.readline()]
    whole = _json_object(lines[0])
    if whole is None:
        rest = stream.read()
        whole = _json_object(lines[0] + rest)
        lines += rest.splitlines()
    if whole is None:
        yield from score_lines(rule_set, lines)
    elif "vignettes" in whole:
        yield from compare(rule_set, whole["vignettes"])
    elif "cases" in whole:
        yield from judge(rule_set, whole["cases"])
    else:
        yield score(rule_set, whole)
        yield from score_lines(rule_set, stream)


def _json_object(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def table(found: Iterable[dict[str, Any]]) -> Table:
    shown = Table("", "tier", "as expected", "rules")
    for number, result in enumerate(found, start=1):
        verdict = result.get("agrees", result.get("in_band"))
        rules = [rule for kind in ("safety_rules", "not_fit_rules", "fit_rules") for rule in result.get(kind, ())]
        problems = [f"{problem['pointer']} {problem['detail']}" for problem in result.get("problems", ())]
        shown.add_row(
            str(result.get("id", number)),
            result.get("tier", "invalid"),
            {None: "", True: "yes", False: "NO"}[verdict],
            "; ".join(problems) or ", ".join(rules),
        )
    return shown


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m dev.triage", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", nargs="*", metavar="FILE", help="standard input when none is given")
    parser.add_argument("--questionnaire", default="fs-intake", help="whose answers these are (default: %(default)s)")
    parser.add_argument("--table", action="store_true", help="a table for a person, not JSON")
    arguments = parser.parse_args()
    rule_set = load_rules().of(arguments.questionnaire)
    if rule_set is None:
        parser.error(f"there is no questionnaire {arguments.questionnaire}")
    invalid, agree, in_band = 0, [], []
    rows: list[dict[str, Any]] = []
    for name in arguments.files or ["-"]:
        try:
            stream = sys.stdin if name == "-" else Path(name).open(encoding="utf-8")  # noqa: SIM115  closed below
        except OSError as error:
            parser.error(f"{name}: {error.strerror}")
        with stream:
            for result in results(rule_set, stream):
                invalid += "problems" in result
                agree += [result["agrees"]] if "agrees" in result else []
                in_band += [result["in_band"]] if "in_band" in result else []
                if arguments.table:
                    rows.append(result)
                else:
                    sys.stdout.write(json.dumps(result, separators=(",", ":")) + "\n")
    if arguments.table:
        Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False).print(table(rows))
    for verdicts, words in ((agree, "agree"), (in_band, "in their band")):
        if verdicts:
            print(f"{sum(verdicts)} of {len(verdicts)} {words}", file=sys.stderr)
    return 1 if invalid or not all(agree + in_band) else 0


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # otherwise `| head` would cause a traceback
    sys.exit(main())
