from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from moto import mock_aws

from dev import redrive, template

STACK = "clinic"
NAMES = ("SpooledSubmissions", *(queue.name for queue in redrive.QUEUES))
SNS = {
    "MessageId": "m-1",
    "Timestamp": "2026-01-14T16:00:00.000Z",
    "Subject": "URGENT lead waiting",
    "MessageAttributes": {
        "reference": {"Type": "String", "Value": "7K3MQ-2XDRT"},
        "kind": {"Type": "String", "Value": "new"},
        "tier": {"Type": "String", "Value": "URGENT"},
    },
}
ENTRY = json.dumps({"reference": "7K3MQ-2XDRT", "contact": {"name": "Canaryname"}})


class Functions:
    def __init__(self) -> None:
        self.invoked: list[Any] = []
        self.status = 202

    def invoke(self, FunctionName: str, InvocationType: str, Payload: str) -> Any:  # noqa: N803  as boto3 calls them
        assert (FunctionName, InvocationType) == ("deliver-webhook", "Event")
        self.invoked.append(json.loads(Payload))
        return {"StatusCode": self.status}


@pytest.fixture
def functions() -> Functions:
    return Functions()


@pytest.fixture
def stack(functions: Functions) -> Iterator[redrive.Stack]:
    with mock_aws():
        resources = {name: {"Type": "AWS::SQS::Queue"} for name in NAMES}
        body = json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources})
        boto3.client("cloudformation").create_stack(StackName=STACK, TemplateBody=body)
        found = redrive.named(STACK, None)
        yield replace(found, functions=functions, names={**found.names, "DeliverWebhook": "deliver-webhook"})


def put(stack: redrive.Stack, name: str, *bodies: str) -> None:
    for body in bodies:
        stack.queues.send_message(QueueUrl=stack.names[name], MessageBody=body)


def depth(stack: redrive.Stack, name: str) -> int:
    attributes = stack.queues.get_queue_attributes(QueueUrl=stack.names[name], AttributeNames=["All"])["Attributes"]
    return int(attributes["ApproximateNumberOfMessages"]) + int(attributes["ApproximateNumberOfMessagesNotVisible"])


def visible(stack: redrive.Stack, name: str) -> int:
    attributes = stack.queues.get_queue_attributes(QueueUrl=stack.names[name], AttributeNames=["All"])["Attributes"]
    return int(attributes["ApproximateNumberOfMessages"])


def run(stack: redrive.Stack, *, yes: bool = True) -> tuple[bool, str]:
    output: list[str] = []

    def ask(question: str) -> bool:
        output.append(question)
        return yes

    return redrive.redrive(stack, ask, output.append), "\n".join(output)


def test_every_failure_queue_of_the_template_is_covered() -> None:
    queues = {name for name, entry in template.read()["Resources"].items() if entry["Type"] == "AWS::SQS::Queue"}
    assert {*NAMES, "CanaryAlerts"} == queues


def test_submissions_go_back_to_the_spool_unchanged(stack: redrive.Stack) -> None:
    put(stack, "FailedSubmissions", ENTRY, '{"name": "Jos\\u00e9"}', "{")
    done, output = run(stack)
    assert done
    assert (depth(stack, "FailedSubmissions"), depth(stack, "SpooledSubmissions")) == (0, 3)
    got = stack.queues.receive_message(QueueUrl=stack.names["SpooledSubmissions"], MaxNumberOfMessages=10)["Messages"]
    assert sorted(message["Body"] for message in got) == sorted([ENTRY, '{"name": "Jos\\u00e9"}', "{"])
    assert "3/3" in output
    assert "7K3MQ-2XDRT: sent to the spool" in output
    assert "done" not in output


def test_nothing_that_identifies_a_person_is_shown(stack: redrive.Stack) -> None:
    put(stack, "FailedSubmissions", ENTRY, json.dumps({"reference": "Canaryname"}))
    assert "Canaryname" not in run(stack)[1]


def test_nothing_happens_without_confirmation(stack: redrive.Stack, functions: Functions) -> None:
    for queue in redrive.QUEUES:
        put(stack, queue.name, json.dumps(SNS))
    done, output = run(stack, yes=False)
    assert done
    assert output.count("Go on?") == len(redrive.QUEUES)
    assert [depth(stack, queue.name) for queue in redrive.QUEUES] == [1] * len(redrive.QUEUES)
    assert (depth(stack, "SpooledSubmissions"), functions.invoked) == (0, [])


def test_an_empty_queue_asks_nothing(stack: redrive.Stack) -> None:
    assert "Go on?" not in run(stack)[1]


def test_an_unconfirmed_message_stays_in_the_queue(stack: redrive.Stack) -> None:
    put(stack, "FailedSubmissions", ENTRY)

    class Refuses:
        def __getattr__(self, name: str) -> Any:
            return getattr(stack.queues, name)

        def send_message(self, **_: Any) -> Any:
            raise ClientError({"Error": {"Code": "AccessDenied"}}, "SendMessage")

    class Garbles(Refuses):
        def send_message(self, **_: Any) -> Any:
            return {"MD5OfMessageBody": "other"}

    for queues in (Refuses(), Garbles()):
        done, output = run(replace(stack, queues=queues))
        assert not done
        assert "stays" in output
        assert depth(stack, "FailedSubmissions") == 1


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(SNS | {"Type": "Notification"}),
        json.dumps({"requestPayload": {"Records": [{"EventSource": "aws:sns", "Sns": SNS}]}}),
    ],
    ids=["kept by SNS", "kept by Lambda"],
)
def test_a_webhook_is_sent_again_under_its_own_id(stack: redrive.Stack, functions: Functions, body: str) -> None:
    put(stack, "UndeliveredWebhooks", body)
    done, output = run(stack)
    assert done
    assert "7K3MQ-2XDRT new URGENT" in output
    [invoked] = functions.invoked
    assert invoked["Records"][0]["Sns"].items() >= SNS.items()
    assert depth(stack, "UndeliveredWebhooks") == 0


def test_a_webhook_that_lambda_refuses_stays_in_the_queue(stack: redrive.Stack, functions: Functions) -> None:
    functions.status = 500
    put(stack, "UndeliveredWebhooks", json.dumps(SNS))
    assert run(stack)[0] is False
    assert depth(stack, "UndeliveredWebhooks") == 1


def test_pointers_are_shown_before_they_are_deleted(stack: redrive.Stack) -> None:
    put(stack, "UndeliveredAlerts", json.dumps(SNS))
    batch = {"batchSize": 3, "approximateArrivalOfFirstRecord": "2026-01-14T16:00:00Z"}
    put(stack, "FailedStreamBatches", json.dumps({"DDBStreamBatchInfo": batch}))
    done, output = run(stack)
    assert done
    lines = output.splitlines()
    assert lines.index("  7K3MQ-2XDRT new URGENT") < next(n for n, line in enumerate(lines) if "escalation" in line)
    assert "  3 records from 2026-01-14T16:00:00Z" in lines
    assert (depth(stack, "UndeliveredAlerts"), depth(stack, "FailedStreamBatches")) == (0, 0)


def test_it_ends_even_if_every_message_fails_again(stack: redrive.Stack) -> None:
    stack = replace(stack, names={**stack.names, "SpooledSubmissions": stack.names["FailedSubmissions"]})
    put(stack, "FailedSubmissions", ENTRY, ENTRY)
    assert run(stack)[0]
    assert depth(stack, "FailedSubmissions") == 2


def test_a_stack_without_a_webhook_has_no_such_queue(stack: redrive.Stack) -> None:
    names = {name: value for name, value in stack.names.items() if name != "UndeliveredWebhooks"}
    done, output = run(replace(stack, names=names))
    assert done
    assert "UndeliveredWebhooks" not in output


@pytest.mark.parametrize("ends", [EOFError, KeyboardInterrupt])
def test_the_end_of_input_and_ctrl_c_mean_no(
    stack: redrive.Stack, ends: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("FailedSubmissions", "UndeliveredAlerts"):
        put(stack, name, json.dumps(SNS))

    def nobody(_: str) -> str:
        raise ends

    monkeypatch.setattr("builtins.input", nobody)
    assert redrive.main([STACK]) == 0
    assert [visible(stack, name) for name in ("FailedSubmissions", "UndeliveredAlerts")] == [1, 1]


@pytest.mark.parametrize("queue", ["FailedSubmissions", "UndeliveredAlerts"])
def test_held_messages_are_released_whatever_stops_it(stack: redrive.Stack, queue: str) -> None:
    put(stack, queue, ENTRY, ENTRY)

    class Stopped:
        def __getattr__(self, name: str) -> Any:
            return getattr(stack.queues, name)

        def send_message(self, **_: Any) -> Any:
            raise KeyboardInterrupt

        delete_message = send_message

    with pytest.raises(KeyboardInterrupt):
        run(replace(stack, queues=Stopped()))
    assert visible(stack, queue) == 2


def test_messages_in_flight_are_reported(stack: redrive.Stack) -> None:
    put(stack, "FailedSubmissions", ENTRY, ENTRY)
    stack.queues.receive_message(QueueUrl=stack.names["FailedSubmissions"])
    assert "FailedSubmissions: 1 submissions that could not be stored (1 more are held" in run(stack, yes=False)[1]


def test_an_invalid_endpoint_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        redrive.main([STACK, "--endpoint", "foo"])
    assert capsys.readouterr().err.endswith(", not foo\n")


def test_an_endpoint_where_nothing_listens_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_stack: str, endpoint: str) -> redrive.Stack:
        raise EndpointConnectionError(endpoint_url=endpoint)

    monkeypatch.setattr(redrive, "named", fails)
    assert redrive.main(["local", "--endpoint", "http://127.0.0.1:9"]) == 1
    expected = "make redrive STACK=local ENDPOINT=http://127.0.0.1:9: EndpointConnectionError: "
    assert capsys.readouterr().err.startswith(expected)


@pytest.mark.usefixtures("stack")
def test_the_command_redrives_after_confirmation(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(redrive.named(STACK, None), "FailedSubmissions", ENTRY)
    monkeypatch.setattr("builtins.input", lambda _: "n")
    assert redrive.main([STACK]) == 0
    assert depth(redrive.named(STACK, None), "FailedSubmissions") == 1
    assert redrive.main([STACK, "--yes"]) == 0
    assert "1/1 reference 7K3MQ-2XDRT: sent to the spool" in capsys.readouterr().out
    assert redrive.main(["no-such-stack", "--yes"]) == 1
