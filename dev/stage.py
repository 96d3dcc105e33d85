"""What several commands need to try out a stack, such as requests and alerts."""

import json
import secrets
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email.message import Message
from typing import Any, Self

from rich.console import Console

ALERT_WITHIN = 150  # seconds; without the stream, escalate_leads sends the alert within two minutes
Json = dict[str, Any]

console = Console(highlight=False, soft_wrap=True)


class StepFailedError(Exception):
    """A step had an unexpected result. The message contains no patient data."""


@dataclass(frozen=True)
class Stage:
    """A deployed stack that a command tries out.

    client: returns the boto3 client of an AWS service
    outputs: the stack's outputs
    site, sign_in: addresses of the service and of the sign-in page, without a slash at the end
    """

    stack: str
    client: Callable[[str], Any]
    outputs: dict[str, str] = field(repr=False)
    site: str
    sign_in: str

    @classmethod
    def deployed(cls, stack: str, client: Callable[[str], Any]) -> "Stage":
        outputs = outputs_of(stack, client)
        return cls(stack, client, outputs, outputs["Address"].removesuffix("/"), outputs["SignIn"])


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    body: bytes = field(repr=False)

    @property
    def json(self) -> Json:
        value: Json = json.loads(self.body)
        return value


def outputs_of(stack: str, client: Callable[[str], Any]) -> dict[str, str]:
    (found,) = client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}


@contextmanager
def step(what: str) -> Iterator[None]:
    started = time.monotonic()
    with console.status(f"{what} ..."):
        try:
            yield
        except BaseException:
            console.print(f"  [red]failed[/]  {what}")
            raise
    console.print(f"  [green]ok[/]  {what}  [dim]{time.monotonic() - started:.1f} s[/]")


def expect(condition: object, otherwise: str) -> None:
    if not condition:
        raise StepFailedError(otherwise)


def call(method: str, url: str, value: object = None, token: str = "") -> Answer:
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    body = None if value is None else json.dumps(value).encode()
    request = urllib.request.Request(url, body, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as answer:
        return Answer(answer.status or 0, answer.headers, answer.read())


class Alerts:
    def __init__(self, stage: Stage) -> None:
        self._sqs, self._sns = stage.client("sqs"), stage.client("sns")
        self._topic = stage.outputs["AlertTopicArn"]
        self._name = f"smoke-{secrets.token_hex(4)}"
        self._exit = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            self._queue = self._sqs.create_queue(QueueName=self._name, Attributes={"MessageRetentionPeriod": "3600"})[
                "QueueUrl"
            ]
            undo.callback(self._sqs.delete_queue, QueueUrl=self._queue)
            arn = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])["Attributes"][
                "QueueArn"
            ]
            statement = {
                "Effect": "Allow",
                "Principal": {"Service": "sns.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": arn,
                "Condition": {"ArnEquals": {"aws:SourceArn": self._topic}},
            }
            policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            self._sqs.set_queue_attributes(QueueUrl=self._queue, Attributes={"Policy": policy})
            subscription = self._sns.subscribe(
                TopicArn=self._topic, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True
            )["SubscriptionArn"]
            undo.callback(self._sns.unsubscribe, SubscriptionArn=subscription)
            self._exit = undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._exit.close()

    def about(self, reference: str) -> str:
        """Returns the text of the alert about a lead.

        Raises:
            StepFailedError: the alert did not arrive in time
        """
        deadline = time.monotonic() + ALERT_WITHIN
        while time.monotonic() < deadline:
            got = self._sqs.receive_message(QueueUrl=self._queue, WaitTimeSeconds=5, MaxNumberOfMessages=10)
            for message in got.get("Messages", []):
                self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
                text = str(json.loads(message["Body"])["Message"])
                if reference in text:
                    return text
        raise StepFailedError(f"no alert about {reference} within {ALERT_WITHIN} s")

    def count(self, within: float) -> int:
        deadline, found = time.monotonic() + within, 0
        while time.monotonic() < deadline:
            got = self._sqs.receive_message(QueueUrl=self._queue, WaitTimeSeconds=1, MaxNumberOfMessages=10)
            for message in got.get("Messages", []):
                self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
                found += 1
        return found
