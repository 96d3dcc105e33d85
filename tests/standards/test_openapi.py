"""Tests that the OpenAPI document is current and complete, and passes two linters."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from dev import template
from dev.openapi import document as openapi
from functions import show_page
from tests.functions.calls import CONTEXT, event

CONFIG = Path(__file__).parent / "npm" / "redocly.yaml"
Json = dict[str, Any]


@pytest.fixture
def document() -> Json:
    found: Json = json.loads(openapi.FILE.read_text(encoding="utf-8"))
    return found


def test_the_committed_document_is_up_to_date() -> None:
    assert openapi.FILE.read_text(encoding="utf-8") == openapi.text(), "write it again: python -m dev.openapi"


def test_is_served() -> None:
    asked = event("show_page") | {"headers": {}, "pathParameters": {"file": "openapi.json"}}
    answer = show_page.handler(asked, CONTEXT)
    assert (answer["statusCode"], answer["headers"]["content-type"]) == (200, "application/json")
    assert json.loads(answer["body"])["openapi"] == "3.1.0"


def test_describes_every_route_of_the_template(document: Json) -> None:
    described = {f"{method.upper()} {path}" for path, entry in document["paths"].items() for method in entry}
    assert described == set(template.routes())


def test_an_undescribed_route_fails_the_generation(monkeypatch: pytest.MonkeyPatch) -> None:
    left = {route: found for route, found in openapi.OPERATIONS.items() if route != "GET /"}
    monkeypatch.setattr(openapi, "OPERATIONS", left)
    with pytest.raises(SystemExit, match="GET /"):
        openapi.document()


def test_does_not_announce_the_trap(document: Json) -> None:
    assert "website" not in json.dumps(document)


def with_examples(node: Any) -> Iterator[tuple[Json, Any]]:
    if isinstance(node, list):
        for part in node:
            yield from with_examples(part)
    elif isinstance(node, dict):
        if "example" in node:
            yield node.get("schema", node), node["example"]
        for example in node.get("examples", {}).values():
            yield node["schema"], example["value"]
        for key, part in node.items():
            if key == "properties":
                yield from with_examples(list(part.values()))
            elif key not in ("example", "examples"):
                yield from with_examples(part)


def unfit_examples(document: Json) -> list[str]:
    return [
        error.message
        for schema, example in with_examples(document)
        for error in Draft202012Validator({**schema, "components": document["components"]}).iter_errors(example)
    ]


def test_examples_fit_their_schemas(document: Json) -> None:
    assert unfit_examples(document) == []


@pytest.mark.parametrize("place", ["a body", "a schema", "a parameter"])
def test_an_example_that_does_not_fit_is_found(document: Json, place: str) -> None:
    post = document["paths"]["/screenings"]["post"]
    if place == "a body":
        post["requestBody"]["content"]["application/json"]["examples"]["wrong"] = {"value": {"page": 1}}
    elif place == "a schema":
        del document["components"]["schemas"]["Receipt"]["example"]["next_steps"]["booking_link"]
    else:
        post["parameters"][0]["example"] = 1
    assert unfit_examples(document)


def test_openapi_spec_validator(document: Json) -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_openapi_spec_validator_refuses(document: Json) -> None:
    broken = copy.deepcopy(document)
    del broken["paths"]["/submissions"]["post"]["responses"]["201"]["description"]
    assert list(OpenAPIV31SpecValidator(broken).iter_errors())


def redocly(npm: Path, folder: Path, document: Json) -> list[str]:
    path = folder / "openapi.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    shutil.copyfile(CONFIG, folder / "redocly.yaml")
    program = npm / "node_modules/@redocly/cli/bin/cli.js"
    command = ["node", str(program), "lint", "--format", "json", "--config", "redocly.yaml", "openapi.json"]
    quiet = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "PATH": _path()}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=quiet)
    report = json.loads(done.stdout[done.stdout.index("{") :])
    return sorted(problem["ruleId"] for problem in report["problems"])


def _path() -> str:
    return str(Path(shutil.which("node") or "").parent)


def test_redocly(npm: Path, tmp_path: Path, document: Json) -> None:
    assert redocly(npm, tmp_path, document) == []


def test_redocly_refuses(npm: Path, tmp_path: Path, document: Json) -> None:
    del document["paths"]["/submissions"]["post"]["operationId"]
    document["paths"]["/screenings"]["post"]["requestBody"]["content"]["application/json"]["examples"]["wrong"] = {
        "value": {"page": 1}
    }
    assert {"operation-operationId", "no-invalid-media-type-examples"} <= set(redocly(npm, tmp_path, document))
