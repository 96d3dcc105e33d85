"""Tests `make scan` on small samples, and the CI workflows."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from dev import scan, template

PROJECT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((PROJECT / ".github" / "workflows").glob("*.yml"))
KINDS = scan.accepted()


def test_a_secret_is_found(tmp_path: Path) -> None:
    key = "AKIA" + "Z3MKQW7TLVRU2EXD"
    (tmp_path / "settings.py").write_text(f'KEY = "{key}"\n')

    report = json.loads(scan._output([scan.IN / "detect-secrets", "scan", "--no-verify", "settings.py"], {0}, tmp_path))
    assert [entry["type"] for entries in report["results"].values() for entry in entries] == ["AWS Access Key"]


def test_there_are_few_reasons_and_none_is_empty() -> None:
    assert 0 < len(KINDS) <= 6
    assert all(len(kind.reason) > 80 and kind.findings for kind in KINDS)


def test_a_reason_covers_what_it_names_and_no_more() -> None:
    queue = scan.Finding("ES6000", "CanaryAlerts")
    new = scan.Finding("ES6000", "QueueOfTomorrow")

    assert scan.unexplained([queue, new, scan.Finding("CKV_AWS_1", "Logs")], KINDS) == [
        new,
        scan.Finding("CKV_AWS_1", "Logs"),
    ]
    kind = scan.Kind("a", "b", {"ES6000": ["CanaryAlerts", "Gone"], "WS1": "*"})
    assert scan.no_longer_found([queue], [kind]) == ["ES6000 Gone", "WS1 *"]


def test_scanners_without_conditions_see_optional_resources() -> None:
    whole = scan.complete(template.expand())

    assert "Fn::If" not in json.dumps(whole)
    assert "WebhookKey" in whole["Resources"]
    assert whole["Resources"]["CaptureLead"]["Properties"]["ReservedConcurrentExecutions"] == 120


def test_a_scanner_without_a_result_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_found(*_: Any) -> list[scan.Finding]:
        return []

    def silent(*_: Any) -> list[scan.Finding]:
        raise scan.CannotRunError("no network")

    for name in ("cfn_lint", "checkov", "cdk_nag_hipaa", "ruff_security", "detect_secrets", "pip_audit"):
        monkeypatch.setattr(scan, name, none_found)
    monkeypatch.setattr(scan, "accepted", list)
    assert scan.main([]) == 0
    monkeypatch.setattr(scan, "pip_audit", silent)
    assert scan.main([]) == 1
    assert scan.main(["--offline"]) == 0


def jobs(path: Path) -> dict[str, Any]:
    loaded = yaml.safe_load(path.read_text())
    assert set(loaded) - {True} <= {"name", "permissions", "concurrency", "jobs"}  # YAML 1.1 reads the key `on` as true
    found: dict[str, Any] = loaded["jobs"]
    return found


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_pins_its_actions_and_has_few_permissions(path: Path) -> None:
    loaded = yaml.safe_load(path.read_text())

    assert loaded["permissions"] in ({}, {"contents": "read"})
    for job in jobs(path).values():
        assert job["timeout-minutes"] <= 60
        assert set(job) <= {"if", "runs-on", "timeout-minutes", "environment", "permissions", "steps"}
        for step in job["steps"]:
            assert set(step) <= {"if", "uses", "with", "run", "env", "working-directory"}
            assert ("uses" in step) != ("run" in step)
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step.get("uses", "a/b@" + "0" * 40))
            assert "${{" not in step.get("run", "")  # the shell would run the inserted text as code
            for target in re.findall(r"\bmake ([a-z-]+)", step.get("run", "")):
                assert re.search(rf"^{target}:", (PROJECT / "Makefile").read_text(), re.MULTILINE)
    secrets = {"GOOGLE_ADS_KEY"} if path.stem == "deploy" else set()
    assert set(re.findall(r"secrets\.(\w+)", path.read_text())) == secrets


def test_only_what_was_tested_on_main_and_approved_is_deployed() -> None:
    text = (PROJECT / ".github/workflows/deploy.yml").read_text()
    loaded = yaml.safe_load(text)
    (job,) = jobs(PROJECT / ".github/workflows/deploy.yml").values()

    assert loaded[True] == {"workflow_run": {"workflows": ["test"], "types": ["completed"], "branches": ["main"]}}
    assert "conclusion == 'success'" in job["if"]
    assert "workflow_run.event == 'push'" in job["if"]
    assert job["environment"] == "prod"
    assert job["permissions"] == {"contents": "read", "id-token": "write"}
    assert not re.search(r"aws-access-key-id|AWS_SECRET", text)


def test_the_workflow_fails_if_vulnerabilities_cannot_be_looked_up() -> None:
    runs = [step.get("run") for job in jobs(PROJECT / ".github/workflows/test.yml").values() for step in job["steps"]]

    assert {"make test", "make scan", "make sbom"} <= set(runs)


def test_every_kind_of_dependency_is_kept_up_to_date() -> None:
    updates = yaml.safe_load((PROJECT / ".github/dependabot.yml").read_text())["updates"]
    npm = {folder for update in updates for folder in update.get("directories", [])}

    assert {update["package-ecosystem"] for update in updates} == {"pip", "npm", "github-actions"}
    assert npm == {f"/{path.parent.relative_to(PROJECT)}" for path in PROJECT.glob("[lt]*/**/package-lock.json")}
