"""Watches the whole test run: what a person sent must not come out in a log, a metric, an alert, a queue, an address
or the text of an error.

Whatever reaches a function or the table in any test is remembered for that test: names, phone numbers, e-mail
addresses, free text. Everything that leaves is searched for it. A hit fails the test it happened in. The table itself,
and the spool that stands in for it, are where this data belongs.
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

PERSONAL = {"name", "phone", "email", "note", "string_value", "q"}  # the last part of a field's name
NOT_TELLING = str.maketrans("", "", " ()-.\u00a0\r\n\t")
KEEPERS = (ENVIRONMENT["SPOOL_QUEUE"], ENVIRONMENT["FAILURE_QUEUE"])  # encrypted, in place of the table
STORED_WHOLE = {"lead", "remainder"}  # attributes of the table that no index holds
FAILURES = ("FailedStreamBatches", "UndeliveredAlerts")  # of the template; they hold pointers only
TEST_TOOLS = ("hypothesis", "schemathesis", "werkzeug", "playwright", "asyncio")
REMEMBERED = 300  # the latest: what leaks is what is in hand
SHORTEST, SHORTEST_TEXT, FEWEST_LETTERS = 8, 12, 5


class Watch:
    def __init__(self, remembers: int | None = REMEMBERED) -> None:
        self._known: deque[tuple[str, str]] = deque(maxlen=remembers)
        self._hits: list[str] = []

    def start(self) -> None:
        self._known.clear()
        self._hits.clear()

    def take(self) -> list[str]:
        """The hits since the start, or since the last look."""
        found, self._hits = self._hits, []
        return found

    @property
    def knows(self) -> list[str]:
        """What kinds of data it has seen."""
        return sorted({kind for kind, _ in self._known})

    # --- what came in ---

    def receive(self, event: object) -> None:
        """The event of a function."""
        if type(event) is not dict:  # some test hands over what breaks when it is asked for its class
            return
        bodies = [event.get("body"), *(record.get("body") for record in event.get("Records") or () if _is_map(record))]
        for body in bodies:
            if isinstance(body, str):
                self.remember_text(_decoded(body) if event.get("isBase64Encoded") else body)

    def remember_text(self, text: str) -> None:
        """A body: JSON, or the fields of a form."""
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
        telling = len(text) >= SHORTEST and len(set(text)) >= FEWEST_LETTERS
        if kind not in PERSONAL or not telling or text in _plain(ENVIRONMENT["CLINIC_PHONE"]):
            return
        if kind in ("note", "q") and not ("@" in text or text.isdecimal()) and len(text) < SHORTEST_TEXT:
            return
        if kind in ("name", "string_value") and " " not in value.strip() and "canary" not in text:
            return  # one word may be anybody's: a tier, a button
        entry = (kind, re.sub(r"^\+1(?=\d{10}$)", "", text))
        if entry not in self._known:
            self._known.append(entry)

    # --- what goes out ---

    def look(self, where: str, text: str) -> None:
        plain = _plain(text)
        for kind, value in tuple(self._known):
            if value in plain:
                self._hits.append(f"{where} holds what came as {kind}")

    def answered(self, answer: object) -> None:
        """Addresses, and problem details, which name a field and never repeat a value."""
        if not isinstance(answer, dict) or not _is_map(answer.get("headers")):
            return
        headers = answer["headers"]
        self.look(
            "an address", " ".join(str(headers.get(name, "")) for name in ("location", "link", "content-location"))
        )
        if headers.get("content-type") == "application/problem+json":
            self.look("problem details", str(answer.get("body")))

    def failed(self, error: BaseException | None) -> None:
        """Lambda logs the text of an error that escapes, and a developer will log what caused it."""
        while error is not None:
            self.look("the text of an error", f"{error} {error.args}")
            error = error.__cause__ or error.__context__

    def called(self, operation: str, given: dict[str, Any]) -> None:
        """AWS."""
        if operation == "PutItem":
            item = given.get("Item", {})
            for name in STORED_WHOLE & item.keys():
                self.remember_text(item[name].get("S", ""))
            self.look("an index", json.dumps({name: item[name] for name in item.keys() - STORED_WHOLE}, default=str))
        elif operation in ("Publish", "PublishBatch"):
            self.look("an alert", json.dumps(given, default=str, ensure_ascii=False))
        elif operation in ("SendMessage", "SendMessageBatch") and given.get("QueueUrl") not in KEEPERS:
            self.look("a queue", json.dumps(given, default=str, ensure_ascii=False))


def _plain(text: str) -> str:
    return text.lower().translate(NOT_TELLING)


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
    """Around each test. Raises AssertionError when it leaked."""
    WATCH.start()
    yield WATCH
    hits = WATCH.take()
    assert not hits, "; ".join(sorted(set(hits)))


def install() -> None:
    """Before any function is imported: from then on, all that is written or sent passes here."""
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

    setattr(Logger, "inject_lambda_context", watched)  # noqa: B010  mypy lets nobody assign a method


def _watch_logs() -> None:
    formats, handles = LambdaPowertoolsFormatter.format, logging.Logger.handle

    def watched_format(self: LambdaPowertoolsFormatter, record: logging.LogRecord) -> str:
        line = formats(self, record)
        WATCH.look("a log line", line)
        return line

    def watched_handle(self: logging.Logger, record: logging.LogRecord) -> None:
        if not record.name.startswith(TEST_TOOLS) and record.levelno >= logging.INFO:
            WATCH.look("a log line", record.getMessage())
        handles(self, record)

    def watched_print(line: str) -> None:
        WATCH.look("a metric", line)
        print(line)  # noqa: T201  in place of the one that writes metrics

    setattr(LambdaPowertoolsFormatter, "format", watched_format)  # noqa: B010
    setattr(logging.Logger, "handle", watched_handle)  # noqa: B010
    setattr(cloudwatch, "print", watched_print)  # noqa: B010


def _watch_calls() -> None:
    calls, requests = BaseClient._make_api_call, urllib3.PoolManager.request  # type: ignore[attr-defined]

    def watched_call(self: Any, operation_name: str, api_params: dict[str, Any]) -> Any:
        WATCH.called(operation_name, api_params)
        return calls(self, operation_name, api_params)

    def watched_request(self: Any, method: str, url: str, *given: Any, **more: Any) -> Any:
        sent = "" if url.endswith("/submissions") else str(more.get("body"))  # our own synthetic lead goes there
        WATCH.look("a request to others", f"{url} {more.get('headers')} {sent}")
        return requests(self, method, url, *given, **more)

    setattr(BaseClient, "_make_api_call", watched_call)  # noqa: B010
    setattr(urllib3.PoolManager, "request", watched_request)  # noqa: B010


def found_in_cloud(cloud: LocalCloud) -> list[str]:
    """What of the stored leads is in the functions' log, and in the queues where failures wait."""
    watch, dynamodb = Watch(remembers=None), cloud.client("dynamodb")
    for page in dynamodb.get_paginator("scan").paginate(TableName=cloud.outputs["LeadsTable"]):
        for item in page["Items"]:
            watch.remember_text(item.get("lead", {}).get("S", ""))
    pages = cloud.client("logs").get_paginator("filter_log_events").paginate(logGroupName=cloud.resources["Logs"])
    watch.look("the log", "\n".join(event["message"] for page in pages for event in page["events"]))
    for queue in FAILURES:
        messages = cloud.client("sqs").receive_message(
            QueueUrl=cloud.resources[queue], MaxNumberOfMessages=10, VisibilityTimeout=0
        )
        watch.look(queue, json.dumps(messages.get("Messages", [])))
    return watch.take()
