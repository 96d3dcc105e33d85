"""Tests that the resources and metrics in alarms, dashboard and runbook exist."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from dev import template
from dev.metrics import calls, emitted

PROJECT = template.TEMPLATE.parents[1]
RESOURCES: dict[str, Any] = template.expand()["Resources"]
RUNBOOK = (PROJECT / "docs" / "runbook.md").read_text()
ALARMS = {name: entry["Properties"] for name, entry in RESOURCES.items() if entry["Type"] == "AWS::CloudWatch::Alarm"}
FUNCTIONS = {name for name, entry in RESOURCES.items() if entry["Type"] == "AWS::Lambda::Function"}
QUEUES = {name for name, entry in RESOURCES.items() if entry["Type"] == "AWS::SQS::Queue"}
VARIABLES = template.read()["Globals"]["Function"]["Environment"]["Variables"]
OURS = VARIABLES["POWERTOOLS_METRICS_NAMESPACE"]
LABELS = ["Patients", "Look", "Do", "Over when"]
SEARCH = (
    r"""SEARCH\('\{AWS/Lambda,FunctionName\} MetricName="(\w+)" FunctionName=\$\{AWS::StackName\}', '(\w+)', 300\)"""
)

# AWS namespace -> the sets of dimensions that its metrics have. Sources: Lambda developer guide, "Types of metrics for
# Lambda functions"; API Gateway developer guide, "Monitor CloudWatch metrics for HTTP APIs"; SQS developer guide,
# "Available CloudWatch metrics for Amazon SQS"; SNS developer guide, "Monitoring topics using CloudWatch".
BY: dict[str, set[tuple[str, ...]]] = {
    "AWS/Lambda": {(), ("FunctionName",)},
    "AWS/SNS": {(), ("TopicName",)},
    "AWS/ApiGateway": {("ApiId",), ("ApiId", "Stage")},
    "AWS/SQS": {("QueueName",)},
}
AWS_METRICS = {
    "AWS/Lambda": {"Invocations", "Errors", "Throttles", "Duration", "IteratorAge", "AsyncEventsDropped"},
    "AWS/ApiGateway": {"Count", "4xx", "5xx", "Latency", "IntegrationLatency"},
    "AWS/SQS": {
        "ApproximateNumberOfMessagesVisible",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateAgeOfOldestMessage",
    },
    "AWS/SNS": {
        "NumberOfNotificationsFailed",
        "NumberOfNotificationsFailedToRedriveToDlq",
        "SMSMonthToDateSpentUSD",
    },
}


def test_no_function_adds_a_dimension_of_its_own() -> None:
    """CloudWatch bills each value of a dimension as a metric."""
    for path in (PROJECT / "functions").glob("*.py"):
        assert not [*calls(path.read_text(), "add_dimension"), *calls(path.read_text(), "set_default_dimensions")]


def test_every_alarm_watches_an_emitted_metric() -> None:
    assert len(ALARMS) >= 17
    for name, alarm in ALARMS.items():
        dimensions = {one["Name"]: one["Value"] for one in alarm.get("Dimensions", [])}
        must_exist(name, alarm["Namespace"], alarm["MetricName"], dimensions)


def must_exist(where: str, namespace: str, metric: str, dimensions: dict[str, Any]) -> None:
    ours = {name: {by} for name, by in emitted().items()}
    known = ours if namespace == OURS else dict.fromkeys(AWS_METRICS[namespace], BY[namespace])
    assert metric in known, f"{where}: nothing emits {metric}"
    assert tuple(sorted(dimensions)) in known[metric], f"{where}: {metric} has other dimensions"
    for dimension, value in dimensions.items():
        match dimension:
            case "service":
                assert value == VARIABLES["POWERTOOLS_SERVICE_NAME"], where
            case "FunctionName":
                assert named(value) in FUNCTIONS, where
            case "QueueName":
                queue, _, attribute = named(value).partition(".")
                assert (queue in QUEUES, attribute) == (True, "QueueName"), where
            case "TopicName":
                assert named(value) == "AlertTopic.TopicName", where
            case "ApiId":
                assert named(value) == "Api", where
            case _:
                assert dimension == "Stage", where


def named(value: Any) -> str:
    """Returns what a Ref, a GetAtt or a ${} refers to, as "id" or "id.attribute"."""
    match value:
        case {"Ref": str(name)}:
            return name
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            return f"{name}.{attribute}"
        case str(text):
            return text.removeprefix("${").removesuffix("}")
    pytest.fail(str(value))


def widgets() -> list[dict[str, Any]]:
    body, more = RESOURCES["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    (condition, queue, otherwise) = more["Webhooks"]["Fn::If"]
    assert (condition, queue["Fn::GetAtt"], otherwise) == (
        "HasWebhookAddress",
        ["UndeliveredWebhooks", "QueueName"],
        "none",
    )
    assert more["WebhookAlarm"]["Fn::If"] == ["HasWebhookAddress", {"Fn::Sub": ', "${WebhookUndelivered.Arn}"'}, ""]
    assert more["TextAlarm"]["Fn::If"] == ["HasUrgentPhone", {"Fn::Sub": ', "${TextsNearLimit.Arn}"'}, ""]
    mail = ', "${MailFailing.Arn}", "${MailEventsDropped.Arn}"'
    assert more["MailAlarms"]["Fn::If"] == ["HasSenderEmail", {"Fn::Sub": mail}, ""]
    body = body.replace("${MailAlarms}", mail)
    body = body.replace("${TextAlarm}", ', "${TextsNearLimit.Arn}"')
    body = body.replace("${Webhooks}", "${UndeliveredWebhooks.QueueName}")
    body = body.replace("${WebhookAlarm}", ', "${WebhookUndelivered.Arn}"')
    found: list[dict[str, Any]] = json.loads(body)["widgets"]
    return found


def metric_widgets() -> list[dict[str, Any]]:
    return [widget["properties"] for widget in widgets() if widget["type"] == "metric"]


def drawn() -> Iterator[tuple[str, list[str]]]:
    """Yields (widget title, parts of the metric) for each metric on the dashboard."""
    for widget in metric_widgets():
        before: list[str] = []
        for metric in widget["metrics"]:
            if parts := [part for part in metric if isinstance(part, str)]:
                before = [before[at] if part == "." else part for at, part in enumerate(parts)]
                yield widget["title"], before


def searched() -> Iterator[tuple[str, str]]:
    """Yields (metric, statistic) of each SEARCH on the dashboard.

    In quotes, the stack's name would match only a function with exactly this name.
    """
    for widget in metric_widgets():
        for (only,) in (metric for metric in widget["metrics"] if isinstance(metric[0], dict)):
            found = re.fullmatch(SEARCH, only["expression"])
            assert found, only
            assert (widget["stat"], widget["period"]) == (found[2], 300)
            yield found[1], found[2]


def test_the_dashboard_shows_only_emitted_metrics() -> None:
    shown = set()
    for title, (namespace, name, *rest) in drawn():
        must_exist(title, namespace, name, dict(zip(rest[::2], rest[1::2], strict=True)))
        shown.add(name)
    wanted = {"captured_URGENT", "seconds_to_alert", "minutes_to_acknowledgement_URGENT", "canaries_delivered", "5xx"}
    assert shown >= wanted | {"ApproximateNumberOfMessagesVisible", "storage_errors"}


def test_every_function_is_on_the_dashboard() -> None:
    """CloudFormation puts the stack's name into a function's name, unless the template sets FunctionName."""
    assert set(searched()) == {("Errors", "Sum"), ("Throttles", "Sum"), ("Duration", "p95")}
    assert {metric for metric, _ in searched()} <= AWS_METRICS["AWS/Lambda"]
    assert not [name for name in FUNCTIONS if "FunctionName" in RESOURCES[name]["Properties"]]


def test_the_dashboard_shows_every_alarm_in_full_rows() -> None:
    (alarms,) = (widget["properties"]["alarms"] for widget in widgets() if widget["type"] == "alarm")
    assert sorted(named(alarm) for alarm in alarms) == sorted(f"{name}.Arn" for name in ALARMS)
    assert not any({"x", "y"} & widget.keys() for widget in widgets())
    assert [widget["width"] for widget in widgets()] == [24, *[8] * 12]


def test_every_failure_queue_is_on_the_dashboard() -> None:
    body = json.dumps(widgets())
    assert [name for name in QUEUES - {"CanaryAlerts"} if f"{name}.QueueName" not in body] == []


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_says_what_to_do_and_notifies_on_recovery(name: str) -> None:
    alarm = ALARMS[name]
    assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "AlarmTopic"}]
    description = alarm["AlarmDescription"]
    meaning, _, runbook = description.partition(" Runbook - ")
    assert runbook == name
    assert len(re.findall(r"[.]", meaning)) >= 2, "what it means, and what to do"
    silence_is_wrong = "LessThan" in alarm["ComparisonOperator"] or name == "SubscriptionMissing"
    assert alarm["TreatMissingData"] == ("breaching" if silence_is_wrong else "notBreaching")


def test_every_alarm_has_one_entry_in_the_runbook_and_every_entry_an_alarm() -> None:
    entries = re.findall(r"^### (\w+)$", RUNBOOK, re.MULTILINE)
    assert sorted(entries) == sorted(ALARMS)


@pytest.mark.parametrize("entry", re.findall(r"^### \w+\n(.*?)(?=^##|\Z)", RUNBOOK, re.MULTILINE | re.DOTALL))
def test_a_runbook_entry_has_all_four_parts(entry: str) -> None:
    assert re.findall(r"^- \*\*([\w ]+):\*\* \S", entry, re.MULTILINE) == LABELS


def test_the_runbook_names_functions_queues_and_outputs_that_exist() -> None:
    words = set(re.findall(r"`([A-Z][a-z]+(?:[A-Z][a-z]+)+)`", RUNBOOK))
    known = set(RESOURCES) | set(template.read()["Parameters"]) | set(template.read()["Outputs"])
    errors = {"NotDelivered", "StoreUnavailable", "ValidationError", "ClientError", "SpineLeads"}
    assert words - known - errors == set()


def test_every_metric_is_explained_and_every_explained_one_is_emitted() -> None:
    table = RUNBOOK.partition("## Metrics")[2]
    explained = {
        name for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)
    }
    assert explained == set(emitted())


def test_a_storage_error_is_counted_by_what_functions_log() -> None:
    """The metric filter reads an exception's name in the field `error`."""
    (metric_filter,) = (entry for entry in RESOURCES.values() if entry["Type"] == "AWS::Logs::MetricFilter")
    properties = metric_filter["Properties"]
    assert properties["LogGroupName"] == {"Ref": "Logs"}
    assert [into["MetricNamespace"] for into in properties["MetricTransformations"]] == [OURS]
    assert properties["FilterPattern"] == '{ ($.error = "StoreUnavailable") || ($.error = "ReceiptUnavailable") }'


def test_x_ray_is_off_by_default() -> None:
    for chosen, mode in ((None, None), ("Disabled", None), ("Active", "Active")):
        resources = template.expand({"Tracing": chosen} if chosen else None)["Resources"]
        for name in FUNCTIONS:
            function, role = resources[name]["Properties"], json.dumps(resources[f"{name}Role"]["Properties"])
            assert ("TracingConfig" in function, "XRay" in role or "Xray" in role) == (mode == "Active",) * 2
