"""`make scan`: runs all scanners on what is deployed. The exit status is 1 if a finding is not accepted.

infra/accepted.toml lists accepted findings in the template, with reasons. A finding in code is accepted by a comment on
its line. `--offline` skips the look-up of vulnerabilities.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dev import template

PROJECT = Path(__file__).resolve().parent.parent
ACCEPTED = PROJECT / "infra" / "accepted.toml"
IN = Path(sys.executable).parent
TOOLS = PROJECT / ".local"
WITHIN = 300


@dataclass(frozen=True, slots=True)
class Finding:
    """A scanner's finding. `place` is a resource's logical id, or file and line."""

    rule: str
    place: str


class CannotRunError(Exception):
    pass


def complete(expanded: template.Template) -> template.Template:
    """Returns the template with all optional resources, because most scanners do not evaluate conditions."""
    chosen: template.Template = _choose(expanded)
    for resource in chosen["Resources"].values():
        resource.pop("Condition", None)
    return chosen


def _choose(value: Any) -> Any:
    if isinstance(value, dict):
        if set(value) == {"Fn::If"}:
            return _choose(value["Fn::If"][1])
        return {key: _choose(inner) for key, inner in value.items() if inner != {"Ref": "AWS::NoValue"}}
    return [_choose(inner) for inner in value] if isinstance(value, list) else value


def cfn_lint(path: Path) -> list[Finding]:
    """Runs cfn-lint with informational rules and AWS's rules for serverless applications."""
    # W2001 regards some used parameters as unused after the transform.
    command = [IN / "cfn-lint", "-f", "json", "-i", "W2001", "-c", "I", "-a", "cfn_lint_serverless.rules", "-t", path]
    found = json.loads(_output(command, {0, 2, 4, 6, 8, 10, 12, 14}) or "[]")
    return [Finding(entry["Rule"]["Id"], _resource(entry)) for entry in found]


def _resource(entry: dict[str, Any]) -> str:
    """Returns the logical id of a finding's resource, which serverless rules give only in the message."""
    place = entry["Location"].get("Path") or []
    if len(place) > 1 and place[0] == "Resources":
        return str(place[1])
    named = re.search(r"\b(?:function|mapping|Queue|rule|permission) (\w+)", entry["Message"])
    return named[1] if named else "the template"


def checkov(path: Path) -> list[Finding]:
    program = TOOLS / "scan" / "bin" / "checkov"
    options = ["--skip-download", "--framework", "cloudformation", "-o", "json", "--quiet", "--compact"]
    report = json.loads(_output([program, "-f", path, *options], {0, 1}))
    if report["summary"]["parsing_errors"] or not report["summary"]["passed"]:
        raise CannotRunError("checkov could not read the template")
    return [Finding(entry["check_id"], entry["resource"].rpartition(".")[2]) for entry in _failed(report)]


def _failed(report: dict[str, Any]) -> list[dict[str, Any]]:
    failed: list[dict[str, Any]] = report["results"]["failed_checks"]
    return failed


def cdk_nag_hipaa(path: Path) -> list[Finding]:
    if not shutil.which("node"):
        raise CannotRunError("cdk-nag needs Node.js")
    lines = _output([TOOLS / "nag" / "bin" / "python", PROJECT / "dev" / "hipaa.py", path], {0}).splitlines()
    if "judged HIPAA.Security" not in lines:
        raise CannotRunError("cdk-nag gave no result")
    return [Finding(*line.split(" ")[1:]) for line in lines if line.startswith("finding ")]


def ruff_security() -> list[Finding]:
    found = json.loads(_output([IN / "ruff", "check", "--select", "S", "--output-format", "json", PROJECT], {0, 1}))
    return [Finding(entry["code"], f"{entry['filename']}:{entry['location']['row']}") for entry in found]


def detect_secrets() -> list[Finding]:
    """Searches tracked files for secrets.

    Skips files with hashes and invented ids. Does not verify matches over the network, because unverified matches would
    then be dropped.
    """
    files = [name for name in _output(["git", "ls-files"], {0}).splitlines() if not NO_SECRETS.search(name)]
    report = json.loads(
        _output([IN / "detect-secrets", "scan", "--no-verify", "--exclude-secrets", "^test(ing)?$", *files], {0})
    )
    return [
        Finding(entry["type"], f"{name}:{entry['line_number']}")
        for name, entries in report["results"].items()
        for entry in entries
    ]


GENERATED = ("benchmarks/baseline.json", "shared/rulebook/fs-intake.weights.toml", "web/openapi.json")
NO_SECRETS = re.compile(rf"^locks/|package-lock\.json$|^events/|^tests/data/|^({'|'.join(map(re.escape, GENERATED))})$")


def pip_audit(lock: str = "runtime") -> list[Finding]:
    """Looks up which packages of a file in locks/ have known vulnerabilities.

    Raises:
        CannotRunError: the look-up failed
    """
    path = PROJECT / "locks" / f"{lock}.txt"
    options = ["--strict", "--disable-pip", "--require-hashes", "--progress-spinner", "off", "-f", "json"]
    report = json.loads(_output([TOOLS / "audit" / "bin" / "pip-audit", *options, "-r", path], {0, 1}) or "{}")
    if not report.get("dependencies"):
        raise CannotRunError("pip-audit got no answer for every package")
    return [Finding(flaw["id"], entry["name"]) for entry in report["dependencies"] for flaw in entry["vulns"]]


def _output(command: list[Any], fine: set[int], folder: Path = PROJECT) -> str:
    environment = os.environ | {"JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1", "BC_SKIP_MAPPING": "TRUE"}
    try:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=WITHIN,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotRunError(f"{Path(command[0]).name}: {type(error).__name__}") from error
    if done.returncode not in fine:
        raise CannotRunError(f"{Path(command[0]).name} ended with {done.returncode}: {done.stderr.strip()[-300:]}")
    return done.stdout


@dataclass(frozen=True, slots=True)
class Kind:
    """Findings that are accepted for one reason. `findings` maps a rule to resources, or to "*" for all."""

    name: str
    reason: str
    findings: dict[str, list[str] | str]

    def covers(self, finding: Finding) -> bool:
        places = self.findings.get(finding.rule, [])
        return places == "*" or finding.place in places


def accepted() -> list[Kind]:
    return [Kind(**entry) for entry in tomllib.loads(ACCEPTED.read_text())["kind"]]


def unexplained(found: Iterable[Finding], kinds: list[Kind]) -> list[Finding]:
    return [finding for finding in found if not any(kind.covers(finding) for kind in kinds)]


def no_longer_found(found: Iterable[Finding], kinds: list[Kind]) -> list[str]:
    """Returns accepted findings that no longer occur, and so could hide new findings."""
    rules = {finding.rule for finding in found}
    places = {(finding.rule, finding.place) for finding in found}
    return [
        f"{rule} {place}"
        for kind in kinds
        for rule, where in kind.findings.items()
        for place in where
        if (rule not in rules if place == "*" else (rule, place) not in places)
    ]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make scan", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--offline", action="store_true", help="skip the look-up of known vulnerabilities")
    offline = parser.parse_args(arguments).offline
    kinds = accepted()
    failed = False
    on_template: list[Finding] = []
    with tempfile.TemporaryDirectory() as folder:
        expanded = template.expand()
        path, whole = Path(folder) / "template.json", Path(folder) / "complete.json"
        path.write_text(json.dumps(expanded))
        whole.write_text(json.dumps(complete(expanded)))
        scanners: list[tuple[str, Callable[[], list[Finding]], bool]] = [
            ("cfn-lint, serverless rules", lambda: cfn_lint(path), True),
            ("checkov", lambda: checkov(whole), True),
            ("cdk-nag, HIPAA", lambda: cdk_nag_hipaa(whole), True),
            ("ruff S (bandit)", ruff_security, False),
            ("detect-secrets", detect_secrets, False),
            ("pip-audit", pip_audit, False),
        ]
        print(f"{'scanner':<28}{'found':>7}{'unexplained':>13}")
        for name, scan, is_template in scanners:
            if offline and name == "pip-audit":
                print(f"{name:<28}{'skipped: --offline':>20}")
                continue
            try:
                found = scan()
            except CannotRunError as error:
                print(f"{name:<28}COULD NOT RUN: {error}")
                failed = True
                continue
            left = unexplained(found, kinds if is_template else [])
            on_template += found if is_template else []
            print(f"{name:<28}{len(found):>7}{len(left):>13}")
            for finding in left:
                print(f"    {finding.rule} {finding.place}")
            failed |= bool(left)
    counts = Counter(kind.name for finding in on_template for kind in kinds if kind.covers(finding))
    for kind in kinds:
        print(f"\n{counts[kind.name]} accepted: {kind.name}\n    {' '.join(kind.reason.split())}")
    obsolete = [] if failed else no_longer_found(on_template, kinds)
    for entry in obsolete:
        print(f"\naccepted and no longer found: {entry}: remove it from infra/accepted.toml")
    return int(failed or bool(obsolete))


if __name__ == "__main__":
    sys.exit(main())
