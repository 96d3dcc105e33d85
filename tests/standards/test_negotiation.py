"""Tests that the Accept header is read as in RFC 9110."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions import draw_form
from shared.http.negotiation import preferred
from tests.functions.calls import CONTEXT, content, event

JSON = "application/json"
SCHEMA = "application/schema+json"
FHIR = "application/fhir+json; fhirVersion=4.0"
OFFERS = (JSON, SCHEMA, FHIR)
ADVICE = "emergency_advice"


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("text/html,application/xhtml+xml,*/*;q=0.8", JSON),
        ("application/fhir+json", FHIR),
        ("Application/FHIR+JSON;charset=utf-8", FHIR),
        ("application/fhir+json; fhirVersion=4.0", FHIR),
        ('application/fhir+json; fhirVersion="4.0"', FHIR),
        ("application/fhir+json; fhirVersion=5.0", None),
        ("application/fhir+json; fhirVersion=5.0, application/fhir+json;q=0.5", FHIR),
        ("application/fhir+json;q=0.9, application/fhir+json;fhirVersion=4.0;q=0.1, application/json;q=0.5", JSON),
        ("application/schema+json", SCHEMA),
        ("application/json;q=0.5, application/schema+json;q=0.9, application/fhir+json;q=0.8", SCHEMA),
        # The most specific media range counts, not the highest quality.
        ("application/json;q=0, */*;q=0.1", SCHEMA),
        ("*/*;q=0.1, application/json;q=0", SCHEMA),
        ("application/*;q=0.2, */*;q=0.9", JSON),
        ("application/json;q=0", None),
        ("*/*;q=0", None),
        ("text/html", None),
        ("application/xml, text/*", None),
        ("application/schema+json ; q=1.000", SCHEMA),
        ("application/schema+json;Q=1", SCHEMA),
        ("application/schema+json;q=2", None),  # 2 is not a valid quality
        ("application/schema+json;q=much, application/json", JSON),
        ("*/json", None),
        ("json, ;, /, application/", None),
        (",,application/fhir+json,", FHIR),
    ],
)
def test_preferred(accept: str | None, chosen: str | None) -> None:
    assert preferred(accept, OFFERS) == chosen


@given(st.text(alphabet=st.sampled_from('*/,;=.q01"abjson +\x00é')))
def test_any_accept_header_is_answered(accept: str) -> None:
    assert preferred(accept, OFFERS) in (*OFFERS, None)


def get(**headers: str) -> dict[str, Any]:
    asked = event("draw_form.questionnaire")
    kept = {name: value for name, value in asked["headers"].items() if not name.startswith(("accept", "if-"))}
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    answer: dict[str, Any] = draw_form.handler(asked | {"headers": kept | sent}, CONTEXT)
    return answer


def test_each_representation_has_its_media_type_and_etag() -> None:
    answers = [get(accept=media_type) for media_type in OFFERS]
    assert [answer["statusCode"] for answer in answers] == [200, 200, 200]
    assert [answer["headers"]["content-type"] for answer in answers] == list(OFFERS)
    assert len({answer["headers"]["etag"] for answer in answers}) == 3
    assert all("accept" in answer["headers"]["vary"].replace("accept-language", "") for answer in answers)
    form, schema, fhir = map(content, answers)
    assert form["pages"]
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert fhir["resourceType"] == "Questionnaire"


def test_the_default_is_the_form_definition() -> None:
    assert get()["body"] == get(accept="*/*")["body"] == get(accept=JSON)["body"]


def test_each_representation_has_its_own_etag() -> None:
    etag = get(accept=FHIR)["headers"]["etag"]
    assert get(accept=FHIR, if_none_match=etag)["statusCode"] == 304
    assert "accept" in get(accept=FHIR, if_none_match=etag)["headers"]["vary"]
    assert get(accept=SCHEMA, if_none_match=etag)["statusCode"] == 200


def test_an_unavailable_media_type_is_a_problem_with_advice() -> None:
    answer = get(accept="text/html")
    assert answer["statusCode"] == 406
    assert answer["headers"]["content-type"] == "application/problem+json"
    assert "accept" in answer["headers"]["vary"].replace("accept-language", "")
    problem = json.loads(answer["body"])
    assert problem["status"] == 406
    assert "application/fhir+json" in problem["detail"]
    assert problem[ADVICE]
