"""Tests how functions react to foreign events, which have the wrong source or shape.

- Functions with a route respond 400 with problem details.
- Functions invoked by a stream, a queue, a topic or an operator raise ForeignEvent or InvalidInput.
- Scheduled functions ignore the event that starts them.
"""

from __future__ import annotations

import contextlib
import importlib
import json
from typing import Any

import pytest

from dev import template
from dev.openapi import document as openapi
from functions import (
    alert_staff,
    close_address,
    deliver_webhook,
    escalate_leads,
    replay_submissions,
    retire_leads,
    revoke_consent,
    send_digest,
    send_mail,
)
from functions import watch_delivery as watching
from infra.build import module_name
from shared.domain.errors import ForeignEvent, InvalidInput, LeadIntakeError
from shared.http.problem_details import PROBLEM
from shared.http.requests import NOT_AN_EVENT
from shared.triggers import lead_id_of
from shared.usecases.delivery_watch import Watched
from tests.aws import Aws
from tests.functions.calls import CONTEXT, EVENTS, event, stream_of
from tests.hostile.foreign_events import FOREIGN, OTHER_TABLE, misshapen

BEHIND_THE_API = sorted({module_name(function) for function in template.routes().values()})
FOR_STAFF = {module_name(function) for route, function in template.routes().items() if openapi.OPERATIONS[route].staff}
EVERY_EVENT = sorted(path.stem for path in EVENTS.glob("*.json"))
OTHERS = sorted({name.partition(".")[0] for name in EVERY_EVENT} - set(BEHIND_THE_API))
BY_THE_CLOCK = (escalate_leads, retire_leads, send_digest, send_mail)
pytestmark = pytest.mark.usefixtures("aws")


def call(function: str, sent: object) -> Any:
    return importlib.import_module(f"functions.{function}").handler(sent, CONTEXT)


@pytest.fixture(autouse=True)
def without_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(took=None, error="", took_by_spool=None, error_by_spool="", missing=0, quiet=True)
    monkeypatch.setattr(watching, "watch_delivery", lambda *_: watched)


@pytest.mark.parametrize("function", BEHIND_THE_API)
def test_an_event_that_is_not_a_request_is_refused_with_the_advice(function: str) -> None:
    for kind, sent in (FOREIGN | misshapen(event(function))).items():
        answer = call(function, sent)
        assert answer["statusCode"] == 400, kind
        assert answer["headers"]["content-type"] == PROBLEM
        problem = json.loads(answer["body"])
        assert problem["detail"] == NOT_AN_EVENT
        assert ("911" in problem.get("emergency_advice", "")) is (function not in FOR_STAFF)


@pytest.mark.parametrize("function", ["list_leads", "show_lead", "erase_lead", "export_leads", "show_rules"])
def test_claims_of_another_kind_of_authorizer_are_refused(function: str) -> None:
    asked = event(function)
    claims: object
    for claims in (None, [], "a", {}, {"jwt": None}, {"jwt": {"claims": "a"}}, {"lambda": {"sub": "a"}}):
        asked["requestContext"]["authorizer"] = claims
        assert call(function, asked)["statusCode"] == 401, claims


@pytest.mark.parametrize("function", BEHIND_THE_API)
def test_the_event_of_another_function_is_refused(function: str) -> None:
    for other in EVERY_EVENT:
        assert 200 <= call(function, event(other))["statusCode"] < 500, other


@pytest.mark.parametrize("function", OTHERS)
def test_functions_without_a_route_answer_or_name_the_error(function: str) -> None:
    for sent in (*FOREIGN.values(), *map(event, EVERY_EVENT)):
        with contextlib.suppress(LeadIntakeError):
            call(function, sent)


def test_a_webhook_is_delivered_only_for_a_topic_event() -> None:
    for sent in (sent for kind, sent in FOREIGN.items() if kind != "SNS"):
        with pytest.raises(ForeignEvent, match="not an SNS notification"):
            deliver_webhook.handler(sent, CONTEXT)


def test_an_address_is_closed_only_for_a_report_of_ses() -> None:
    for sent in FOREIGN.values():
        with pytest.raises(ForeignEvent):
            close_address.handler(sent, CONTEXT)


def test_only_an_alert_has_a_webhook_delivered() -> None:
    with pytest.raises(ForeignEvent, match="not an alert"):
        deliver_webhook.handler(FOREIGN["SNS"], CONTEXT)


def test_staff_are_alerted_only_for_a_stream_event() -> None:
    for sent in FOREIGN.values():
        with pytest.raises(ForeignEvent, match="not a batch"):
            alert_staff.handler(sent, CONTEXT)


def test_submissions_are_replayed_only_from_a_queue_event() -> None:
    for sent in (sent for kind, sent in FOREIGN.items() if kind != "SQS"):
        with pytest.raises(ForeignEvent, match="not a batch"):
            replay_submissions.handler(sent, CONTEXT)


def test_a_foreign_message_goes_to_the_failure_queue(aws: Aws) -> None:
    answer = replay_submissions.handler(FOREIGN["SQS"], CONTEXT)
    assert (answer, aws.wire.calls) == ({"batchItemFailures": []}, ["sqs.SendMessage"])


def test_a_record_of_another_table_fails_alone() -> None:
    both = {"Records": [*event("alert_staff")["Records"], *OTHER_TABLE["Records"]]}
    both["Records"][1]["dynamodb"]["SequenceNumber"] = "2"
    assert alert_staff.handler(both, CONTEXT) == {"batchItemFailures": [{"itemIdentifier": "2"}]}


def test_a_record_whose_id_is_not_a_uuid_is_a_foreign_event() -> None:
    [record] = stream_of("not-a-uuid")["Records"]
    with pytest.raises(ForeignEvent, match="not a record of the leads table"):
        lead_id_of(record)


def test_only_an_operators_payload_revokes_a_consent() -> None:
    for sent in FOREIGN.values():
        with pytest.raises(InvalidInput):
            revoke_consent.handler(sent, CONTEXT)


class Untouchable:
    """An event that raises an error if any of its attributes is read."""

    def __getattribute__(self, name: str) -> Any:
        raise AssertionError("the event was read")


@pytest.mark.parametrize("function", BY_THE_CLOCK, ids=lambda module: module.__name__)
def test_scheduled_functions_ignore_their_event(function: Any) -> None:
    function.handler(Untouchable(), CONTEXT)
