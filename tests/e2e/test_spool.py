"""The table taken away while somebody submits: kept in the spool, answered 202, and told when the table is back."""

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
Away = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def table_away(cloud: LocalCloud) -> Away:
    """A version of the capturing function that looks for a table that is not there is live, and nothing is replayed."""
    functions = cloud.client("lambda")
    capture = cloud.resources["CaptureLead"]
    [mapping] = functions.list_event_source_mappings(FunctionName=cloud.resources["ReplaySubmissions"])[
        "EventSourceMappings"
    ]

    def live_with(table: str) -> None:
        told = functions.get_function_configuration(FunctionName=capture)["Environment"]["Variables"]
        variables = {"Variables": told | {"LEADS_TABLE": table}}
        functions.update_function_configuration(FunctionName=capture, Environment=variables)
        version = functions.publish_version(FunctionName=capture)["Version"]
        functions.update_alias(FunctionName=capture, Name="live", FunctionVersion=version)

    @contextmanager
    def away() -> Iterator[None]:
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
        live_with("no-such-table")
        try:
            yield
        finally:
            live_with(cloud.outputs["LeadsTable"])
            functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)

    return away


def waiting(cloud: LocalCloud) -> int:
    attributes = cloud.client("sqs").get_queue_attributes(
        QueueUrl=cloud.resources["SpooledSubmissions"], AttributeNames=["All"]
    )["Attributes"]
    names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    return sum(int(attributes[name]) for name in names)


def test_a_spooled_submission_is_alerted_when_the_table_is_back(
    cloud: LocalCloud, service: Service, staff: Staff, submission: Json, table_away: Away
) -> None:
    with table_away():
        answers = [service.submit(submission) for _ in range(2)]
        assert [answer.status for answer in answers] == [HTTPStatus.ACCEPTED] * 2
        first, again = (answer.json for answer in answers)
        assert first["messages"] == again["messages"]
        assert first["disposition"] == "next-business-day-call"
        assert stored(cloud, submission["submission_id"]) is None
        assert waiting(cloud) == 2

    alert = staff.hears_about(first["reference"])
    assert (alert.tier, alert.kind) == ("PRIORITY", "new")
    eventually(lambda: waiting(cloud) == 0, "an empty spool")
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
    eventually(lambda: waiting(cloud) == 0, "an empty spool")


def test_a_submission_in_the_failure_queue_is_alerted_after_a_redrive(
    cloud: LocalCloud, service: Service, staff: Staff, submission: Json, table_away: Away
) -> None:
    queues, spool, failed = (cloud.client("sqs"), *(cloud.resources[name] for name in QUEUES))
    with table_away():
        reference = service.submit(submission).json["reference"]
        [message] = queues.receive_message(QueueUrl=spool, WaitTimeSeconds=2)["Messages"]
        queues.send_message(QueueUrl=failed, MessageBody=message["Body"])
        queues.delete_message(QueueUrl=spool, ReceiptHandle=message["ReceiptHandle"])

    assert redrive.main([STACK, "--endpoint", cloud.emulator.endpoint, "--yes"]) == 0
    assert staff.hears_about(reference).kind == "new"
    assert stored(cloud, submission["submission_id"]) is not None
