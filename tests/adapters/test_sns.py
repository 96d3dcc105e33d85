"""Tests AWS's limits for SNS messages, which moto does not enforce."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from unittest.mock import Mock

import boto3
import pytest
from botocore.exceptions import ClientError

from shared.adapters.sns import AlertTopic, Pace
from shared.domain.leads.alert import Alert, Summary
from tests.aws import ENVIRONMENT, aws_in_process

ALERT = Alert(
    lead_id="0b4f7c1e-6a52-4d0b-9a3e-5d1c2b7f8e90",
    level=1,
    tier="URGENT",
    kind="new",
    audience="clinician",
    suspect=False,
    reference="7K3MQ-2XDRT",
    deadline=datetime(2026, 1, 14, 20, tzinfo=UTC),
    link="https://staff.clinic.example/leads/7K3MQ-2XDRT",
    subject="URGENT lead waiting",
    body="URGENT lead 7K3MQ-2XDRT is waiting.",
)


def test_a_subscriber_gets_subject_body_and_attributes() -> None:
    with aws_in_process() as aws:
        AlertTopic(boto3.client("sns"), ENVIRONMENT["ALERT_TOPIC_ARN"], Pace(1)).publish(ALERT)
        [got] = aws.alerts()
    assert (got["Subject"], got["Message"]) == (ALERT.subject, ALERT.body)
    assert {name: value["Value"] for name, value in got["MessageAttributes"].items()} == {
        "tier": "URGENT",
        "kind": "new",
        "audience": "clinician",
        "suspect": "false",
        "reference": "7K3MQ-2XDRT",
        "deadline": "2026-01-14T20:00:00+00:00",
        "link": "https://staff.clinic.example/leads/7K3MQ-2XDRT",
        "AWS.SNS.SMS.SMSType": "Transactional",
    }


def test_a_missing_topic_is_an_error() -> None:
    with aws_in_process(), pytest.raises(ClientError, match="NotFound"):
        AlertTopic(boto3.client("sns"), ENVIRONMENT["ALERT_TOPIC_ARN"] + "-gone", Pace(1)).publish(ALERT)


class Clock:
    def __init__(self) -> None:
        self.at = 100.0

    def wait(self, seconds: float) -> None:
        self.at += seconds


def test_mailed_notices_keep_their_distance() -> None:
    clock = Clock()
    pace = Pace(0.25, lambda: clock.at, clock.wait)
    sent = []
    for pause in (0, 0, 0.1, 5, 0):
        clock.at += pause
        pace.keep()
        sent.append(clock.at)

    assert sent == [100, 100.25, 100.5, 105.5, 105.75]


@pytest.mark.parametrize(
    ("notice", "waits"),
    [
        (ALERT, True),
        (Summary("desk", 23, 4, "https://staff.clinic.example/inbox"), True),
        (replace(ALERT, suspect=True), False),
        (replace(ALERT, summarised=True), False),
        (replace(ALERT, kind="canary"), False),
    ],
)
def test_only_what_is_mailed_waits(notice: Alert | Summary, waits: bool) -> None:
    clock = Clock()
    topic = AlertTopic(Mock(), ENVIRONMENT["ALERT_TOPIC_ARN"], Pace(10, lambda: clock.at, clock.wait))
    topic.publish(ALERT)
    topic.publish(notice)

    assert (clock.at > 100) == waits
