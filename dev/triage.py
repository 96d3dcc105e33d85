"""Scores answer sets with the rules: `python -m dev.triage FILE...`, or from standard input.

Input: one answer set per line, as JSON; or a file of vignettes, which is an object with a list `vignettes`, each with
`answers` and `expected`. Answers that came through another door than the form have a `door` beside them, in a line
(`{"answers": {...}, "door": "callback"}`) as in a vignette. Output: one result per line, as JSON; for vignettes, the
result says whether it is as expected. The exit status is 1 if an answer set is invalid, or the result of a vignette is
not as expected.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

from shared.domain.rules.condition import DOORS, FORM
from shared.domain.rules.triage import RuleSet, TriageResult, triage
from shared.rulebook.loading import load


def as_json(result: TriageResult) -> dict[str, Any]:
    """Returns the result as JSON, with the ids of the rules instead of their texts."""
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


def results(rule_set: RuleSet, stream: TextIO) -> Iterator[dict[str, Any]]:
    first = stream.readline()
    try:
        json.loads(first)
    except (ValueError, RecursionError):  # the file has JSON over several lines, or a line that is not JSON
        rest = stream.read()
        try:
            whole = json.loads(first + rest)
        except (ValueError, RecursionError):
            whole = None
        if isinstance(whole, dict):
            yield from compare(rule_set, whole["vignettes"]) if "vignettes" in whole else [score(rule_set, whole)]
        else:
            yield from score_lines(rule_set, [first, *rest.splitlines()])
        return
    yield from score_lines(rule_set, [first])
    yield from score_lines(rule_set, stream)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m dev.triage", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", nargs="*", metavar="FILE", help="standard input when none is given")
    parser.add_argument("--questionnaire", default="fs-intake", help="whose answers these are (default: %(default)s)")
    arguments = parser.parse_args()
    rule_set = load().of(arguments.questionnaire)
    if rule_set is None:
        parser.error(f"there is no questionnaire {arguments.questionnaire}")
    count, faults, compared = 0, 0, False
    for name in arguments.files or ["-"]:
        try:
            stream = sys.stdin if name == "-" else Path(name).open(encoding="utf-8")  # noqa: SIM115  closed below
        except OSError as error:
            parser.error(f"{name}: {error.strerror}")
        with stream:
            for result in results(rule_set, stream):
                count += 1
                compared = compared or "agrees" in result
                faults += "problems" in result or not result.get("agrees", True)
                sys.stdout.write(json.dumps(result, separators=(",", ":")) + "\n")
    if compared:
        print(f"{count - faults} of {count} agree", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
