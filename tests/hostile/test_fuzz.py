"""Tests that every request gets a response that the API describes, and never a server error.

`make soak ONLY=requests` sends a million requests. A fault's report has the seed and request number.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from functions import capture_lead, draw_form, export_leads, show_receipt
from tests.aws import ENVIRONMENT
from tests.functions.calls import CONTEXT, content, event, posting, sent
from tests.functions.plain_browser import body_post, form_post
from tests.functions.staff_calls import signed_in
from tests.hostile import corpora
from tests.hostile.answer_checks import fault
from tests.hostile.attack import BATCH, attack
from tests.hostile.attacker import Attacker, routes

PROJECT = Path(__file__).parents[2]
SEED = 20261123
OUT_OF_ORDER = 9 * BATCH


@pytest.mark.slow
@pytest.mark.parametrize(("first", "count"), [(0, 800), (BATCH, 800), (OUT_OF_ORDER, 500)])
def test_every_request_gets_a_described_answer(first: int, count: int) -> None:
    attacked = attack(SEED, first, count)
    assert attacked.faults == []
    assert attacked.statuses.total() == count
    assert {200, 400, 404, 413, 415, 422} <= set(attacked.statuses)
    assert (503 in attacked.statuses) is (first == OUT_OF_ORDER)


def test_a_number_always_makes_the_same_request_on_every_route() -> None:
    attacker = Attacker(SEED)
    first = [attacker.request(number) for number in range(2_000)]
    assert first[-1][1] == Attacker(SEED).request(1_999)[1]
    assert {route.name for route, _ in first} == {route.name for route in routes()}


@pytest.mark.slow
def test_a_fault_is_reproduced_as_documented() -> None:
    page = (PROJECT / "docs" / "security.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"^    .venv/bin/python -c '(.*)'$", page, re.MULTILINE)
    played = subprocess.run(
        [sys.executable, "-c", line.replace("SEED", str(SEED)).replace("NUMBER", "5")],
        cwd=PROJECT,
        env={name: value for name, value in os.environ.items() if name not in ENVIRONMENT},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (played.stdout, played.returncode) == ("[]\n", 0), played.stderr


def test_every_kind_of_fault_is_detected() -> None:
    (route,) = (route for route in routes() if route.name == "GET /form")
    good: dict[str, Any] = draw_form.handler(event("draw_form"), CONTEXT)
    assert fault(route, good) == ""
    headers = good["headers"]
    for bad in (
        good | {"statusCode": 500},
        good | {"statusCode": 503},
        good | {"statusCode": 201},
        good | {"headers": {**headers, "location": "a\r\nb"}},
        good | {"headers": {**headers, "x-content-type-options": ""}},
        good | {"headers": {**headers, "cache-control": "max-age=60"}},
        good | {"body": "\ud800"},
        good | {"body": good["body"] + "<script>alert(1)</script>"},
        good | {"body": good["body"] + "<input onfocus=alert(1)>"},
        good | {"body": good["body"] + '<a href="javascript:alert(1)">'},
        None,
    ):
        assert fault(route, bad), bad


@pytest.mark.slow
@pytest.mark.usefixtures("aws")
def test_every_naughty_string_is_shown_as_text() -> None:
    (route,) = (route for route in routes() if route.name == "POST /submissions")
    for text in corpora.strings():
        if len(text) > 3000:
            continue
        typed = text.encode(errors="replace").decode()
        answer = capture_lead.handler(
            form_post("/submissions", [("contact.name", typed), ("answers.age", "50")]), CONTEXT
        )
        assert (answer["statusCode"], fault(route, answer)) == (422, ""), repr(text)


@pytest.mark.usefixtures("aws")
def test_links_of_an_embedded_receipt_lead_to_the_service() -> None:
    """Found by seed 20261122, request 3180."""
    asked = event("show_receipt")
    asked["headers"]["hx-request"] = "true"
    page = show_receipt.handler(asked, CONTEXT)["body"]
    host = asked["headers"]["host"]
    assert f'href="https://{host}/web/plain.css"' in page
    assert f"{host}/received" not in page


def test_a_lone_surrogate_in_a_query_is_refused() -> None:
    """Found by seed 20261122, request 4764."""
    answer = draw_form.handler(event("draw_form") | {"queryStringParameters": {"utm_source": "\ud800"}}, CONTEXT)
    assert (answer["statusCode"], json.loads(answer["body"])["status"]) == (400, 400)


@pytest.mark.parametrize("host", ["6]þ", "[", "a/b", 'a"b', "a b", "a@b", "", "x" * 300])
def test_an_invalid_host_header_is_ignored(host: str) -> None:
    """Found by seed 7, request 43643."""
    asked = event("draw_form")
    asked["headers"] |= {"host": host, "hx-request": "true", "referer": "https://elsewhere.example/"}
    answer = draw_form.handler(asked, CONTEXT)
    assert answer["statusCode"] == 200
    assert f'"https://{asked["requestContext"]["domainName"]}/form"' in answer["body"]


@pytest.mark.usefixtures("aws")
def test_the_form_parser_logs_no_content(caplog: pytest.LogCaptureFixture) -> None:
    """python-multipart logged the body as a warning. Found by seed 20261122, request 24."""
    answer = capture_lead.handler(body_post("/submissions", "é7", "multipart/form-data; boundary=x"), CONTEXT)
    assert answer["statusCode"] == 400
    assert caplog.text == ""


@pytest.mark.parametrize("answers", [{"age": ["none"], "region": ["lumbar"]}, {"age": "private", "em-now": ["none"]}])
def test_answers_of_another_version_are_not_a_server_error(answers: dict[str, Any]) -> None:
    """Found by seed 20261128, requests 2430 and 36418."""
    version = {"id": "fs-intake", "version": "0.0.0"}
    asked = sent("draw_form.screening") | {"questionnaire": version, "answers": answers, "page": "P1"}
    answer = draw_form.handler(posting("draw_form.screening", asked), CONTEXT)
    assert answer["statusCode"] == 422
    assert "911" in content(answer)["emergency_advice"]


@pytest.mark.usefixtures("aws")
def test_a_lead_without_a_reference_is_not_the_export_of_all() -> None:
    """Found by seed 20261128, request 61159."""
    asked = event("export_leads") | {"pathParameters": {"reference": ""}}
    assert export_leads.handler(signed_in(asked, "admin"), CONTEXT)["statusCode"] == 404
