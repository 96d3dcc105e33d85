"""Tests that one log search finds a lead's whole journey, and that metrics are exact."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from dev import template
from functions import (
    alert_staff,
    capture_ad_lead,
    capture_lead,
    deliver_webhook,
    escalate_leads,
    show_receipt,
    work_lead,
)
from infra.build import module_name
from shared.adapters.form_guard import FormGuard
from shared.domain.leads.lead import reference_of
from shared.http.requests import Request
from tests.aws import ENVIRONMENT, Aws
from tests.functions.calls import (
    CONTEXT,
    EMERGENCY,
    LEAD_ID,
    PRIORITY,
    ROUTINE,
    URGENT,
    Json,
    event,
    posting,
    stream_of,
    submission,
)
from tests.functions.conftest import Clock
from tests.functions.staff_calls import captured, signed_in, worked

pytestmark = pytest.mark.usefixtures("clock")
Logs = Callable[[], str]
GUARD = FormGuard(ENVIRONMENT["FORM_KEY"])


def lines(logs: Logs) -> list[Json]:
    return [json.loads(line) for line in logs().splitlines() if line.startswith("{")]


def counts(logs: Logs) -> dict[str, list[float]]:
    """Returns metric -> values emitted since the last call."""
    found: dict[str, list[float]] = {}
    for line in lines(logs):
        for directive in line.get("_aws", {}).get("CloudWatchMetrics", []):
            for metric in directive["Metrics"]:
                values = line[metric["Name"]]
                found.setdefault(metric["Name"], []).extend(values if isinstance(values, list) else [values])
    return found


def sweep() -> Any:
    return escalate_leads.handler(event("escalate_leads"), CONTEXT)


def canary(lead_id: str = LEAD_ID) -> Json:
    body = submission(submission_id=lead_id) | {"answers": {}}
    return posting("capture_lead", body | {"token": GUARD.canary_token(UUID(lead_id))})


class Receiver:
    def deliver(self, *_: object) -> None: ...


def test_one_search_finds_the_journey_of_a_lead(
    aws: Aws, clock: Clock, logs: Logs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver_webhook, "webhook", Receiver())
    reference = reference_of(UUID(LEAD_ID))
    post = posting("capture_lead", submission(URGENT, submission_id=LEAD_ID))

    aws.wire.down = {"dynamodb.PutItem", "sqs.SendMessage"}
    assert capture_lead.handler(post, CONTEXT)["statusCode"] == 503
    aws.wire.down = set()
    assert capture_lead.handler(post, CONTEXT)["statusCode"] == 201
    assert capture_lead.handler(post, CONTEXT)["statusCode"] == 200
    aws.wire.down = {"sns.Publish"}
    alert_staff.handler(stream_of(LEAD_ID), CONTEXT)
    aws.wire.down = set()
    clock.at += timedelta(minutes=1)
    sweep()
    [alert] = aws.alerts()
    message = event("deliver_webhook")
    message["Records"][0]["Sns"]["MessageAttributes"] = alert["MessageAttributes"]
    deliver_webhook.handler(message, CONTEXT)
    worked(reference, "acknowledge")

    found = [line for line in lines(logs) if line.get("reference") == reference]
    assert [line["message"] for line in found] == [
        "request failed",
        "captured",
        "sent again",
        "alert failed",
        "alerted",
        "webhook delivered",
        "worked",
    ]
    request = post["requestContext"]["requestId"]
    assert [line["correlation_id"] for line in found[:3]] == [request] * 3
    assert found[-1]["correlation_id"] == event("work_lead")["requestContext"]["requestId"]
    assert {line["lead_id"] for line in found[1:5]} == {LEAD_ID}


@pytest.mark.parametrize("function", sorted(set(map(module_name, template.routes().values()))))
def test_log_lines_carry_their_requests_id(logs: Logs, function: str) -> None:
    module = importlib.import_module(f"functions.{function}")
    asked = event(function)
    asked["requestContext"]["requestId"] = f"request of {function}"
    module.handler(asked, CONTEXT)
    logs()
    module.logger.info("rota saved")  # not every function logs on success
    [line] = lines(logs)
    assert line["correlation_id"] == f"request of {function}"


def test_a_requests_reference_is_not_on_the_next_requests_lines(logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    capture_lead.handler(posting("capture_lead", submission()), CONTEXT)
    logs()
    monkeypatch.setattr(Request, "read", None)
    capture_lead.handler(posting("capture_lead", submission()), CONTEXT)
    [line] = [line for line in lines(logs) if line.get("message") == "request failed"]
    assert "reference" not in line


def test_canaries_are_logged_and_never_counted(aws: Aws, clock: Clock, logs: Logs) -> None:
    alerted_by: list[Callable[[], object]] = [lambda: alert_staff.handler(stream_of(LEAD_ID), CONTEXT), sweep]
    for send_alert in alerted_by:
        assert capture_lead.handler(canary(), CONTEXT)["statusCode"] == 201
        send_alert()
        [alert] = aws.alerts()
        assert alert["MessageAttributes"]["kind"]["Value"] == "canary"
        written = lines(logs)
        assert [line["message"] for line in written if "message" in line] == ["captured", "alerted"]
        assert sum(sum(line.get("alerted", [])) for line in written) == 0
        assert not [line for line in written if {"captured", "seconds_to_alert"} & line.keys()]
        aws.dynamodb.delete_item(TableName=ENVIRONMENT["LEADS_TABLE"], Key={"lead_id": {"S": LEAD_ID}})


@pytest.mark.parametrize("late", [0, 90])
def test_the_delay_of_a_first_alert_is_measured_by_stream_and_sweep(clock: Clock, logs: Logs, late: int) -> None:
    capture_lead.handler(posting("capture_lead", submission(PRIORITY)), CONTEXT)
    clock.at += timedelta(seconds=late)
    logs()
    if late:
        sweep()
    else:
        alert_staff.handler(stream_of(LEAD_ID), CONTEXT)
    found = counts(logs)
    assert (found["seconds_to_alert"], found["alerted"]) == ([late], [1.0])


def test_the_wait_for_an_unfinished_form_is_not_measured(clock: Clock, logs: Logs) -> None:
    capture_lead.handler(posting("capture_lead", submission(PRIORITY, complete=False)), CONTEXT)
    clock.at += timedelta(minutes=11)
    logs()
    sweep()
    found = counts(logs)
    assert found["alerted"] == [1.0]
    assert "seconds_to_alert" not in found


@pytest.mark.parametrize(
    ("answers", "minutes", "escalated", "untaken"),
    [
        (EMERGENCY, 5, 1, 0),
        (EMERGENCY, 10, 2, 1),
        (URGENT, 60, 2, 1),
        (PRIORITY, 7 * 24 * 60, 1, 0),  # `untaken` counts only EMERGENCY and URGENT leads
        (ROUTINE, 7 * 24 * 60, 1, 0),
    ],
)
def test_an_urgent_lead_unowned_after_the_last_level_is_counted(
    aws: Aws, clock: Clock, logs: Logs, answers: Json, minutes: int, escalated: int, untaken: int
) -> None:
    capture_lead.handler(posting("capture_lead", submission(answers)), CONTEXT)
    sweep()
    clock.at += timedelta(minutes=minutes)
    logs()
    for _ in range(3):
        sweep()
    found = counts(logs)
    assert (sum(found["escalated"]), sum(found["untaken"])) == (escalated, untaken)
    assert "seconds_to_alert" not in found


@pytest.mark.parametrize("action", ["acknowledge", "book"])
def test_the_minutes_to_acknowledgement_are_counted_once(clock: Clock, logs: Logs, action: str) -> None:
    reference = captured(URGENT)
    clock.at += timedelta(minutes=7)
    worked(reference, "note", text="called")
    logs()
    worked(reference, action)
    assert counts(logs)["minutes_to_acknowledgement_URGENT"] == [7]
    clock.at += timedelta(minutes=1)
    worked(reference, "note", text="called again")
    worked(reference, "acknowledge")
    found = counts(logs)
    assert found["worked"] == [1.0] * len(found["worked"])
    assert "minutes_to_acknowledgement_URGENT" not in found


def test_opening_a_lead_is_not_an_acknowledgement(logs: Logs) -> None:
    reference = captured(URGENT)
    logs()
    call = event("work_lead") | {"pathParameters": {"reference": reference}, "body": "{}"}
    assert work_lead.handler(signed_in(call, "nurse"), CONTEXT)["statusCode"] == 422
    assert counts(logs) == {}


def test_an_ad_lead_is_counted_like_any_other(logs: Logs) -> None:
    capture_ad_lead.handler(event("capture_ad_lead"), CONTEXT)
    found = counts(logs)
    assert found["captured"] == [1.0]
    assert not found.keys() & {"suspects", "scoring_failed"}
    assert "page_active" not in found  # an ad lead does not show that visitors can use the page


def test_a_storage_error_matches_the_log_metric_filter(aws: Aws, logs: Logs) -> None:
    resources = template.read()["Resources"]
    pattern = resources["StorageErrors"]["Properties"]["FilterPattern"]
    counted = set(re.findall(r"\(\$\.(\w+) = \"(\w+)\"\)", pattern))
    reference = captured(URGENT)
    aws.wire.down = {"dynamodb.BatchGetItem", "dynamodb.GetItem", "dynamodb.PutItem"}
    logs()
    for run in (
        lambda: alert_staff.handler(stream_of(LEAD_ID), CONTEXT),
        lambda: worked(reference, "acknowledge", version=1),
        lambda: show_receipt.handler(event("show_receipt"), CONTEXT),
    ):
        run()
        assert len([line for line in lines(logs) if any(line.get(field) == value for field, value in counted)]) == 1
