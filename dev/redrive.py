"""Empties a stack's failure queues. Resends the messages of two queues, and shows and deletes those of the others.

`make redrive STACK=name` asks before each queue, but not with YES=1. The command deletes a message only after the
receiver confirmed the message. It shows nothing that identifies a patient.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from dev import template
from dev.account import failure

HOLD_SECONDS = 300  # seconds in which SQS hides a received message from other readers
REFERENCE = re.compile(r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}")
Message = Mapping[str, Any]


class NotConfirmed(Exception):
    pass


@dataclass(frozen=True)
class Stack:
    """A deployed stack.

    queues, functions: boto3 clients of SQS and Lambda
    names: logical id -> physical id
    """

    queues: Any
    functions: Any
    names: Mapping[str, str]


def to_spool(stack: Stack, body: str) -> None:
    sent = stack.queues.send_message(QueueUrl=stack.names["SpooledSubmissions"], MessageBody=body)
    if sent["MD5OfMessageBody"] != hashlib.md5(body.encode(), usedforsecurity=False).hexdigest():
        raise NotConfirmed("the spool received other content")


def to_webhook(stack: Stack, body: str) -> None:
    """Invokes the delivery function as SNS does, with the id of the first attempt."""
    answer = stack.functions.invoke(
        FunctionName=stack.names["DeliverWebhook"], InvocationType="Event", Payload=json.dumps(_webhook_event(body))
    )
    if answer["StatusCode"] != HTTPStatus.ACCEPTED:
        raise NotConfirmed(f"status {answer['StatusCode']}")


@dataclass(frozen=True)
class FailureQueue:
    """A failure queue, and what to do with its messages.

    name: logical id
    content: what the messages are, in words
    outcome: the end of a sentence that starts with "These"
    resend: resends a message; None: messages are deleted, because staff are alerted without them
    describe: returns a description of a message, without personal data
    confirmation: text after the receiver has the message
    """

    name: str
    content: str
    outcome: str
    resend: Callable[[Stack, str], None] | None
    describe: Callable[[str], str]
    confirmation: str = ""


def _submission(body: str) -> str:
    return f"reference {_text(_json(body), 'reference', REFERENCE)}"


def _alert(body: str) -> str:
    attributes = _json(body).get("MessageAttributes", {})
    values = {name: attributes.get(name, {}).get("Value", "") for name in ("reference", "kind", "tier", "audience")}
    return " ".join(filter(None, values.values())) or str(_json(body).get("Subject", "no alert"))


def _webhook(body: str) -> str:
    attributes = _webhook_event(body)["Records"][0]["Sns"].get("MessageAttributes", {})
    return " ".join(attributes.get(name, {}).get("Value", "") for name in ("reference", "kind", "tier"))


def _batch(body: str) -> str:
    batch = _json(body).get("DDBStreamBatchInfo", {})
    return f"{batch.get('batchSize', '?')} records from {batch.get('approximateArrivalOfFirstRecord', '?')}"


QUEUES = (
    FailureQueue(
        "FailedSubmissions",
        "submissions that could not be stored",
        "go back to the spool",
        to_spool,
        _submission,
        "sent to the spool",
    ),
    FailureQueue(
        "UndeliveredWebhooks", "webhooks that nobody accepted", "are sent again", to_webhook, _webhook, "sent again"
    ),
    FailureQueue(
        "UndeliveredAlerts", "alerts that a subscriber did not get", "are deleted: escalation continues", None, _alert
    ),
    FailureQueue(
        "FailedStreamBatches", "pointers to new leads", "are deleted: the sweep alerts their leads", None, _batch
    ),
)


def redrive(stack: Stack, ask: Callable[[str], bool], say: Callable[[str], None]) -> bool:
    complete = True
    for queue in QUEUES:
        if queue.name not in stack.names:  # the stack has no webhook
            continue
        count, in_flight = _depth(stack, queue)
        held = f" ({in_flight} more are held for some minutes)" if in_flight else ""
        say(f"{queue.name}: {count} {queue.content}{held}")
        if queue.resend is None:
            _show_and_delete(stack, queue, count, ask, say)
        elif count and ask(f"  These {queue.outcome}. Go on?"):
            complete = _send_again(stack, queue, count, queue.resend, say) and complete
    return complete


def _send_again(
    stack: Stack, queue: FailureQueue, count: int, resend: Callable[[Stack, str], None], say: Callable[[str], None]
) -> bool:
    """Resends up to `count` messages, and returns False at the first failure.

    `count` prevents an endless loop, because a failed message returns to the queue.
    """
    for number, message in enumerate(_messages(stack, queue, count), start=1):
        with _release(stack, queue, [message]) as held:
            try:
                resend(stack, message["Body"])
            except (NotConfirmed, ClientError, BotoCoreError, KeyError) as error:
                say(f"  {number}/{count} {_description(queue, message)}: stays ({type(error).__name__})")
                return False
            _delete(stack, queue, held)
        say(f"  {number}/{count} {_description(queue, message)}: {queue.confirmation}")
    return True


def _show_and_delete(
    stack: Stack, queue: FailureQueue, count: int, ask: Callable[[str], bool], say: Callable[[str], None]
) -> None:
    with _release(stack, queue, []) as held:
        for message in _messages(stack, queue, count):
            held.append(message)
            say(f"  {_description(queue, message)}")
        if held and ask(f"  These {queue.outcome}. Go on?"):
            _delete(stack, queue, held)


def _delete(stack: Stack, queue: FailureQueue, held: list[Message]) -> None:
    while held:
        stack.queues.delete_message(QueueUrl=stack.names[queue.name], ReceiptHandle=held[0]["ReceiptHandle"])
        held.pop(0)


@contextmanager
def _release(stack: Stack, queue: FailureQueue, held: list[Message]) -> Iterator[list[Message]]:
    """On exit, makes the messages in `held` visible again for the next run."""
    try:
        yield held
    finally:
        for message in held:
            stack.queues.change_message_visibility(
                QueueUrl=stack.names[queue.name], ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
            )


def _messages(stack: Stack, queue: FailureQueue, count: int) -> Iterator[Message]:
    for _ in range(count):
        answer = stack.queues.receive_message(
            QueueUrl=stack.names[queue.name], MaxNumberOfMessages=1, WaitTimeSeconds=1, VisibilityTimeout=HOLD_SECONDS
        )
        if not (messages := answer.get("Messages")):
            return
        yield messages[0]


def _depth(stack: Stack, queue: FailureQueue) -> tuple[int, int]:
    names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    answer = stack.queues.get_queue_attributes(QueueUrl=stack.names[queue.name], AttributeNames=names)
    visible, in_flight = (int(answer["Attributes"][name]) for name in names)
    return visible, in_flight


def _description(queue: FailureQueue, message: Message) -> str:
    try:
        return queue.describe(message["Body"])
    except (KeyError, TypeError, AttributeError, IndexError):
        return "cannot be read"


def _webhook_event(body: str) -> dict[str, Any]:
    """Returns the SNS event of a failed delivery.

    body: Lambda's record of the failed invocation, or SNS's message if SNS could not reach Lambda
    """
    content = _json(body)
    if "requestPayload" in content:
        payload: dict[str, Any] = content["requestPayload"]
        return payload
    return {"Records": [{"EventSource": "aws:sns", "Sns": {name: content[name] for name in content}}]}


def _json(body: str) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _text(fields: Mapping[str, Any], name: str, shape: re.Pattern[str]) -> str:
    found = shape.fullmatch(str(fields.get(name, "")))
    return found[0] if found else "unknown"


def named(stack: str, endpoint: str | None) -> Stack:
    """Returns the stack with this name, on AWS or on the emulator at `endpoint`."""
    more: dict[str, Any] = {}
    if endpoint:
        more = {"endpoint_url": endpoint, "region_name": template.REGION}
        more |= {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    pages = boto3.client("cloudformation", **more).get_paginator("list_stack_resources").paginate(StackName=stack)
    names = {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for page in pages
        for resource in page["StackResourceSummaries"]
    }
    return Stack(boto3.client("sqs", **more), boto3.client("lambda", **more), names)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make redrive", description="Empties the failure queues of a stack")
    parser.add_argument("stack", help="its name")
    parser.add_argument("--endpoint", help="address of the local cloud")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    chosen = parser.parse_args(arguments)

    def ask(question: str) -> bool:
        try:
            return chosen.yes or input(f"{question} [y/N] ").strip().lower() == "y"
        except (EOFError, KeyboardInterrupt):
            print()
            return False

    if chosen.endpoint and not re.match(r"https?://\w", chosen.endpoint):
        parser.error(f"--endpoint must be an address such as http://127.0.0.1:4566, not {chosen.endpoint}")
    try:
        complete = redrive(named(chosen.stack, chosen.endpoint), ask, print)
    except KeyboardInterrupt:
        print("Stopped; the remaining messages are still in their queues.", file=sys.stderr)
        return 1
    except (ClientError, BotoCoreError) as error:
        place = f" ENDPOINT={chosen.endpoint}" if chosen.endpoint else ""
        print(failure(f"make redrive STACK={chosen.stack}{place}", error), file=sys.stderr)
        return 1
    return 0 if complete else 1


if __name__ == "__main__":
    sys.exit(main())
