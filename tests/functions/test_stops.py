"""Tests that visitors who leave are counted by page, without other data."""

from __future__ import annotations

from typing import Any

import pytest

from functions import show_receipt
from tests.aws import ENVIRONMENT, Aws
from tests.functions.calls import CONTEXT, content, pointers, posting
from tests.functions.staff_calls import reported

pytestmark = pytest.mark.usefixtures("clock")


def left(**body: Any) -> dict[str, Any]:
    return dict(show_receipt.handler(posting("show_receipt.stop", {"questionnaire": "fs-intake"} | body), CONTEXT))


def counted(aws: Aws) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = aws.dynamodb.scan(TableName=ENVIRONMENT["DERIVED_DATA"])["Items"]
    return found


def test_a_visitor_who_leaves_is_one_more_in_the_days_count(aws: Aws) -> None:
    assert left(page="P3")["statusCode"] == left(page="P3")["statusCode"] == 200
    assert left(page="check")["statusCode"] == 200
    assert aws.wire.writes() == ["dynamodb.UpdateItem"] * 3
    assert counted(aws) == [
        {
            "id": {"S": "stops#2026-01-14"},
            "part": {"S": "-"},
            "stopped|fs-intake|P3": {"N": "2"},
            "stopped|fs-intake|check": {"N": "1"},
        }
    ]


def test_who_comes_back_is_counted_where_they_leave_at_last(aws: Aws) -> None:
    left(page="P3")
    left(page="P4", before="P3")
    left(page="P4", before="P4")
    assert counted(aws)[0].items() >= {"stopped|fs-intake|P3": {"N": "0"}, "stopped|fs-intake|P4": {"N": "1"}}.items()
    left(before="P4")
    assert counted(aws)[0]["stopped|fs-intake|P4"] == {"N": "0"}


@pytest.mark.parametrize(("number", "shown"), [(19, []), (20, [("P1", 0), ("P2", 20), ("P3", 0)])])
def test_pages_are_shown_from_twenty_visitors_up(number: int, shown: list[tuple[str, int]]) -> None:
    for _ in range(number):
        left(page="P2")
    left(before="callback")
    pages = content(reported())["pages"]
    assert [(page["page"], page["visitors"]) for page in pages][:3] == shown
    assert all(page["title"] for page in pages)
    assert sum(page["visitors"] for page in pages) == (number if shown else 0)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"page": "P99"}, "/page"),
        ({"page": "P3", "before": "elsewhere"}, "/before"),
        ({"page": "someone@example.com"}, "/page"),
        ({"page": "P3", "questionnaire": "gone"}, "/questionnaire/id"),
        ({"page": "P3", "name": "Alex"}, "/name"),
    ],
)
def test_what_the_form_does_not_have_is_refused(aws: Aws, body: dict[str, str], field: str) -> None:
    answer = left(**body)
    assert (answer["statusCode"], pointers(answer)) == (422, [field])
    assert aws.wire.writes() == []


def test_without_the_table_nothing_else_fails(aws: Aws) -> None:
    aws.wire.down = {"dynamodb.UpdateItem"}
    assert left(page="P3")["statusCode"] == 503
