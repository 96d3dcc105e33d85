"""Tests that the JSON Schema of submissions accepts exactly what the server accepts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from functions import capture_lead
from shared.domain.rules.condition import NoneWithOthers
from shared.domain.rules.triage import RuleSet
from shared.formats.submission_schema import _holds, submission_schema
from shared.rulebook.loading import load
from shared.rulebook.reader import RulebookError
from tests.aws import aws_in_process
from tests.functions.calls import CONTEXT, MINOR, posting, submission

VIGNETTES = json.loads((Path(__file__).parents[1] / "data" / "vignettes.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    found = load().of("fs-intake")
    assert found is not None
    return Draft202012Validator(submission_schema(found.questionnaire))


def test_is_a_schema(rule_set: RuleSet) -> None:
    Draft202012Validator.check_schema(submission_schema(rule_set.questionnaire))


BODIES: list[dict[str, Any]] = [
    submission(),
    submission(attribution=None),
    submission({"age": 8.0, "who": "guardian"}, contact=None, consents=None),
    submission(MINOR, contact=None, consents=None),
    submission({"age": None}),
    submission({"age": None}, contact=None),
    submission({"age": None}, contact=None, consents=None),
    submission(contact=None),
    submission(consents=None),
    submission(consents={"contact": False}),
    submission(consents={"sms": True}),
    submission(contact={"name": "Alex Example"}),
    submission(contact={"phone": None, "email": "alex@example.com"}),
    submission(contact={"phone": "(312) 555-0147", "preference": "fax"}),
    submission({"age": 121}),
    submission({"age": -1}),
    submission({"age": "61"}),
    submission({"age": True}),
    submission({"who": ["self"]}),
    submission({"who": "nobody"}),
    submission({"ces": "none"}),
    # Only the form prevents "none" with another option.
    submission({"ces": ["none", "saddle-numb"]}),
    submission({"ces": []}),
    submission({"ces": ["none"] * 41}),
    submission({"ces": ["other"]}),
    submission({"other": "none"}),
    submission({"note": "x" * 500}),
    submission({"note": "x" * 501}),
    submission({"note": "é" * 500}),
    submission(submission_id="1"),
    submission(more="x"),
    submission(attribution={"utm_source": ""}),
    submission(attribution={"utm_source": "x" * 121}),
]


@pytest.mark.parametrize("body", BODIES)
def test_agrees_with_the_server(body: dict[str, Any], validator: Draft202012Validator) -> None:
    with aws_in_process():
        answer = capture_lead.handler(posting("capture_lead", body), CONTEXT)
    said = [error.message for error in validator.iter_errors(body)]
    # Only the server checks the `format` of an id.
    fits = not said and body["submission_id"] != "1"
    assert fits is (answer["statusCode"] in (200, 201)), (answer["body"], said)


def test_takes_the_answers_of_every_vignette(validator: Draft202012Validator) -> None:
    vignettes = VIGNETTES if isinstance(VIGNETTES, list) else VIGNETTES["vignettes"]
    for vignette in vignettes:
        body = {**submission(), "answers": vignette["answers"]}
        assert not list(validator.iter_errors(body)), vignette["id"]


def test_refuses_a_condition_that_it_cannot_express() -> None:
    with pytest.raises(RulebookError, match="NoneWithOthers"):
        _holds(NoneWithOthers())
