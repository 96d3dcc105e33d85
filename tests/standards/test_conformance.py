"""Tests with schemathesis that responses match the OpenAPI document.

The environment variable API_CASES sets the number of requests per operation.
"""

from __future__ import annotations

import copy
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode, openapi
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    positive_data_acceptance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from dev.openapi import document as described
from shared.formats.submission_schema import submission_schema
from shared.rulebook.loading import load
from tests.aws import aws_in_process
from tests.standards.lambda_wsgi import LambdaWsgi, StartResponse

CASES = int(os.environ.get("API_CASES", "50"))
ALWAYS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# Parameters accept any string, so only a body can be invalid.
MODES = [
    (route, mode)
    for route, described_as in described.OPERATIONS.items()
    for mode in (GenerationMode.POSITIVE, *([GenerationMode.NEGATIVE] if described_as.request else []))
]
THOROUGH = settings(
    max_examples=CASES // 2,  # per mode
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def app() -> Iterator[LambdaWsgi]:
    with aws_in_process():
        yield LambdaWsgi()


@pytest.fixture(scope="module")
def served(app: LambdaWsgi) -> Any:
    return openapi.from_wsgi("/web/openapi.json", app)


def operation(schema: Any, route: str) -> APIOperation[Any, Any, Any, Any]:
    method, path = route.split(" ")
    found: APIOperation[Any, Any, Any, Any] = schema[path][method]
    return found


@pytest.mark.parametrize(("route", "mode"), MODES, ids=[f"{route} {mode.value}" for route, mode in MODES])
def test_every_response_matches_the_openapi_document(route: str, mode: GenerationMode, served: Any) -> None:
    modes = [found for other, found in MODES if other == route]

    @settings(THOROUGH, max_examples=CASES // len(modes))
    @given(case=operation(served, route).as_strategy(mode))
    def sends(case: Case[Any]) -> None:
        case.call_and_validate(checks=ALWAYS)

    sends()


class Precise:
    """Wraps `app`, and serves `document` at /precise.json."""

    def __init__(self, app: LambdaWsgi, document: dict[str, Any]) -> None:
        self.app = app
        self.document = json.dumps(document).encode()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/precise.json":
            start_response("200 OK", [("content-type", "application/json")])
            return [self.document]
        return self.app(environ, start_response)


def precise_document(*, typed_by_a_person: bool) -> dict[str, Any]:
    """Returns the OpenAPI document with the precise schema of submissions for fs-intake.

    typed_by_a_person: whether to allow only valid texts, such as phone numbers, which no schema can describe
    """
    document = described.document()
    request_body = document["paths"]["/submissions"]["post"]["requestBody"]
    request_body["content"] = {"application/json": request_body["content"]["application/json"]}
    found = load().of("fs-intake")
    assert found is not None
    schema = copy.deepcopy(submission_schema(found.questionnaire))
    schemas = document["components"]["schemas"]
    definitions = schema.pop("$defs")
    schema.pop("$schema")
    if typed_by_a_person:
        fields = definitions["ContactEntry"]["properties"]
        fields["phone"] = {"enum": ["(312) 555-0147", "+1 312 555 0148", "312.555.0149"]}
        fields["email"] = {"enum": ["alex@example.com", "sam.example@clinic.example"]}
        for model in (schema, schema["properties"]["answers"], *definitions.values()):
            for field in model["properties"].values():
                _make_printable(field)
    text = json.dumps({"Submission": schema, **definitions}).replace("#/$defs/", "#/components/schemas/")
    schemas |= json.loads(text)
    return document


def _make_printable(field: dict[str, Any]) -> None:
    for part in (field, *field.get("anyOf", ())):
        if part.get("type") == "string" and not {"pattern", "format"} & part.keys():
            part["pattern"] = r"^[A-Za-z0-9]*$"


def test_every_submission_that_fits_the_schema_is_accepted(app: LambdaWsgi) -> None:
    document = precise_document(typed_by_a_person=True)
    target = operation(openapi.from_wsgi("/precise.json", Precise(app, document)), "POST /submissions")
    statuses: Counter[int] = Counter()

    @THOROUGH
    @given(case=target.as_strategy(GenerationMode.POSITIVE))
    def sends(case: Case[Any]) -> None:
        assert isinstance(case.body, dict)
        # The server refuses different content under a known id.
        case.body["submission_id"] = str(uuid4())
        answer = case.call_and_validate(checks=[*ALWAYS, positive_data_acceptance])
        statuses[answer.status_code] += 1
        assert answer.status_code in (200, 201), answer.text

    sends()
    assert statuses[201], "no submission was stored"


def test_every_submission_that_violates_the_schema_is_refused(app: LambdaWsgi) -> None:
    document = precise_document(typed_by_a_person=False)
    target = operation(openapi.from_wsgi("/precise.json", Precise(app, document)), "POST /submissions")

    @THOROUGH
    @given(case=target.as_strategy(GenerationMode.NEGATIVE))
    def sends(case: Case[Any]) -> None:
        case.call_and_validate(checks=[*ALWAYS, negative_data_rejection])

    sends()
