"""Tests that functions write what the runbook, alarms and dashboard name."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from dev import template
from functions import (
    alert_staff,
    capture_lead,
    close_address,
    deliver_webhook,
    draw_form,
    escalate_leads,
    index_leads,
    replay_submissions,
    retire_leads,
    send_mail,
    watch_delivery,
)
from shared.domain.leads.lead import reference_of
from shared.usecases.delivery_watch import Watched
from tests.aws import Aws
from tests.functions.admin_calls import erased, retired
from tests.functions.calls import (
    CONTEXT,
    EMERGENCY,
    NOT_A_FIT,
    PRIORITY,
    ROUTINE,
    URGENT,
    Json,
    event,
    posting,
    sent,
    spool_of,
    stream_of,
    submission,
)
from tests.functions.conftest import Clock
from tests.functions.staff_calls import captured, worked

RUNBOOK = (template.TEMPLATE.parents[1] / "docs" / "runbook.md").read_text(encoding="utf-8")
RESOURCES = template.expand()["Resources"].values()
ALARMS = [entry["Properties"] for entry in RESOURCES if entry["Type"] == "AWS::CloudWatch::Alarm"]
COUNTED_BY_FILTERS = {
    into["MetricName"]
    for entry in RESOURCES
    if entry["Type"] == "AWS::Logs::MetricFilter"
    for into in entry["Properties"]["MetricTransformations"]
}
LOOK = re.findall(r"^- \*\*Look:\*\* (.*(?:\n  .*)*)", RUNBOOK, re.MULTILINE)
LAMBDAS_OWN = {"Task timed out", "Runtime exited"}
LOGS_INSIGHTS = {"fields", "filter", "sort", "stats", "count", "by"}


@dataclass
class Written:
    """The log lines and metrics that functions wrote. `lines` maps function, then message, to fields."""

    lines: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    metrics: set[str] = field(default_factory=set)

    def add(self, function: str, line: Json) -> None:
        if "_aws" in line:
            [directive] = line["_aws"]["CloudWatchMetrics"]
            self.metrics |= {metric["Name"] for metric in directive["Metrics"]}
        else:
            self.lines.setdefault(function, {}).setdefault(line["message"], set()).update(line)

    def of(self, text: str, function: str = "") -> list[set[str]]:
        """Returns the fields of each log line with this text. An empty `function` means any function."""
        return [texts[text] for name, texts in self.lines.items() if text in texts and function in ("", name)]


@pytest.fixture
def written(
    aws: Aws, clock: Clock, logs: Callable[[], str], monkeypatch: pytest.MonkeyPatch, unsigned_rules: None
) -> Written:
    found = Written()
    for function in a_bad_day(aws, clock, monkeypatch):
        for line in logs().splitlines():
            if line.startswith("{"):
                found.add(function, json.loads(line))
    return found


def counting_fails(aws: Aws, lead_ids: list[str]) -> str:
    aws.wire.down = {"dynamodb.TransactWriteItems"}
    index_leads.handler(stream_of(*lead_ids), CONTEXT)
    aws.wire.down = set()
    return "IndexLeads"


def mail_fails(aws: Aws) -> str:
    aws.wire.down = {"dynamodb.GetItem"}
    with pytest.raises(RuntimeError):
        send_mail.handler(event("send_mail"), CONTEXT)
    aws.wire.down = set()
    send_mail.handler(event("send_mail"), CONTEXT)
    return "SendMail"


def mail_comes_back() -> str:
    close_address.handler(event("close_address"), CONTEXT)
    return "CloseAddress"


def retiring_fails(aws: Aws, clock: Clock, patch: pytest.MonkeyPatch, lead_ids: list[str]) -> str:
    aws.corrupt(lead_ids[0], "{}")
    assert erased(reference_of(UUID(lead_ids[1])))["statusCode"] == 200
    aws.wire.down = {"dynamodb.GetItem"}
    with pytest.raises(RuntimeError):
        retired()
    aws.wire.down = set()
    aws.corrupt(lead_ids[1], "{}")
    clock.at += timedelta(days=400)
    patch.setattr(retire_leads, "keys", ("a fresh key of tests", *retire_leads.keys))
    with pytest.raises(RuntimeError):
        retired()
    return "RetireLeads"


def a_bad_day(aws: Aws, clock: Clock, patch: pytest.MonkeyPatch) -> Iterator[str]:
    """Causes every kind of success and failure. Yields the name of each function that logged."""
    lead_ids = [str(uuid4()) for _ in range(5)]
    for answers, lead_id in zip((EMERGENCY, URGENT, PRIORITY, ROUTINE, NOT_A_FIT), lead_ids, strict=True):
        captured(answers, lead_id, alerted=False)
    captured(lead_id=str(uuid4()), alerted=False, website="a trap for machines")
    unreadable = {"id": "fs-intake", "version": "1.0.0"}
    captured(lead_id=str(uuid4()), alerted=False, questionnaire=unreadable)
    post = posting("capture_lead", submission())
    for down, status in (({"dynamodb.PutItem", "sqs.SendMessage"}, 503), ({"dynamodb.PutItem"}, 202)):
        aws.wire.down = down
        assert capture_lead.handler(post, CONTEXT)["statusCode"] == status
    with patch.context() as closed:
        closed.setenv("PILOT_WITHOUT_APPROVAL", "no")
        assert capture_lead.handler(post, CONTEXT)["statusCode"] == 403
    yield "CaptureLead"

    [entry] = aws.spooled()
    for down in ({"dynamodb.PutItem"}, set()):
        aws.wire.down = down
        replay_submissions.handler(spool_of(entry, "{"), CONTEXT)
    yield "ReplaySubmissions"

    aws.wire.down = {"sns.Publish"}
    alert_staff.handler(stream_of(*lead_ids[:2]), CONTEXT)
    aws.wire.down = set()
    alert_staff.handler(stream_of(*lead_ids[2:]), CONTEXT)
    yield "AlertStaff"

    yield counting_fails(aws, lead_ids)
    yield mail_fails(aws)
    yield mail_comes_back()

    aws.wire.down = {"sns.Publish"}
    clock.at += timedelta(minutes=30)
    with pytest.raises(RuntimeError):
        escalate_leads.handler(event("escalate_leads"), CONTEXT)
    aws.wire.down = set()
    for _ in range(4):
        clock.at += timedelta(minutes=30)
        escalate_leads.handler(event("escalate_leads"), CONTEXT)
    yield "EscalateLeads"

    for lead_id in lead_ids:
        assert worked(reference_of(UUID(lead_id)), "acknowledge")["statusCode"] == 200
    yield "WorkLead"

    patch.setattr(type(deliver_webhook.webhook), "deliver", lambda *_: None)
    deliver_webhook.handler(event("deliver_webhook"), CONTEXT)
    yield "DeliverWebhook"

    for took in (timedelta(seconds=42), None):
        watched = Watched(took, "", took, "", missing=1, quiet=True)
        patch.setattr(watch_delivery, "watch_delivery", lambda *_, watched=watched: watched)
        watch_delivery.handler(event("watch_delivery"), CONTEXT)
    yield "WatchDelivery"

    body = sent("draw_form.screening") | {"page": "P1", "answers": {"age": 62} | EMERGENCY}
    draw_form.handler(posting("draw_form.screening", body), CONTEXT)
    yield "DrawForm"

    yield retiring_fails(aws, clock, patch, lead_ids)


def test_every_log_line_in_the_runbook_is_written(written: Written) -> None:
    """The runbook names a function before a log line, and fields after the line."""
    seen = set()
    for entry in LOOK:
        function = ""
        lines: list[set[str]] = []
        for name, text in re.findall(r'`(\w+)`|"([^"]+)"', entry):
            if name in written.lines:
                function, lines = name, []
            elif text and text not in LAMBDAS_OWN:
                lines = written.of(text, function)
                assert lines, f"{function or 'nobody'} does not write {text}"
                seen.add(text)
            elif name.islower():
                counted = name in written.metrics | COUNTED_BY_FILTERS
                assert all(name in fields for fields in lines) if lines else counted, name
    assert len(seen) >= 7


def test_every_log_line_in_an_alarm_description_is_written(written: Written) -> None:
    searches = [found for alarm in ALARMS for found in re.findall(r"log for (.*)", alarm["AlarmDescription"])]
    texts = [text for lines in written.lines.values() for text in lines]
    assert len(searches) >= 3
    assert [search for search in searches if not any(search.startswith(text) for text in texts)] == []


def test_every_log_field_in_the_runbook_is_written(written: Written) -> None:
    queries = " ".join(re.findall(r"^    (?:fields|\| filter|filter) .*$", RUNBOOK, re.MULTILINE))
    searched = set(re.findall(r"[a-z_]+", re.sub(r'"[^"]*"|@\w+', "", queries))) - LOGS_INSIGHTS
    assert searched >= {"message", "reference", "correlation_id", "error", "cause", "place"}
    assert searched - set().union(*(fields for lines in written.lines.values() for fields in lines.values())) == set()


def test_every_metric_in_the_runbook_or_an_alarm_is_emitted(written: Written) -> None:
    rows = re.findall(r"^\| (`.*?) \|", RUNBOOK.partition("## Metrics")[2], re.MULTILINE)
    explained = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    watched = {alarm["MetricName"] for alarm in ALARMS if alarm["Namespace"] == "SpineLeads"}
    assert len(explained) >= 30
    assert (explained | watched) - written.metrics - COUNTED_BY_FILTERS == set()
