"""Empties the failure queues of a stack: what can be tried again goes back to where it belongs, the rest is shown.

`make redrive STACK=name`; with ENDPOINT=http://127.0.0.1:port the local cloud. It asks before each queue, unless YES=1.
One message at a time, and none is deleted before the other end has confirmed it; what is shown names no person.
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

HOLDS = 300  # seconds for which a message is ours alone
REFERENCE = re.compile(r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}")
Message = Mapping[str, Any]


class NotConfirmed(Exception):
    """The other end did not say that it has the message."""


@dataclass(frozen=True)
class Stack:
    """`names`: what each logical id of the template is called in this account."""

    queues: Any
    functions: Any
    names: Mapping[str, str]


def to_spool(stack: Stack, body: str) -> None:
    sent = stack.queues.send_message(QueueUrl=stack.names["SpooledSubmissions"], MessageBody=body)
    if sent["MD5OfMessageBody"] != hashlib.md5(body.encode(), usedforsecurity=False).hexdigest():
        raise NotConfirmed("the spool has other content")


def to_webhook(stack: Stack, body: str) -> None:
    """As SNS does. The id of the webhook stays the same, so that a receiver can drop what it has."""
    answer = stack.functions.invoke(
        FunctionName=stack.names["DeliverWebhook"], InvocationType="Event", Payload=json.dumps(_webhook_event(body))
    )
    if answer["StatusCode"] != HTTPStatus.ACCEPTED:
        raise NotConfirmed(f"status {answer['StatusCode']}")


@dataclass(frozen=True)
class FailureQueue:
    """`again`: tries a message again; None where only pointers wait and the sweep tells their leads by itself. `sent`:
    what is known once the other end has it."""

    name: str
    holds: str
    then: str
    again: Callable[[Stack, str], None] | None
    shown: Callable[[str], str]
    sent: str = ""


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
        "UndeliveredWebhooks", "webhooks that nobody took", "are sent again", to_webhook, _webhook, "sent again"
    ),
    FailureQueue(
        "UndeliveredAlerts", "alerts that a subscriber did not get", "are deleted: the ladder goes on", None, _alert
    ),
    FailureQueue(
        "FailedStreamBatches", "pointers to new leads", "are deleted: the sweep tells their leads", None, _batch
    ),
)


def redrive(stack: Stack, ask: Callable[[str], bool], say: Callable[[str], None]) -> bool:
    """Whether everything that was asked for was done."""
    done = True
    for queue in QUEUES:
        if queue.name not in stack.names:  # a stack without a webhook
            continue
        count, away = _depth(stack, queue)
        say(f"{queue.name}: {count} {queue.holds}{f' ({away} more are held for some minutes)' if away else ''}")
        if queue.again is None:
            _let_go(stack, queue, count, ask, say)
        elif count and ask(f"  These {queue.then}. Go on?"):
            done = _send_again(stack, queue, count, queue.again, say) and done
    return done


def _send_again(
    stack: Stack, queue: FailureQueue, count: int, again: Callable[[Stack, str], None], say: Callable[[str], None]
) -> bool:
    """At most as many as there were: what fails again comes back, and must not be moved for ever."""
    for number, message in enumerate(_messages(stack, queue, count), start=1):
        with _given_back(stack, queue, [message]) as held:
            try:
                again(stack, message["Body"])
            except (NotConfirmed, ClientError, BotoCoreError, KeyError) as error:
                say(f"  {number}/{count} {_described(queue, message)}: stays ({type(error).__name__})")
                return False
            _delete(stack, queue, held)
        say(f"  {number}/{count} {_described(queue, message)}: {queue.sent}")
    return True


def _let_go(
    stack: Stack, queue: FailureQueue, count: int, ask: Callable[[str], bool], say: Callable[[str], None]
) -> None:
    """Only what was shown is deleted."""
    with _given_back(stack, queue, []) as held:
        for message in _messages(stack, queue, count):
            held.append(message)
            say(f"  {_described(queue, message)}")
        if held and ask(f"  These {queue.then}. Go on?"):
            _delete(stack, queue, held)


def _delete(stack: Stack, queue: FailureQueue, held: list[Message]) -> None:
    while held:
        stack.queues.delete_message(QueueUrl=stack.names[queue.name], ReceiptHandle=held[0]["ReceiptHandle"])
        held.pop(0)


@contextmanager
def _given_back(stack: Stack, queue: FailureQueue, held: list[Message]) -> Iterator[list[Message]]:
    """Whatever is still held at the end, however it ends: the next run must find it."""
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
            QueueUrl=stack.names[queue.name], MaxNumberOfMessages=1, WaitTimeSeconds=1, VisibilityTimeout=HOLDS
        )
        if not (messages := answer.get("Messages")):
            return
        yield messages[0]


def _depth(stack: Stack, queue: FailureQueue) -> tuple[int, int]:
    """Those that can be taken, and those that somebody holds."""
    names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    answer = stack.queues.get_queue_attributes(QueueUrl=stack.names[queue.name], AttributeNames=names)
    visible, away = (int(answer["Attributes"][name]) for name in names)
    return visible, away


def _described(queue: FailureQueue, message: Message) -> str:
    try:
        return queue.shown(message["Body"])
    except (KeyError, TypeError, AttributeError, IndexError):
        return "cannot be read"


def _webhook_event(body: str) -> dict[str, Any]:
    """What Lambda kept after its last try, or what SNS could not hand to Lambda."""
    kept = _json(body)
    if "requestPayload" in kept:
        payload: dict[str, Any] = kept["requestPayload"]
        return payload
    return {"Records": [{"EventSource": "aws:sns", "Sns": {name: kept[name] for name in kept}}]}


def _json(body: str) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _text(fields: Mapping[str, Any], name: str, shape: re.Pattern[str]) -> str:
    """Only what looks as it should: nothing else of a message is shown."""
    found = shape.fullmatch(str(fields.get(name, "")))
    return found[0] if found else "unknown"


def named(stack: str, endpoint: str | None) -> Stack:
    """The stack of this name in the account of the environment's credentials, or on the local cloud at `endpoint`."""
    more: dict[str, Any] = {}
    if endpoint:
        more = {"endpoint_url": endpoint, "region_name": template.REGION}
        more |= {"aws_access_key_id": "test", "aws_secret_access_key": "test"}  # the local cloud's
    pages = boto3.client("cloudformation", **more).get_paginator("list_stack_resources").paginate(StackName=stack)
    names = {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for page in pages
        for resource in page["StackResourceSummaries"]
    }
    return Stack(boto3.client("sqs", **more), boto3.client("lambda", **more), names)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Empties the failure queues of a stack")
    parser.add_argument("stack", help="its name")
    parser.add_argument("--endpoint", help="address of the local cloud")
    parser.add_argument("--yes", action="store_true", help="ask nothing")
    chosen = parser.parse_args(arguments)

    def ask(question: str) -> bool:
        try:
            return chosen.yes or input(f"{question} [y/N] ").strip().lower() == "y"
        except (EOFError, KeyboardInterrupt):
            print()
            return False

    if chosen.endpoint and not re.match(r"https?://\w", chosen.endpoint):
        parser.error(f"--endpoint is an address such as http://127.0.0.1:4566, and not {chosen.endpoint}")
    try:
        done = redrive(named(chosen.stack, chosen.endpoint), ask, print)
    except KeyboardInterrupt:
        print("Stopped; what was not done is in its queue.", file=sys.stderr)
        return 1
    except (ClientError, BotoCoreError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0 if done else 1


if __name__ == "__main__":
    sys.exit(main())
