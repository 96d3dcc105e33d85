"""Tests how staff are alerted: stream, subscriptions, webhooks and schedules."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import replace
from typing import Any

import pytest

from dev.cloud import OUTBOX, localise
from functions import watch_delivery
from shared.domain.leads.alert import Alert, Summary
from shared.domain.leads.digest import Digest
from shared.rulebook.loading import load
from tests.template.stack import DAY, EXPANDED, FUNCTIONS, TOPIC, called, of_type

WEBHOOKS = {"kind": ["new", "escalation", "reminder"]}
BY_MAIL = {"suspect": ["false"], "summarised": [{"exists": False}]}


def test_a_failed_stream_batch_is_split_and_retried_within_limits() -> None:
    mapping = of_type("AWS::Lambda::EventSourceMapping")["AlertStaffNewLead"]

    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BisectBatchOnFunctionError"] is True
    assert 0 < mapping["MaximumRetryAttempts"] <= 10
    assert 0 < mapping["MaximumRecordAgeInSeconds"] < DAY
    assert mapping["DestinationConfig"] == {
        "OnFailure": {"Destination": {"Fn::GetAtt": ["FailedStreamBatches", "Arn"]}}
    }
    assert [json.loads(rule["Pattern"]) for rule in mapping["FilterCriteria"]["Filters"]] == [{"eventName": ["INSERT"]}]


def test_alerts_are_encrypted_and_every_subscription_has_a_failure_queue() -> None:
    assert {topic["KmsMasterKeyId"]["Ref"] for topic in of_type("AWS::SNS::Topic").values()} == {"SignalsKey"}
    subscriptions = of_type("AWS::SNS::Subscription")
    assert subscriptions
    for subscription in subscriptions.values():
        queue = "UndeliveredWebhooks" if subscription.get("FilterPolicy") == WEBHOOKS else "UndeliveredAlerts"
        assert subscription["RedrivePolicy"] == {"deadLetterTargetArn": {"Fn::GetAtt": [queue, "Arn"]}}


def test_make_run_shows_every_kind_of_alert_that_staff_get_by_email() -> None:
    local = localise(copy.deepcopy(EXPANDED), "http://127.0.0.1:1", "http://127.0.0.1:2/")["Resources"]
    assert local[f"{OUTBOX}Subscription"]["Properties"]["FilterPolicy"] == {
        "kind": ["new", "escalation", "reminder", "digest", "summary"]
    }


def test_subscriptions_filter_alerts_and_none_gets_a_canary() -> None:
    filters = {
        name: subscription["FilterPolicy"]
        for name, subscription in of_type("AWS::SNS::Subscription").items()
        if subscription["TopicArn"] == TOPIC
    }

    assert filters == {
        "AlertEmailSubscription": {"kind": ["new", "escalation", "reminder", "digest", "summary"], **BY_MAIL},
        "DeskEmailSubscription": {"audience": ["desk"], **BY_MAIL},
        "ClinicianEmailSubscription": {"audience": ["clinician"], **BY_MAIL},
        "ManagerEmailSubscription": {"audience": ["manager"], **BY_MAIL},
        "UrgentPhoneSubscription": {
            "kind": ["new", "escalation", "reminder"],
            "tier": ["EMERGENCY", "URGENT"],
            "suspect": ["false"],
        },
        "DeliverWebhookAlert": WEBHOOKS,
        "CanaryAlertsSubscription": {"kind": ["canary"]},
    }


def test_mail_filters_let_through_what_is_mailed() -> None:
    """Functions limit the rate of only those messages whose `is_mailed` is true."""
    filters = [
        s["FilterPolicy"]
        for s in of_type("AWS::SNS::Subscription").values()
        if s["Protocol"] == "email" and s["TopicArn"] == TOPIC
    ]
    alert = Alert(
        "id",
        1,
        "URGENT",
        "new",
        "clinician",
        suspect=False,
        reference="7K3MQ-2XDRT",
        deadline=None,
        link="https://x.example",
        subject="s",
        body="b",
    )
    notices: list[Alert | Summary | Digest] = [
        *(
            replace(alert, **changes)
            for changes in ({}, {"suspect": True}, {"summarised": True}, {"kind": "canary", "audience": "canary"})
        ),
        Summary("desk", 23, 4, "https://x.example"),
        Digest(1, 0, 0, 0, 0, None, "https://x.example"),
    ]

    mailed = [any(matches(rules, notice.attributes) for rules in filters) for notice in notices]
    assert mailed == [notice.is_mailed for notice in notices] == [True, False, False, False, True, True]


def matches(rules: dict[str, list[Any]], attributes: dict[str, str]) -> bool:
    """Returns whether SNS delivers a message with these attributes."""
    return all(
        any(name not in attributes if value == {"exists": False} else attributes.get(name) == value for value in values)
        for name, values in rules.items()
    )


@pytest.mark.parametrize("tier", ["EMERGENCY", "URGENT", "PRIORITY", "ROUTINE"])
def test_every_audience_of_a_ladder_has_a_subscription(tier: str) -> None:
    subscribed = {
        audience
        for subscription in of_type("AWS::SNS::Subscription").values()
        for audience in subscription.get("FilterPolicy", {}).get("audience", [])
    }
    (rule_set,) = load().rule_sets.values()

    assert {step.audience for step in rule_set.tiers[tier].usual.ladder} <= subscribed


def test_only_their_topic_may_write_to_these_queues() -> None:
    allowed = {
        name: statement
        for name, policy in of_type("AWS::SQS::QueuePolicy").items()
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
    }

    for statement in allowed.values():
        assert statement["Principal"] == {"Service": "sns.amazonaws.com"}
    assert {name: statement["Condition"] for name, statement in allowed.items()} == {
        "UndeliveredAlertsPolicy": {"ArnEquals": {"aws:SourceArn": [TOPIC, {"Ref": "AlarmTopic"}, MAIL_EVENTS]}},
        "UndeliveredWebhooksPolicy": {"ArnEquals": {"aws:SourceArn": TOPIC}},
        "CanaryAlertsPolicy": {"ArnEquals": {"aws:SourceArn": TOPIC}},
    }


MAIL_EVENTS = {"Fn::If": ["HasSenderEmail", {"Ref": "MailEvents"}, {"Ref": "AWS::NoValue"}]}


def test_a_webhook_is_retried_and_then_kept() -> None:
    retries = of_type("AWS::Lambda::EventInvokeConfig")["DeliverWebhookEventInvokeConfig"]

    assert retries["MaximumRetryAttempts"] == 2
    assert retries["DestinationConfig"] == {
        "OnFailure": {"Destination": {"Fn::GetAtt": ["UndeliveredWebhooks", "Arn"]}}
    }


def test_without_a_webhook_it_has_no_function_secret_or_queue() -> None:
    for name in ("DeliverWebhook", "WebhookKey", "UndeliveredWebhooks", "UndeliveredWebhooksPolicy"):
        assert EXPANDED["Resources"][name]["Condition"] == "HasWebhookAddress"


def test_every_address_in_the_parameters_is_expected_to_be_subscribed() -> None:
    joined, names = FUNCTIONS["WatchDelivery"]["Environment"]["Variables"]["EXPECTED_SUBSCRIPTIONS"]["Fn::Sub"]
    endpoints = {
        subscription["Endpoint"]["Ref"]
        for subscription in of_type("AWS::SNS::Subscription").values()
        if subscription["TopicArn"] == TOPIC and "Ref" in subscription["Endpoint"]
    }

    assert set(re.findall(r"\$\{(\w+)\}", joined)) == {*endpoints, "Webhook"}
    assert names["Webhook"]["Fn::If"][1] == {"Fn::GetAtt": ["DeliverWebhook", "Arn"]}


def test_the_digest_goes_out_by_the_clinics_clock() -> None:
    (schedule,) = of_type("AWS::Scheduler::Schedule").values()

    assert schedule["ScheduleExpression"] == {"Fn::Sub": "cron(0 ${DigestHour} * * ? *)"}
    assert schedule["ScheduleExpressionTimezone"] == {"Ref": "ClinicTimeZone"}
    assert schedule["Target"]["Arn"] == {"Fn::GetAtt": ["SendDigest", "Arn"]}


def test_the_canary_is_sent_hourly_and_has_time_to_arrive() -> None:
    rule = of_type("AWS::Events::Rule")["WatchDeliveryEveryHour"]

    assert rule["ScheduleExpression"] == "cron(7 * * * ? *)"
    assert watch_delivery.LONGEST_DELIVERY.total_seconds() + 30 < FUNCTIONS["WatchDelivery"]["Timeout"]
    assert of_type("AWS::Lambda::EventInvokeConfig")["WatchDeliveryEventInvokeConfig"]["MaximumRetryAttempts"] == 0


def test_the_sweep_runs_every_minute_without_delay() -> None:
    rule = of_type("AWS::Events::Rule")["EscalateLeadsEveryMinute"]
    late = of_type("AWS::Lambda::EventInvokeConfig")["EscalateLeadsEventInvokeConfig"]

    assert rule["ScheduleExpression"] == "rate(1 minute)"
    assert rule["Targets"][0]["Arn"] == called("EscalateLeads")
    assert (late["MaximumRetryAttempts"], late["MaximumEventAgeInSeconds"]) == (0, 60)
    assert FUNCTIONS["EscalateLeads"]["Timeout"] < 60
