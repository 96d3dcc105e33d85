from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest

from dev.cloud import LocalCloud
from dev.outbox import Outbox, SentAlert
from tests.functions.calls import VERSION

ALERT_WITHIN = 30  # seconds; an alert usually takes two
Json = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Json:
        value: Json = json.loads(self.body)
        return value


@dataclass(frozen=True)
class Service:
    site: str

    def get(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        return self.call("GET", path, None, headers)

    def post(self, path: str, value: object, headers: dict[str, str] | None = None) -> Answer:
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        return self.call("POST", path, body, {"content-type": "application/json"} | (headers or {}))

    def submit(self, submission: Json) -> Answer:
        for _ in range(3):
            answer = self.post("submissions", submission)
            if answer.status != HTTPStatus.SERVICE_UNAVAILABLE:
                break
        return answer

    def call(self, method: str, path: str, body: bytes | None, headers: dict[str, str] | None) -> Answer:
        request = urllib.request.Request(self.site + path, body, headers or {}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return _read(answer)
        except urllib.error.HTTPError as answer:
            return _read(answer)


def _read(answer: Any) -> Answer:
    return Answer(answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read())


@dataclass(frozen=True)
class Staff:
    """The alerts that staff receive from the topic."""

    outbox: Outbox

    def alerts_about(self, reference: str) -> list[SentAlert]:
        return [alert for alert in self.outbox.alerts if reference in alert.body]

    def wait_for_alert(self, reference: str) -> SentAlert:
        eventually(lambda: self.alerts_about(reference), f"an alert about {reference}")
        return self.alerts_about(reference)[0]


def eventually(condition: Callable[[], object], what: str, within: float = ALERT_WITHIN) -> None:
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"Waited {within} seconds for {what}.")
        time.sleep(0.05)


@pytest.fixture(scope="session")
def service(site: str) -> Service:
    return Service(site)


@pytest.fixture(scope="session")
def staff(cloud: LocalCloud) -> Iterator[Staff]:
    with Outbox(cloud) as outbox:
        yield Staff(outbox)


@pytest.fixture
def submission() -> Json:
    """Provides a typical submission without a red flag, which becomes a PRIORITY lead."""
    return {
        "submission_id": str(uuid4()),
        "questionnaire": {"id": "fs-intake", "version": VERSION},
        "answers": {
            "age": 57,
            "who": "self",
            "em-now": ["none"],
            "region": ["lumbar"],
            "ces": ["none"],
            "motor": ["none"],
            "cord": ["none"],
            "sys": ["none"],
            "signs": ["none"],
            "injury": "no",
            "spread": ["buttock", "leg-one"],
            "sx": ["pain", "numb", "burn"],
            "pattern": ["stand-worse", "walk-worse", "sit-better"],
            "pain": 7,
            "duration": "gt6m",
            "change": "no",
            "fn": "lot",
            "dx": ["foraminal-stenosis"],
            "imaging": "mri-ct",
            "tx": ["pt", "injection"],
            "tx-tried": "ge6w-no",
            "goal": ["decomp"],
            "insurance": "private",
            "help": ["no"],
        },
        "contact": {"name": "Sample Patient 07", "phone": "(312) 555-0107", "email": "sample.patient@example.com"},
        "consents": {"contact": True, "sms": False, "marketing": False},
        "attribution": {"utm_source": "newsletter", "landing_path": "/foraminal-stenosis"},
    }
