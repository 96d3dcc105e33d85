"""Provides staff in Chromium, really signed in, with the local cloud."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser

from dev.cloud import LocalCloud
from tests.aws import flat
from tests.browser.conftest import Console
from tests.inbox.member import Member

SUBMISSION = json.loads((Path(__file__).parents[1] / "data" / "submission.json").read_text())
ALERT_WITHIN = 30  # seconds; an alert usually takes two
Json = dict[str, Any]
Send = Callable[..., str]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture
def send(site: str) -> Send:
    """Provides a function that sends a patient's form: `send({"pain": 9}, phone="(312) 555-0199")` returns the lead's
    reference."""

    def arrive(answers: Json | None = None, language: str = "en", **contact: str) -> str:
        body = SUBMISSION | {
            "submission_id": str(uuid4()),
            "answers": SUBMISSION["answers"] | (answers or {}),
            "contact": SUBMISSION["contact"] | contact,
            "language": language,
        }
        request = urllib.request.Request(
            f"{site}submissions", json.dumps(body).encode(), {"content-type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return str(json.load(answer)["reference"])

    return arrive


@pytest.fixture
def member(browser: Browser, site: str) -> Iterator[Callable[..., Member]]:
    """Provides a function that opens a browser for a member of staff who has not signed in yet: `member("nurse")`.
    Unexpected errors fail the test."""
    consoles: list[Console] = []
    with ExitStack() as open_browsers:

        def come(name: str, **options: Any) -> Member:
            context = browser.new_context(**({"viewport": {"width": 1280, "height": 900}} | options))
            open_browsers.callback(context.close)
            consoles.append(Console())
            return Member(context.new_page(), site, name, consoles[-1])

        yield come
    assert [error for console in consoles for error in console.unexpected()] == []


@pytest.fixture
def stored(cloud: LocalCloud) -> Callable[[str], Json]:
    """Provides a function that returns a stored lead, flattened: the fields of each part stand beside the lead's
    own."""

    def read(reference: str) -> Json:
        pages = cloud.client("dynamodb").get_paginator("scan").paginate(TableName=cloud.outputs["LeadsTable"])
        leads = (flat(item["lead"]["S"]) for page in pages for item in page["Items"] if "lead" in item)
        return next(lead for lead in leads if lead["reference"] == reference)

    return read


@pytest.fixture
def settled(stored: Callable[[str], Json]) -> Callable[[str], Json]:
    """Provides a function that returns a lead after its first alert, because until then its version still changes by
    itself."""

    def wait(reference: str) -> Json:
        until = time.monotonic() + ALERT_WITHIN
        while not (lead := stored(reference))["alert_delivered"]:
            assert time.monotonic() < until, "no alert"
            time.sleep(0.1)
        return lead

    return wait


@pytest.fixture
def alerts(cloud: LocalCloud) -> Callable[[str], str]:
    """Provides a function that returns the text of the alert about a lead, from a queue for this test."""
    queues, topics = cloud.client("sqs"), cloud.client("sns")
    queue = queues.create_queue(QueueName=f"inbox-{uuid4()}")["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topics.subscribe(TopicArn=cloud.outputs["AlertTopicArn"], Protocol="sqs", Endpoint=arn)

    def about(reference: str) -> str:
        until = time.monotonic() + ALERT_WITHIN
        while time.monotonic() < until:
            for message in queues.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages", []):
                text = str(json.loads(message["Body"])["Message"])
                if reference in text:
                    return text
        pytest.fail(f"Waited {ALERT_WITHIN} seconds for an alert.")

    return about
