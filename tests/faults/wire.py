"""Injects faults into the real functions' AWS calls."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs
from uuid import UUID

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectionClosedError, ConnectTimeoutError, ReadTimeoutError
from botocore.retries.quota import RetryQuota
from botocore.retries.standard import ExponentialBackoff
from moto.core.botocore_stubber import MockRawResponse
from moto.dynamodb.models import dynamodb_backends

from dev import template
from functions import escalate_leads, replay_submissions, wiring
from shared.adapters.aws import PATIENT_FACING, SPOOLING
from tests.aws import ACCOUNT, ENVIRONMENT, Aws, aws_in_process
from tests.functions.calls import CONTEXT, Json, event, spool_of

BEGIN = datetime(2026, 1, 14, 16, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ANSWERED_WITHIN = 6.0  # seconds: R7 of docs/reliability.md
CONFIGS: dict[str, Any] = {"dynamodb": PATIENT_FACING, "sns": PATIENT_FACING, "sqs": SPOOLING}
FAULTS = (
    *("throttle", "http500", "http503", "timeout_before", "connect_timeout", "reset_before", "access_denied"),
    *("kms_throttle", "timeout_after", "reset_after", "http500_after", "kill_before", "kill_after"),
)
RECEIVED = (200, 201, 202, 303)  # 303 redirects the plain form to its receipt
FAILED = 503
# service, fault -> HTTP status and error code
ERRORS: dict[str, dict[str, tuple[int, str]]] = {
    "dynamodb": {
        "throttle": (400, "ProvisionedThroughputExceededException"),
        "access_denied": (400, "AccessDeniedException"),
        "kms_throttle": (400, "ThrottlingException"),
    },
    "sns": {
        "throttle": (400, "Throttling"),
        "access_denied": (403, "AuthorizationError"),
        "kms_throttle": (400, "KMSThrottling"),
    },
    "sqs": {
        "throttle": (400, "ThrottlingException"),
        "access_denied": (403, "AccessDenied"),
        "kms_throttle": (400, "KmsThrottled"),
    },
}
OF_ALL_SERVICES = {"http500": (500, "InternalFailure"), "http503": (503, "ServiceUnavailable")}
Plan = Callable[[int, str], str | None]  # (number of the attempt, service) -> fault; None: the attempt succeeds


class Killed(BaseException):
    """Ends a function as if its machine died. A BaseException, so that no `except Exception` catches it."""


def no_fault(_number: int, _service: str) -> str | None:
    return None


def at_attempt(number: int, fault: str) -> Plan:
    return lambda attempt, _service: fault if attempt == number else None


def while_down(services: frozenset[str], fault: str) -> Plan:
    return lambda _attempt, service: fault if service in services else None


@dataclass(frozen=True, slots=True)
class Reply:
    """The response to a client. `status` is the HTTP status, or 0 if the function was killed."""

    status: int
    body: str


@dataclass
class World:
    aws: Aws
    at: datetime = BEGIN
    plan: Plan = no_fault
    attempts: int = 0
    faults: int = 0
    waited: float = 0.0
    longest: float = 0.0  # seconds
    alerts: list[tuple[str, int]] = field(default_factory=list)
    spool: list[str] = field(default_factory=list)
    set_aside: list[str] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    received: bool = False
    violations: list[str] = field(default_factory=list)
    meanwhile: Callable[[], Any] | None = None  # simulates a concurrent function before the next PutItem
    runs: int = 0
    flow_attempts: int = 0
    chance: random.Random = field(default_factory=random.Random)

    def new_id(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128), version=4)

    def now(self) -> datetime:
        return self.at + timedelta(seconds=self.waited)

    def sleep(self, seconds: float) -> None:
        self.waited += seconds

    def fails(self, operation: str, request: Any, carry_out: Callable[[], Any]) -> Any:
        if operation == "dynamodb.PutItem" and self.meanwhile:
            other, self.meanwhile = self.meanwhile, None
            other()
        service = operation.partition(".")[0]
        number, self.attempts = self.attempts, self.attempts + 1
        fault = self.plan(number, service)
        if fault is None:
            return self._done(operation, request, carry_out)
        self.faults += 1
        return self._failed(fault, service, operation, request, carry_out)

    def _failed(self, fault: str, service: str, operation: str, request: Any, carry_out: Callable[[], Any]) -> Any:
        if fault.endswith("_after"):
            self._done(operation, request, carry_out)
        kind = fault.removesuffix("_after").removesuffix("_before")
        if kind == "kill":
            raise Killed
        if kind == "timeout":
            self.waited += CONFIGS[service].read_timeout
            raise ReadTimeoutError(endpoint_url=request.url)
        if kind == "connect_timeout":
            self.waited += CONFIGS[service].connect_timeout
            raise ConnectTimeoutError(endpoint_url=request.url)
        if kind == "reset":
            raise ConnectionClosedError(endpoint_url=request.url)
        status, code = (ERRORS[service] | OF_ALL_SERVICES)[kind]
        return _error(request, service, status, code)

    def _done(self, operation: str, request: Any, carry_out: Callable[[], Any]) -> Any:
        answer = carry_out()
        if operation == "sns.Publish":
            self._alert(request)
        if operation == "sqs.SendMessage":
            message = json.loads(request.body)
            kept = self.spool if message["QueueUrl"] == ENVIRONMENT["SPOOL_QUEUE"] else self.set_aside
            kept.append(message["MessageBody"])
        return answer

    def _alert(self, request: Any) -> None:
        """Records an alert. Checks I3 and I8 of docs/reliability.md."""
        body = request.body.decode() if isinstance(request.body, bytes) else request.body
        message = parse_qs(body)["Message"][0] if isinstance(body, str) else body["Message"]
        if "Open the inbox:" in message:
            return
        level = int(message.partition("this is alert ")[2].partition(".")[0] or 1)
        reference = message.split()[2]
        self.alerts.append((reference, level))
        stored = {lead["reference"]: lead for lead in self.stored()}
        if reference not in stored:
            self.broken("I3: an alert without a stored lead")
        elif stored[reference]["work"]["status"] != "new":
            self.broken("I8: an alert after the lead was acknowledged")

    def stored(self) -> list[Json]:
        """Returns the stored leads without AWS calls, which could fail."""
        return [json.loads(item.attrs["lead"].value) for item in table().items.values()]

    def broken(self, what: str) -> None:
        self.violations.append(what)

    def call(self, handler: Any, call: Json) -> Reply:
        self.waited = 0.0
        try:
            answer = handler(call, CONTEXT)
            reply = Reply(int(answer["statusCode"]), str(answer.get("body", "")))
        except Killed:
            return self._record(Reply(0, ""))
        self.longest = max(self.longest, self.waited)
        if self.waited > ANSWERED_WITHIN:
            self.broken(f"R7: answered after {self.waited:.1f} s")
        return self._record(reply)

    def _record(self, reply: Reply) -> Reply:
        self.replies.append(reply)
        return reply

    def submit(self, handler: Any, call: Json, lead_id: str, *, complete: bool = True) -> Reply:
        """Sends a submission. Checks that an accepted lead is stored or spooled."""
        before = {lead["lead_id"] for lead in self.stored()}
        reply = self.call(handler, call)
        if reply.status in RECEIVED:
            self.received = True
            kept = [lead for lead in (*self.stored(), *map(json.loads, self.spool)) if lead["lead_id"] == lead_id]
            if not any(lead["submitted"]["complete"] for lead in kept if complete) and (complete or not kept):
                self.broken(f"I1, I6: answered {reply.status}, but neither stored nor spooled")
            if reply.status == 201 and lead_id in before:
                self.broken("I2: answered 201 for a lead that was already stored")
        elif reply.status not in (0, FAILED):
            self.broken(f"I2: the visitor's own submission was answered {reply.status}")
        return reply

    def trigger(self, handler: Any, call: Json) -> Any:
        self.waited = 0.0
        try:
            return handler(call, CONTEXT)
        except (Exception, Killed):  # noqa: BLE001  as in Lambda: the flow decides what to retry
            return None

    def sweep(self) -> Any:
        return self.trigger(escalate_leads.handler, event("escalate_leads"))

    def replay(self) -> None:
        """Delivers all spool entries in one batch. Failed entries stay in the spool."""
        entries, self.spool = self.spool, []
        if entries:
            answer = self.trigger(replay_submissions.handler, spool_of(*entries))
            every = [{"itemIdentifier": f"message-{number}"} for number in range(len(entries))]
            failed = every if answer is None else answer["batchItemFailures"]
            self.spool += [entry for entry, name in zip(entries, every, strict=True) if name in failed]


_delay_amount = ExponentialBackoff.delay_amount


def _longest_delay(backoff: ExponentialBackoff, context: Any) -> float:
    """Replaces the SDK's random delay with its maximum."""
    with patch.object(backoff, "_random", lambda: 1.0):
        delay: float = _delay_amount(backoff, context)
    return delay


@contextmanager
def world() -> Iterator[World]:
    """Yields a world for many runs, because creating its tables takes longer than a run."""
    with ExitStack() as stack:
        aws = stack.enter_context(aws_in_process())
        made = World(aws)
        aws.wire.fails = made.fails
        stack.enter_context(patch("botocore.endpoint.time.sleep", made.sleep))
        stack.enter_context(patch.object(ExponentialBackoff, "delay_amount", _longest_delay))
        # An SDK client would stop retrying after many failures.
        stack.enter_context(patch.object(RetryQuota, "acquire", return_value=True))
        stack.enter_context(patch.object(wiring, "now", made.now))
        yield made


def table() -> Any:
    return dynamodb_backends[ACCOUNT][template.REGION].tables[ENVIRONMENT["LEADS_TABLE"]]


def _error(request: Any, service: str, status: int, code: str) -> AWSResponse:
    if service == "sns":
        kind = "Sender" if status < 500 else "Receiver"
        body = (
            f"<ErrorResponse><Error><Type>{kind}</Type><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"
        )
        return _response(request, status, "text/xml", body)
    prefix = "com.amazonaws.dynamodb.v20120810#" if service == "dynamodb" else "com.amazonaws.sqs#"
    body = json.dumps({"__type": prefix + code, "message": "no"})
    return _response(request, status, "application/x-amz-json-1.0", body)


def _response(request: Any, status: int, media_type: str, body: str) -> AWSResponse:
    headers: Any = {"content-type": media_type}
    return AWSResponse(request.url, status, headers, MockRawResponse(body))
