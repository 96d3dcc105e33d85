"""Tests the alarms on missing traffic, undelivered messages, and backlogs."""

from __future__ import annotations

import pytest

from tests.template.stack import MINUTE, PROJECT, SOURCE, of_type


@pytest.mark.parametrize(
    ("name", "metric", "when", "missing"),
    [
        ("CanaryMissing", "canaries_delivered", "LessThanThreshold", "breaching"),
        ("SpoolCanaryMissing", "canaries_delivered_by_spool", "LessThanThreshold", "breaching"),
        ("SubscriptionMissing", "subscriptions_missing", "GreaterThanOrEqualToThreshold", "breaching"),
        ("SweepSilent", "swept", "LessThanThreshold", "breaching"),
        ("PageSilent", "page_active", "LessThanThreshold", "breaching"),
    ],
)
def test_missing_traffic_raises_an_alarm(name: str, metric: str, when: str, missing: str) -> None:
    alarm = of_type("AWS::CloudWatch::Alarm")[name]

    assert (alarm["MetricName"], alarm["Threshold"], alarm["ComparisonOperator"]) == (metric, 1, when)
    assert alarm["TreatMissingData"] == missing
    assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}]
    variables = SOURCE["Globals"]["Function"]["Environment"]["Variables"]
    assert alarm["Namespace"] == variables["POWERTOOLS_METRICS_NAMESPACE"]
    assert alarm["Dimensions"] == [{"Name": "service", "Value": variables["POWERTOOLS_SERVICE_NAME"]}]
    functions = (PROJECT / "functions").glob("*.py")
    assert any(f'add_metric("{metric}"' in path.read_text() for path in functions)


@pytest.mark.parametrize(
    ("name", "queue"),
    [
        ("AlertUndelivered", "UndeliveredAlerts"),
        ("WebhookUndelivered", "UndeliveredWebhooks"),
        ("StreamBatchFailed", "FailedStreamBatches"),
        ("SubmissionUndeliverable", "FailedSubmissions"),
    ],
)
def test_an_undelivered_message_raises_an_alarm(name: str, queue: str) -> None:
    alarm = of_type("AWS::CloudWatch::Alarm")[name]

    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/SQS", "ApproximateNumberOfMessagesVisible")
    assert alarm["Dimensions"] == [{"Name": "QueueName", "Value": {"Fn::GetAtt": [queue, "QueueName"]}}]
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (1, "GreaterThanOrEqualToThreshold")
    assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}]


def test_every_failure_queue_has_an_alarm() -> None:
    alarms = [alarm for alarm in of_type("AWS::CloudWatch::Alarm").values() if alarm["Namespace"] == "AWS/SQS"]
    watched = {alarm["Dimensions"][0]["Value"]["Fn::GetAtt"][0] for alarm in alarms}

    assert watched == set(of_type("AWS::SQS::Queue")) - {"CanaryAlerts"}


@pytest.mark.parametrize(
    ("name", "namespace", "metric", "threshold", "of"),
    [
        (
            "SpoolWaiting",
            "AWS/SQS",
            "ApproximateAgeOfOldestMessage",  # seconds
            10 * MINUTE,
            {"Name": "QueueName", "Value": {"Fn::GetAtt": ["SpooledSubmissions", "QueueName"]}},
        ),
        (
            "StreamBehind",
            "AWS/Lambda",
            "IteratorAge",  # milliseconds
            2 * MINUTE * 1000,
            {"Name": "FunctionName", "Value": {"Ref": "AlertStaff"}},
        ),
    ],
)
def test_a_backlog_raises_an_alarm(name: str, namespace: str, metric: str, threshold: int, of: object) -> None:
    alarm = of_type("AWS::CloudWatch::Alarm")[name]

    assert (alarm["Namespace"], alarm["MetricName"], alarm["Dimensions"]) == (namespace, metric, [of])
    assert (alarm["Statistic"], alarm["Period"], alarm["EvaluationPeriods"]) == ("Maximum", MINUTE, 1)
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (threshold, "GreaterThanOrEqualToThreshold")
    assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}]


def test_an_alarm_may_publish_to_its_topic() -> None:
    """CloudWatch needs permission for the topic and for the topic's key."""
    (allowed,) = [
        statement
        for statement in of_type("AWS::SNS::TopicPolicy")["AlarmTopicPolicy"]["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
    ]
    key = [
        statement
        for statement in of_type("AWS::KMS::Key")["SignalsKey"]["KeyPolicy"]["Statement"]
        if statement.get("Principal") == allowed["Principal"]
    ]

    assert allowed["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert [statement["Action"] for statement in key] == [["kms:Decrypt", "kms:GenerateDataKey"]]
    assert allowed["Condition"] == key[0]["Condition"]
