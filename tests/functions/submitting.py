"""Sends submissions to POST /submissions, and checks problem details."""

from __future__ import annotations

from functions.capture_lead import handler
from tests.functions.calls import CONTEXT, Json, content, posting

CANARY = "canaryvalue"


def send(body: object) -> Json:
    answer: Json = handler(posting("capture_lead", body), CONTEXT)
    return answer


def rule_ids(lead: Json) -> list[str]:
    return [rule["id"] for rule in lead["triage"]["safety_rules"]]


def assert_problem(response: Json, status: int) -> Json:
    """Returns the problem details. Checks that they have emergency advice and repeat no input."""
    problem = content(response)
    assert response["statusCode"] == problem["status"] == status
    assert response["headers"]["content-type"] == "application/problem+json"
    assert {"type", "title", "detail"} <= set(problem)
    assert "call 911" in problem["emergency_advice"]
    assert problem["clinic_phone"] == "(312) 555-0100"
    assert CANARY not in response["body"]
    return problem
