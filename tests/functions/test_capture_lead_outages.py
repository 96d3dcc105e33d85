"""Tests POST /submissions while AWS or our own code fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from functions import capture_lead
from shared.adapters.spool import SpoolQueue
from tests.aws import Aws, flat
from tests.functions.calls import (
    LEAD_ID,
    URGENT,
    content,
    submission,
)
from tests.functions.conftest import Clock
from tests.functions.submitting import CANARY, assert_problem, send
from tests.leads import varied

pytestmark = pytest.mark.usefixtures("clock")


BOTH = {"dynamodb.PutItem", "sqs.SendMessage"}


def test_an_unreachable_table_gives_202_with_the_same_receipt(aws: Aws) -> None:
    stored = send(submission(URGENT))
    aws.wire.down = {"dynamodb.PutItem"}
    spooled = send(submission(URGENT))
    assert (stored["statusCode"], spooled["statusCode"]) == (201, 202)
    assert spooled["body"] == stored["body"]
    assert aws.wire.calls[1:] == ["dynamodb.PutItem"] * 2 + ["sqs.SendMessage"]
    assert [flat(entry) for entry in aws.spooled()] == aws.leads()


def test_a_missing_table_gives_202(aws: Aws) -> None:
    aws.dynamodb.delete_table(TableName="leads")
    assert send(submission())["statusCode"] == 202
    assert len(aws.spooled()) == 1


def test_a_write_with_unknown_outcome_is_spooled(aws: Aws) -> None:
    def lose(operation: str) -> None:
        aws.wire.reply_lost = {"dynamodb.PutItem"} if operation == "dynamodb.PutItem" else set()

    aws.wire.before = lose
    assert send(submission())["statusCode"] == 202
    aws.wire.before, aws.wire.reply_lost = None, set()
    assert len(aws.leads()) == len(aws.spooled()) == 1


def test_the_largest_body_and_odd_characters_can_be_spooled(aws: Aws) -> None:
    """Some of the body's characters take the most space when escaped."""
    answers = {f"q{number}": "\U0001f600" * 400 for number in range(38)} | {"note": "\uffff\ufffe"}
    body = submission(answers, questionnaire={"id": "fs-intake", "version": "0.9.0"}, website="\x01\x7f")
    posted = json.dumps(body, ensure_ascii=False).encode()
    assert 60_000 < len(posted) < 64 * 1024
    aws.wire.down = {"dynamodb.PutItem"}
    assert send(posted)["statusCode"] == 202
    [entry] = aws.spooled()
    assert entry.isascii()
    assert 180_000 < len(entry) < 256 * 1024
    assert flat(entry)["answers"]["note"] == "\uffff\ufffe"


def test_without_table_and_spool_the_answer_is_503_with_advice(aws: Aws, logs: Callable[[], str]) -> None:
    aws.wire.down = BOTH
    response = send(submission())
    assert_problem(response, 503)
    assert int(response["headers"]["retry-after"]) > 0
    assert aws.wire.calls == ["dynamodb.PutItem"] * 2 + ["sqs.SendMessage"]
    line = json.loads(logs().splitlines()[0])
    assert line["level"] == "ERROR"
    assert (line["error"], line["cause"]) == ("StoreUnavailable", "ConnectTimeoutError")
    assert line["place"].startswith("spool.py:")


def test_after_a_failure_the_same_submission_can_be_sent_again(aws: Aws) -> None:
    aws.wire.down = BOTH
    assert send(submission())["statusCode"] == 503
    aws.wire.down = set()
    assert send(submission())["statusCode"] == 201


def test_the_log_names_the_error_of_aws(aws: Aws, logs: Callable[[], str]) -> None:
    aws.dynamodb.delete_table(TableName="leads")
    aws.remove_spool()
    assert_problem(send(submission()), 503)
    assert "NonExistentQueue" in json.loads(logs().splitlines()[0])["cause"]


def test_after_a_slow_call_the_table_is_not_called_again(aws: Aws, clock: Clock) -> None:
    send(submission(complete=False))

    def slow(operation: str) -> None:
        clock.at += timedelta(seconds=0.5 if operation == "dynamodb.PutItem" else 0)

    aws.wire.calls.clear()
    aws.wire.before = slow
    assert send(submission())["statusCode"] == 202
    assert aws.wire.calls == ["dynamodb.PutItem", "sqs.SendMessage"]


def test_after_a_quick_call_the_table_is_called_again(aws: Aws, clock: Clock) -> None:
    send(submission(complete=False))

    def usual(operation: str) -> None:
        clock.at += timedelta(seconds=0.2)

    aws.wire.calls.clear()
    aws.wire.before = usual
    assert send(submission())["statusCode"] == 200
    assert aws.wire.calls == ["dynamodb.PutItem"] * 2
    assert aws.leads()[0]["complete"] is True


def test_a_normal_capture_creates_no_sqs_client(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client would add a tenth of a second to a cold start."""
    spool = SpoolQueue(lambda: pytest.fail("nobody needs it"), "queue")
    monkeypatch.setattr(capture_lead, "intake", varied(capture_lead.intake, spool=spool))
    assert send(submission())["statusCode"] == 201


def test_a_spooled_lead_is_counted_as_spooled(aws: Aws, logs: Callable[[], str]) -> None:
    aws.wire.down = {"dynamodb.PutItem"}
    reference = content(send(submission(URGENT)))["reference"]
    lines = [json.loads(line) for line in logs().splitlines()]
    [line] = [line for line in lines if line.get("message") == "spooled"]
    assert (line["level"], line["reference"], line["tier"]) == ("WARNING", reference, "URGENT")
    [metric] = [line for line in lines if "_aws" in line]
    assert (metric["spooled"], metric["page_active"]) == ([1.0], [1.0])
    assert "captured" not in metric


def test_our_own_defect_gives_503_with_advice_and_a_logged_place(
    monkeypatch: pytest.MonkeyPatch, logs: Callable[[], str]
) -> None:
    def broken(*_: Any) -> None:
        raise KeyError(CANARY)

    monkeypatch.setattr("functions.capture_lead.capture_lead", broken)
    assert_problem(send(submission()), 503)
    line = json.loads(logs().splitlines()[0])
    assert line["error"] == "KeyError"
    assert line["place"].startswith("test_capture_lead_outages.py:")
    assert CANARY not in json.dumps(line)


def test_an_unreadable_stored_lead_is_our_own_defect(aws: Aws) -> None:
    send(submission())
    aws.corrupt(LEAD_ID, json.dumps({"lead_id": CANARY}))
    assert_problem(send(submission()), 503)
