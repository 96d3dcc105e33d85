"""Checks that the response to any request must pass."""

from __future__ import annotations

import base64
import json
import re
from functools import lru_cache

from dev.openapi import document as openapi
from shared.http.problem_details import PROBLEM
from tests.functions.calls import Json
from tests.hostile.attacker import Route

LARGEST = 6 * 1024 * 1024  # bytes: Lambda's limit for a response
AS_JSON = 12  # maximum bytes of a character, as two escaped surrogates
HEADER_VALUE = re.compile(r"[\x20-\x7e]*")
SCRIPT = re.compile(r"<script|<img|<iframe|<svg|\bon\w+\s*=", re.IGNORECASE)
HTML = "text/html; charset=utf-8"
TAG, QUOTED = re.compile(r"<[^<>]*>"), re.compile(r'"[^"]*"')
LINK = re.compile(r'\b(?:href|src|action|formaction)="([^"]*)"')
RUNS = ("javascript:", "data:", "vbscript:")
DRAWN = ("/form", "/submissions", "/received/{submission_id}")  # these pages show what a visitor typed
CACHED = 304
UNREADABLE = {400}


def statuses(route: str) -> set[int]:
    """Returns the statuses in the OpenAPI document, UNREADABLE, and CACHED for a cacheable route."""
    operation = openapi.OPERATIONS[route]
    named = {int(status) for status in (*operation.answers, *operation.problems)}
    return named | UNREADABLE | ({CACHED} if operation.cacheable else set())


def fault(route: Route, answer: object, *, out_of_order: bool = False) -> str:
    """Returns what is wrong with the response, or "". `out_of_order`: table and spool are down."""
    if not isinstance(answer, dict):
        return "no answer"
    status = answer["statusCode"]
    if status not in statuses(route.name):
        return f"status {status} is not in the API's description"
    if status >= 500 and not out_of_order:
        return f"status {status} without a fault"
    if "no-store" not in answer["headers"].get("cache-control", "") and not openapi.OPERATIONS[route.name].cacheable:
        return "a proxy may cache this"
    return _headers(answer) or _body(route, answer)


def _headers(answer: Json) -> str:
    for name, value in answer["headers"].items():
        if not isinstance(value, str) or not HEADER_VALUE.fullmatch(value):
            return f"header {name} cannot be sent"
    if answer["headers"].get("x-content-type-options") != "nosniff":
        return "a browser may guess the content type"
    if "strict-transport-security" not in answer["headers"]:
        return "a browser may return without TLS"
    return ""


def _body(route: Route, answer: Json) -> str:
    try:
        content = answer["body"].encode()
    except UnicodeEncodeError:
        return "the body is no Unicode"
    at_most = len(json.dumps(answer | {"body": ""})) + AS_JSON * len(answer["body"])
    if at_most > LARGEST and len(json.dumps(answer)) > LARGEST:
        return "the answer is too large"
    if answer.get("isBase64Encoded"):
        base64.b64decode(content, validate=True)
    kind = answer["headers"].get("content-type", "")
    if kind == PROBLEM:
        problem = json.loads(content)
        if problem["status"] != answer["statusCode"]:
            return "a problem with another status"
        if not openapi.OPERATIONS[route.name].staff and not (problem["emergency_advice"] and problem["clinic_phone"]):
            return "a problem without advice"
    if kind == HTML and route.name.split(" ")[1] in DRAWN and _scripted(answer["body"]):
        return "a script came back"
    return ""


def _scripted(page: str) -> bool:
    """Returns whether a page has a tag that runs a script."""
    return any(map(_runs, set(TAG.findall(page))))


@lru_cache(maxsize=10_000)
def _runs(tag: str) -> bool:
    if SCRIPT.search(QUOTED.sub("", tag)):
        return True
    return any(value.strip().lower().startswith(RUNS) for value in LINK.findall(tag))
