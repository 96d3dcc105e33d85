from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from dev.cloud import LocalCloud
from tests.e2e.conftest import Json, Service, Staff, eventually

EVENT = Path(__file__).resolve().parents[2] / "events" / "escalate_leads.json"


def switch(cloud: LocalCloud, on: bool) -> None:
    functions = cloud.client("lambda")
    mapping = cloud.resources["AlertStaffNewLead"]
    functions.update_event_source_mapping(UUID=mapping, Enabled=on)
    wanted = "Enabled" if on else "Disabled"
    eventually(
        lambda: functions.get_event_source_mapping(UUID=mapping)["State"] == wanted, f"the stream to be {wanted}"
    )


@pytest.fixture
def without_stream(cloud: LocalCloud) -> Iterator[None]:
    switch(cloud, on=False)
    yield
    switch(cloud, on=True)


def sweep(cloud: LocalCloud) -> Any:
    event = EVENT.read_bytes()
    answer = cloud.client("lambda").invoke(FunctionName=cloud.resources["EscalateLeads"], Payload=event)
    assert "FunctionError" not in answer
    return json.load(answer["Payload"])


@pytest.mark.usefixtures("without_stream")
def test_without_the_stream_the_sweep_alerts_staff(
    cloud: LocalCloud, service: Service, staff: Staff, submission: Json
) -> None:
    reference = service.submit(submission).json["reference"]

    sweep(cloud)

    assert staff.wait_for_alert(reference).kind == "new"


def test_the_stream_does_not_repeat_an_alert_of_the_sweep(
    cloud: LocalCloud, service: Service, staff: Staff, submission: Json
) -> None:
    switch(cloud, on=False)
    first = service.submit(submission).json["reference"]
    sweep(cloud)
    staff.wait_for_alert(first)
    switch(cloud, on=True)

    later = service.submit(submission | {"submission_id": str(uuid4())}).json["reference"]
    staff.wait_for_alert(later)
    sweep(cloud)

    assert len(staff.alerts_about(first)) == 1
    assert len(staff.alerts_about(later)) == 1


def test_the_sweep_is_due_every_minute(cloud: LocalCloud) -> None:
    events = cloud.client("events")
    name = cloud.resources["EscalateLeadsEveryMinute"]
    rule = events.describe_rule(Name=name)
    targets = events.list_targets_by_rule(Rule=name)["Targets"]

    assert (rule["ScheduleExpression"], rule["State"]) == ("rate(1 minute)", "ENABLED")
    assert [target["Arn"].rsplit(":", 2)[1:] for target in targets] == [[cloud.resources["EscalateLeads"], "live"]]
