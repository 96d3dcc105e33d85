from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from dev import resubscribe
from tests.template.stack import TOPIC, of_type

STACK = "clinic"
ADDRESSES = {
    "AlertEmail": "alerts@clinic.example",
    "DeskEmail": "desk@clinic.example",
    "UrgentPhone": "+13125550100",
    "AlarmEmail": "operator@clinic.example",
    "ManagerEmail": "",
}


@pytest.fixture(autouse=True)
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        sqs = boto3.client("sqs").create_queue(QueueName="failures")["QueueUrl"]
        arn = boto3.client("sqs").get_queue_attributes(QueueUrl=sqs, AttributeNames=["QueueArn"])["Attributes"][
            "QueueArn"
        ]
        outputs = {"UndeliveredAlertsArn": {"Value": arn}} | {
            f"{name}Arn": {"Value": {"Ref": name}} for name in ("AlertTopic", "AlarmTopic")
        }
        body = {
            "Parameters": {name: {"Type": "String"} for name in ADDRESSES},
            "Resources": {name: {"Type": "AWS::SNS::Topic"} for name in ("AlertTopic", "AlarmTopic")},
            "Outputs": outputs,
        }
        given: Any = [{"ParameterKey": name, "ParameterValue": value} for name, value in ADDRESSES.items()]
        boto3.client("cloudformation").create_stack(StackName=STACK, TemplateBody=json.dumps(body), Parameters=given)
        yield


def subscribed() -> dict[str, dict[str, str]]:
    sns = boto3.client("sns")
    return {
        entry["Endpoint"]: sns.get_subscription_attributes(SubscriptionArn=entry["SubscriptionArn"])["Attributes"]
        for entry in sns.list_subscriptions()["Subscriptions"]
    }


def test_who_is_missing_is_subscribed_as_the_template_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert resubscribe.main([STACK]) == 0

    found = subscribed()
    assert set(found) == {address for address in ADDRESSES.values() if address}
    filters = {
        ADDRESSES.get(entry["Endpoint"].get("Ref", "")): entry.get("FilterPolicy")
        for entry in of_type("AWS::SNS::Subscription").values()
        if entry["TopicArn"] == TOPIC and "Ref" in entry["Endpoint"]
    }
    for address, attributes in found.items():
        assert "failures" in attributes["RedrivePolicy"]
        if address != ADDRESSES["AlarmEmail"]:
            assert json.loads(attributes["FilterPolicy"]) == filters[address]
    assert "AlarmTopic" in found[ADDRESSES["AlarmEmail"]]["TopicArn"]
    assert "clinic.example" not in capsys.readouterr().out


def test_who_is_subscribed_stays_so(capsys: pytest.CaptureFixture[str]) -> None:
    resubscribe.main([STACK])
    before = {address: attributes["SubscriptionArn"] for address, attributes in subscribed().items()}
    capsys.readouterr()
    resubscribe.main([STACK])

    assert {address: attributes["SubscriptionArn"] for address, attributes in subscribed().items()} == before
    assert "again" not in capsys.readouterr().out


def test_an_unknown_stack_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert resubscribe.main(["elsewhere"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("make resubscribe STACK=elsewhere: ")
    assert said.count("\n") == 1
