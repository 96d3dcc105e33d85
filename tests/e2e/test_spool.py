"""Tests the spool, which keeps submissions during an outage of the table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http import HTTPStatus

import pytest

from dev import redrive
from dev.cloud import STACK, LocalCloud
from tests.e2e.conftest import Json, Service, Staff, eventually
from tests.e2e.test_submission import stored

QUEUES = ("SpooledSubmissions", "FailedSubmissions")
Outage = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def without_table(cloud: LocalCloud) -> Outage:
    """Provides a context in which capture_lead has no table, and no replay runs."""
    functions = cloud.client("lambda")
    capture = cloud.resources["CaptureLead"]
    [mapping] = functions.list_event_source_mappings(FunctionName=cloud.resources["ReplaySubmissions"])[
        "EventSourceMappings"
    ]

    def live_with(table: str) -> None:
        current = functions.get_function_configuration(FunctionName=capture)["Environment"]["Variables"]
        variables = {"Variables": current | {"LEADS_TABLE": table}}
        functions.update_function_configuration(FunctionName=capture, Environment=variables)
        version = functions.publish_version(FunctionName=capture)["Version"]
        functions.update_alias(FunctionName=capture, Name="live", FunctionVersion=version)

    @contextmanager
    def unavailable() -> Iterator[None]:
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
        live_with("no-such-table")
        try:
            yield
        finally:
            live_with(cloud.outputs["LeadsTable"])
            functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)

    return unavailable


def spooled_entries(cloud: LocalCloud) -> int:
    attributes = cloud.client("sqs").get_queue_attributes(
        QueueUrl=cloud.resources["SpooledSubmissions"], AttributeNames=["All"]
    )["Attributes"]
    names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    return sum(int(attributes[name]) for name in names)


def test_a_spooled_submission_is_alerted_when_the_table_is_back(
    cloud: LocalCloud, service: Service, staff: Staff, submission: Json, without_table: Outage
) -> None:
    with without_table():
        answers = [service.submit(submission) for _ in range(2)]
        assert [answer.status for answer in answers] == [HTTPStatus.ACCEPTED] * 2
        first, again = (answer.json for answer in answers)
        assert first["messages"] == again["messages"]
        assert first["disposition"] == "next-business-day-call"
        assert stored(cloud, submission["submission_id"]) is None
        assert spooled_entries(cloud) == 2

    alert = staff.wait_for_alert(first["reference"])
    assert (alert.tier, alert.kind) == ("PRIORITY", "new")
    eventually(lambda: spooled_entries(cloud) == 0, "an empty spool")
    lead = stored(cloud, submission["submission_id"])
    assert lead is not None
    assert lead["received_at"] in (first["received_at"], again["received_at"])
    assert lead["messages_shown"] == first["messages"]
    assert len(staff.alerts_about(first["reference"])) == 1
    assert service.submit(submission).status == HTTPStatus.OK


def test_an_unreadable_spool_entry_goes_to_the_failure_queue(cloud: LocalCloud) -> None:
    queues, failed = cloud.client("sqs"), cloud.resources["FailedSubmissions"]
    queues.send_message(QueueUrl=cloud.resources["SpooledSubmissions"], MessageBody="{")
    got: list[str] = []

    def look() -> bool:
        for message in queues.receive_message(QueueUrl=failed, WaitTimeSeconds=1).get("Messages", []):
            queues.delete_message(QueueUrl=failed, ReceiptHandle=message["ReceiptHandle"])
            got.append(message["Body"])
        return bool(got)

    eventually(look, "the entry in the failure queue")
    assert got == ["{"]
    eventually(lambda: spooled_entries(cloud) == 0, "an empty spool")


def test_a_submission_in_the_failure_queue_is_alerted_after_a_redrive(
    cloud: LocalCloud, service: Service, staff: Staff, submission: Json, without_table: Outage
) -> None:
    queues, spool, failed = (cloud.client("sqs"), *(cloud.resources[name] for name in QUEUES))
    with without_table():
        reference = service.submit(submission).json["reference"]
        [message] = queues.receive_message(QueueUrl=spool, WaitTimeSeconds=2)["Messages"]
        queues.send_message(QueueUrl=failed, MessageBody=message["Body"])
        queues.delete_message(QueueUrl=spool, ReceiptHandle=message["ReceiptHandle"])

    assert redrive.main([STACK, "--endpoint", cloud.emulator.endpoint, "--yes"]) == 0
    assert staff.wait_for_alert(reference).kind == "new"
    assert stored(cloud, submission["submission_id"]) is not None
