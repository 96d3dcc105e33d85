"""Checks during every test that no personal data leaves the table and the spool.

The check remembers personal data that reaches a function or the table. A test fails if a function then writes or sends
remembered data elsewhere.
"""

from __future__ import annotations

import base64
import binascii
import functools
import json
import logging
import re
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl

import urllib3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.metrics.provider.cloudwatch_emf import cloudwatch
from botocore.client import BaseClient

from dev.cloud import LocalCloud
from tests.aws import ENVIRONMENT

# Field names have no prefix such as "contact." here.
PERSONAL = {"name", "phone", "email", "note", "string_value", "q"}
PUNCTUATION = str.maketrans("", "", " ()-.\u00a0\r\n\t")
# These encrypted queues may contain personal data.
KEEPERS = (ENVIRONMENT["SPOOL_QUEUE"], ENVIRONMENT["FAILURE_QUEUE"])
STORED_WHOLE = {"lead", "remainder"}  # no index contains these attributes
FAILURES = ("FailedStreamBatches", "UndeliveredAlerts")  # these queues contain only pointers to leads
TEST_TOOLS = ("hypothesis", "schemathesis", "werkzeug", "playwright", "asyncio")
REMEMBERED = 300  # number of values that are searched for
SHORTEST, SHORTEST_TEXT, FEWEST_LETTERS = 8, 12, 5


class Watch:
    def __init__(self, remembers: int | None = REMEMBERED) -> None:
        self._known: deque[tuple[str, str]] = deque(maxlen=remembers)
        self._hits: list[str] = []
        self.lines: list[str] = []
        self.responses: list[dict[str, Any]] = []

    def start(self) -> None:
        for kept in (self._known, self._hits, self.lines, self.responses):
            kept.clear()

    def take(self) -> list[str]:
        found, self._hits = self._hits, []
        return found

    @property
    def knows(self) -> list[str]:
        return sorted({kind for kind, _ in self._known})

    def receive(self, event: object) -> None:
        if type(event) is not dict:  # isinstance would read an attribute, which a test's event forbids
            return
        for record in event.get("Records") or ():
            if _is_map(record) and _is_map(record.get("Sns")) and '"destination"' in str(record["Sns"].get("Message")):
                for address in json.loads(record["Sns"]["Message"])["mail"]["destination"]:
                    self._add("email", address)
        bodies = [event.get("body"), *(record.get("body") for record in event.get("Records") or () if _is_map(record))]
        for body in bodies:
            if isinstance(body, str):
                self.remember_text(_decoded(body) if event.get("isBase64Encoded") else body)

    def remember_text(self, text: str) -> None:
        try:
            self.remember(json.loads(text))
        except (ValueError, RecursionError):
            for name, value in parse_qsl(text[:100_000]):
                self._add(name.rpartition(".")[2], value)

    def remember(self, value: object, kind: str = "") -> None:
        if isinstance(value, dict):
            for key, entry in value.items():
                self.remember(entry, key)
        elif isinstance(value, list):
            for entry in value[:100]:
                self.remember(entry, kind)
        elif isinstance(value, str):
            self._add(kind, value)

    def _add(self, kind: str, value: str) -> None:
        text = _plain(value)
        distinctive = len(text) >= SHORTEST and len(set(text)) >= FEWEST_LETTERS
        if kind not in PERSONAL or not distinctive or text in _plain(ENVIRONMENT["CLINIC_PHONE"]):
            return
        if kind in ("note", "q") and not ("@" in text or text.isdecimal()) and len(text) < SHORTEST_TEXT:
            return
        if kind == "email" and "@" not in text:
            return
        if kind == "phone" and not any(character.isdigit() for character in text):
            return
        if kind in ("name", "string_value") and " " not in value.strip() and "canary" not in text:
            return
        entry = (kind, re.sub(r"^\+1(?=\d{10}$)", "", text))
        if entry not in self._known:
            self._known.append(entry)

    def search(self, where: str, text: str) -> None:
        plain = _plain(text)
        for kind, value in tuple(self._known):
            if value in plain:
                self._hits.append(f"{where} holds what came as {kind}")

    def answered(self, answer: object) -> None:
        """Searches a response's URLs and problem details, which may name an invalid field but not its value."""
        if not isinstance(answer, dict) or not answer.keys() & {"statusCode", "headers", "body"}:
            return
        self.responses.append(answer)
        headers = answer["headers"]
        self.search(
            "an address", " ".join(str(headers.get(name, "")) for name in ("location", "link", "content-location"))
        )
        if headers.get("content-type") == "application/problem+json":
            self.search("problem details", str(answer.get("body")))

    def failed(self, error: BaseException | None) -> None:
        """Searches an unhandled error, which Lambda logs, and its causes."""
        while error is not None:
            self.search("the text of an error", f"{error} {error.args}")
            error = error.__cause__ or error.__context__

    def called(self, operation: str, given: dict[str, Any]) -> None:
        """Searches an AWS call's parameters, after remembering the data of a stored lead."""
        if operation == "PutItem":
            item = given.get("Item", {})
            for name in STORED_WHOLE & item.keys():
                self.remember_text(item[name].get("S", ""))
            self.search("an index", json.dumps({name: item[name] for name in item.keys() - STORED_WHOLE}, default=str))
        elif operation in ("Publish", "PublishBatch"):
            self.search("an alert", json.dumps(given, default=str, ensure_ascii=False))
        elif operation == "SendEmail":  # its Destination may contain the patient's address
            written = {name: value for name, value in given.items() if name != "Destination"}
            self.search("a mail", json.dumps(written, default=str, ensure_ascii=False))
        elif operation in ("SendMessage", "SendMessageBatch") and given.get("QueueUrl") not in KEEPERS:
            self.search("a queue", json.dumps(given, default=str, ensure_ascii=False))


def _plain(text: str) -> str:
    return text.lower().translate(PUNCTUATION)


def _is_map(value: object) -> bool:
    return isinstance(value, dict)


def _decoded(body: str) -> str:
    try:
        return base64.b64decode(body).decode(errors="replace")
    except (binascii.Error, ValueError):
        return ""


WATCH = Watch()


@contextmanager
def watched() -> Iterator[Watch]:
    """Watches one test for leaks.

    Raises:
        AssertionError: personal data leaked
    """
    WATCH.start()
    yield WATCH
    hits = WATCH.take()
    assert not hits, "; ".join(sorted(set(hits)))


@functools.cache
def install() -> None:
    """Intercepts what functions write or send. Must precede the import of any function."""
    _watch_handlers()
    _watch_logs()
    _watch_calls()


def _watch_handlers() -> None:
    inject = Logger.inject_lambda_context

    def watched(self: Logger, lambda_handler: Callable[..., Any] | None = None, **options: Any) -> Any:
        if lambda_handler is None:
            return functools.partial(watched, self, **options)
        inner = inject(self, lambda_handler, **options)

        @functools.wraps(inner)
        def handler(event: Any, context: Any) -> Any:
            WATCH.receive(event)
            try:
                answer = inner(event, context)
            except Exception as error:
                WATCH.failed(error)
                raise
            WATCH.answered(answer)
            return answer

        return handler

    setattr(Logger, "inject_lambda_context", watched)  # noqa: B010  mypy does not allow assigning to a method


def _watch_logs() -> None:
    formats, handles = LambdaPowertoolsFormatter.format, logging.Logger.handle

    def watched_format(self: LambdaPowertoolsFormatter, record: logging.LogRecord) -> str:
        line = formats(self, record)
        WATCH.lines.append(line)
        WATCH.search("a log line", line)
        return line

    def watched_handle(self: logging.Logger, record: logging.LogRecord) -> None:
        if not record.name.startswith(TEST_TOOLS) and record.levelno >= logging.INFO:
            WATCH.search("a log line", record.getMessage())
        handles(self, record)

    def watched_print(line: str) -> None:
        WATCH.lines.append(line)
        WATCH.search("a metric", line)
        print(line)  # noqa: T201  Powertools prints metrics

    setattr(LambdaPowertoolsFormatter, "format", watched_format)  # noqa: B010
    setattr(logging.Logger, "handle", watched_handle)  # noqa: B010
    setattr(cloudwatch, "print", watched_print)  # noqa: B010


def _watch_calls() -> None:
    calls, requests = BaseClient._make_api_call, urllib3.PoolManager.request  # type: ignore[attr-defined]

    def watched_call(self: Any, operation_name: str, api_params: dict[str, Any]) -> Any:
        WATCH.called(operation_name, api_params)
        return calls(self, operation_name, api_params)

    def watched_request(self: Any, method: str, url: str, *given: Any, **more: Any) -> Any:
        # The body of a canary's request is an invented lead, without personal data.
        sent = "" if url.endswith("/submissions") else str(more.get("body"))
        WATCH.search("a request to others", f"{url} {more.get('headers')} {sent}")
        return requests(self, method, url, *given, **more)

    setattr(BaseClient, "_make_api_call", watched_call)  # noqa: B010
    setattr(urllib3.PoolManager, "request", watched_request)  # noqa: B010


def found_in_cloud(cloud: LocalCloud) -> list[str]:
    """Returns personal data of stored leads in the functions' log and the failure queues."""
    watch, dynamodb = Watch(remembers=None), cloud.client("dynamodb")
    for page in dynamodb.get_paginator("scan").paginate(TableName=cloud.outputs["LeadsTable"]):
        for item in page["Items"]:
            watch.remember_text(item.get("lead", {}).get("S", ""))
    pages = cloud.client("logs").get_paginator("filter_log_events").paginate(logGroupName=cloud.resources["Logs"])
    watch.search("the log", "\n".join(event["message"] for page in pages for event in page["events"]))
    for queue in FAILURES:
        messages = cloud.client("sqs").receive_message(
            QueueUrl=cloud.resources[queue], MaxNumberOfMessages=10, VisibilityTimeout=0
        )
        watch.search(queue, json.dumps(messages.get("Messages", [])))
    return watch.take()
