"""Tests that the leak check finds a planted leak in every output."""

from __future__ import annotations

import contextlib
import json
import logging
import threading
from http import HTTPStatus
from typing import Any

import boto3
import pytest
import urllib3

from functions import alert_staff, capture_lead, list_leads, wiring
from shared.domain.errors import NotFound
from shared.http.requests import UnreadableRequest
from tests.aws import ENVIRONMENT, Aws
from tests.functions.calls import CONTEXT, LEAD_ID, event, posting, stream_of, submission
from tests.functions.plain_browser import form_post
from tests.leaks import FAILURES, Watch, found_in_cloud, watched

pytestmark = pytest.mark.usefixtures("aws")
NAME, PHONE, NOTE = "Pat Canary-Person", "(312) 555-0177", "I told my sister about the numb leg"
CONTACT = {"name": NAME, "phone": PHONE, "email": "pat.canary@example.com"}


@pytest.fixture
def sent(no_leak: Watch) -> Watch:
    body = submission({"note": NOTE}, contact=CONTACT)
    assert capture_lead.handler(posting("capture_lead", body), CONTEXT)["statusCode"] == 201
    assert no_leak.take() == []
    return no_leak


def test_personal_data_is_remembered_from_every_kind_of_event(no_leak: Watch) -> None:
    capture_lead.handler(posting("capture_lead", submission({"note": NOTE}, contact=CONTACT), encoded=True), CONTEXT)
    assert no_leak.knows == ["email", "name", "note", "phone"]
    no_leak.start()
    capture_lead.handler(form_post("/submissions", [("contact.name", NAME), ("answers.note", NOTE)]), CONTEXT)
    assert no_leak.knows == ["name", "note"]


@pytest.mark.parametrize(
    "text", [NAME, NAME.upper(), "+13125550177", "312-555-0177", "3125550177", "pat.canary@EXAMPLE.com", NOTE]
)
def test_a_log_line_is_searched(sent: Watch, text: str) -> None:
    wiring.logger.info("captured", extra={"reference": f"for {text}!"})
    assert sent.take()


def test_a_librarys_log_line_is_searched(sent: Watch) -> None:
    logging.getLogger("a.library").warning("could not read %s", NAME)
    assert sent.take() == ["a log line holds what came as name"]


def test_a_metric_is_searched(sent: Watch) -> None:
    wiring.metrics.add_metadata("for", NAME)
    wiring.metrics.add_metric("captured", "Count", 1)
    wiring.metrics.flush_metrics()
    assert sent.take() == ["a metric holds what came as name"]


def test_an_alert_is_searched(sent: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    publish = alert_staff.alerting.publisher.publish
    monkeypatch.setattr(type(alert_staff.alerting.publisher), "publish", _naming(publish))
    alert_staff.handler(stream_of(LEAD_ID), CONTEXT)
    assert "an alert holds what came as phone" in sent.take()


def _naming(publish: Any) -> Any:
    def leaky(self: Any, alert: Any) -> None:
        self._client.publish(TopicArn=self._topic_arn, Subject=alert.subject, Message=f"{alert.body}\nCall {PHONE}")

    assert publish
    return leaky


def test_queues_other_than_the_spool_are_searched(sent: Watch, aws: Aws) -> None:
    sqs = boto3.client("sqs")
    for url in (ENVIRONMENT["SPOOL_QUEUE"], ENVIRONMENT["CANARY_QUEUE"]):
        with contextlib.suppress(sqs.exceptions.QueueDoesNotExist):
            sqs.send_message(QueueUrl=url, MessageBody=json.dumps(CONTACT))
    assert sorted(set(sent.take())) == [f"a queue holds what came as {kind}" for kind in ("email", "name", "phone")]


def test_an_index_is_searched(sent: Watch) -> None:
    boto3.client("dynamodb").put_item(
        TableName=ENVIRONMENT["LEADS_TABLE"], Item={"lead_id": {"S": "a"}, "summary": {"S": NAME}}
    )
    assert sent.take() == ["an index holds what came as name"]


def test_an_address_and_a_problem_are_searched(sent: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    def leaky(*_: object) -> Any:
        raise UnreadableRequest(HTTPStatus.NOT_FOUND, NAME)

    monkeypatch.setattr(list_leads, "list_leads", leaky)
    list_leads.handler(event("list_leads"), CONTEXT)
    assert sent.take() == ["problem details holds what came as name"]
    sent.answered({"headers": {"location": "received/1?name=Pat%20Canary-Person".replace("%20", " ")}})
    assert sent.take() == ["an address holds what came as name"]


def test_the_text_of_an_error_and_of_its_cause_are_searched(sent: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    def leaky(*_: object) -> Any:
        raise NotFound from ValueError(NAME)

    monkeypatch.setattr(alert_staff, "stream_batch", leaky)
    with pytest.raises(NotFound):
        alert_staff.handler(stream_of(LEAD_ID), CONTEXT)
    assert sent.take() == ["the text of an error holds what came as name"]


def test_requests_to_other_services_are_searched(sent: Watch) -> None:
    with pytest.raises(urllib3.exceptions.HTTPError):
        urllib3.PoolManager(retries=False).request("POST", "http://127.0.0.1:9/hook", body=NAME.encode())
    assert sent.take() == ["a request to others holds what came as name"]


def test_a_thread_is_watched_too(sent: Watch) -> None:
    thread = threading.Thread(target=lambda: wiring.logger.info(NAME))
    thread.start()
    thread.join()
    assert sent.take()


def test_a_leak_fails_the_test_it_happens_in() -> None:

    def a_test_that_leaks() -> None:
        with watched() as watch:
            watch.remember(CONTACT)
            logging.getLogger("a.library").warning(NAME)

    with pytest.raises(AssertionError, match="a log line holds what came as name"):
        a_test_that_leaks()


class EmulatedCloud:
    """Replaces the local cloud with one lead. `log` is a log line, `queue` a message in each queue."""

    outputs = {"LeadsTable": "leads"}  # noqa: RUF012
    resources = {name: name for name in ("Logs", *FAILURES)}  # noqa: RUF012

    def __init__(self, log: str, queue: str) -> None:
        self.log, self.queue = log, queue

    def client(self, _service: str) -> EmulatedCloud:
        return self

    def get_paginator(self, operation: str) -> EmulatedCloud:
        self.operation = operation
        return self

    def paginate(self, **_: str) -> list[dict[str, Any]]:
        if self.operation == "scan":
            return [{"Items": [{"lead": {"S": json.dumps({"contact": CONTACT})}}]}]
        return [{"events": [{"message": '{"level": "INFO"}'}, {"message": self.log}]}]

    def receive_message(self, **_: object) -> dict[str, Any]:
        return {"Messages": [{"Body": self.queue}]}


def test_the_local_clouds_log_and_queues_are_searched() -> None:
    assert found_in_cloud(EmulatedCloud("captured", "keys")) == []  # type: ignore[arg-type]
    assert found_in_cloud(EmulatedCloud(f"for {NAME}", "keys")) == ["the log holds what came as name"]  # type: ignore[arg-type]
    hits = found_in_cloud(EmulatedCloud("captured", "+1 (312) 555-0177"))  # type: ignore[arg-type]
    assert hits == [f"{queue} holds what came as phone" for queue in FAILURES]
