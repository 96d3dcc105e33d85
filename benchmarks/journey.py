"""Records the AWS calls and DynamoDB units of the real functions for one lead, on moto."""

from __future__ import annotations

import io
import logging
import os
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch
from uuid import UUID

from botocore.client import BaseClient

from benchmarks.capacity import Item, indexes_of, item_size, read_units, write_units
from dev import template
from tests.aws import ENVIRONMENT, aws_in_process

EVERY_CALL = "_make_api_call"  # the method of boto3 clients that makes every AWS call


@dataclass
class Step:
    """The AWS calls of one run of a function.

    writes: index name -> write units; "" is the table itself, "derived" is for transactions on derived data
    reads: read units
    """

    function: str
    calls: Counter[str] = field(default_factory=Counter)
    writes: Counter[str] = field(default_factory=Counter)
    reads: float = 0


@dataclass(frozen=True)
class Journey:
    """The recorded function runs for one lead.

    stored: bytes about the lead at the end, including index entries and the access log
    """

    steps: dict[str, Step]
    stored: int


def play() -> Journey:
    """Runs the functions for one lead, from submission to booked appointment."""
    os.environ.update(ENVIRONMENT)
    from functions import alert_staff, escalate_leads  # noqa: PLC0415  the modules read the environment when imported
    from tests.functions import calls, staff_calls  # noqa: PLC0415

    recorder = _Recorder()
    silent = patch.object(logging.getLogger("leads"), "disabled", new=True)
    with aws_in_process() as aws, recorder.listening(), redirect_stdout(io.StringIO()), silent:
        reference = recorder.step("capture_lead", lambda: staff_calls.captured(calls.URGENT, alerted=False))
        stream = calls.stream_of(calls.LEAD_ID)
        recorder.step("alert_staff", lambda: alert_staff.handler(stream, calls.CONTEXT))
        recorder.step("index_leads", lambda: staff_calls.indexed(calls.LEAD_ID))
        recorder.step("escalate_leads", lambda: escalate_leads.handler(calls.event("escalate_leads"), calls.CONTEXT))
        recorder.step("list_leads", staff_calls.listed)
        recorder.step("show_lead", lambda: staff_calls.opened(reference))
        for step, action in (("work_lead", {"action": "acknowledge"}), ("work_lead (booked)", {"action": "book"})):
            version = _version(aws.items(), calls.LEAD_ID)
            recorder.step(step, lambda: staff_calls.worked(reference, version=version, **action))  # noqa: B023  the lambda runs at once
        stored = sum(map(_stored, aws.items())) + sum(
            item_size(item) for item in aws.dynamodb.scan(TableName=ENVIRONMENT["ACCESS_LOG"])["Items"]
        )
    return Journey(recorder.steps, stored)


class _Recorder:
    def __init__(self) -> None:
        self.steps: dict[str, Step] = {}
        self._step: Step | None = None
        resources = template.expand()["Resources"]
        self._indexes = {
            ENVIRONMENT["LEADS_TABLE"]: indexes_of(resources["LeadsTable"]["Properties"]),
            ENVIRONMENT["ACCESS_LOG"]: {},
            ENVIRONMENT["DERIVED_DATA"]: {},
        }

    def step(self, name: str, run: Callable[[], Any]) -> Any:
        self._step = self.steps[name] = Step(name)
        try:
            return run()
        finally:
            self._step = None

    def listening(self) -> Any:
        call = BaseClient.__dict__[EVERY_CALL]

        def recorded(client: Any, operation: str, values: dict[str, Any]) -> Any:
            step = self._step
            if step is None:
                return call(client, operation, values)
            step.calls[f"{client.meta.service_model.service_name}:{operation}"] += 1
            before = self._stored(client, values) if operation == "PutItem" else None
            answer = call(client, operation, values)
            # Transactions cost two units per item of up to 1 KB.
            if operation == "TransactWriteItems":
                step.writes["derived"] += 2 * len(values["TransactItems"])
            elif operation == "PutItem":
                step.writes.update(write_units(before, values["Item"], self._indexes[values["TableName"]]))
            elif operation == "GetItem":
                step.reads += read_units([answer["Item"]] if "Item" in answer else [], consistent=True)
            elif operation == "BatchGetItem":
                for table, items in answer["Responses"].items():
                    consistent = values["RequestItems"][table].get("ConsistentRead", False)
                    step.reads += sum(read_units([item], consistent=consistent) for item in items)
            elif operation == "Query":
                step.reads += read_units(answer["Items"], consistent=False)
            return answer

        return patch.object(BaseClient, EVERY_CALL, recorded)

    def _stored(self, client: Any, values: dict[str, Any]) -> Item | None:
        step, self._step = self._step, None
        try:
            keys = {name: values["Item"][name] for name in ("lead_id", "entry") if name in values["Item"]}
            found: Item | None = client.get_item(TableName=values["TableName"], Key=keys).get("Item")
            return found
        finally:
            self._step = step


def _version(items: list[Item], lead_id: str) -> int:
    return next(int(item["version"]["N"]) for item in items if item["lead_id"]["S"] == str(UUID(lead_id)))


def _stored(item: Item) -> int:
    """Returns the bytes of an item and its index entries. DynamoDB adds 100 bytes to each."""
    indexes = indexes_of(template.expand()["Resources"]["LeadsTable"]["Properties"]).values()
    entries = [item, *filter(None, (index.entry(item) for index in indexes))]
    return sum(item_size(entry) + 100 for entry in entries)
