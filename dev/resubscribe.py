"""Restores the e-mail and text-message subscriptions that a deployed stack lacks, with the template's filters.

    make resubscribe STACK=...       (python -m dev.resubscribe STACK; credentials and region as for any AWS tool)

CloudFormation does not notice if SNS removed a subscription, or if a recipient unsubscribed.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from dev import template
from dev.account import failure
from dev.stage import outputs_of

TOPICS = {"AlertTopic": "AlertTopicArn", "AlarmTopic": "AlarmTopicArn"}
PEOPLE = {"email", "sms"}


@dataclass(frozen=True)
class Wanted:
    """A subscription in the template.

    parameter: template parameter with the endpoint
    endpoint: e-mail address or phone number; never shown
    """

    parameter: str
    topic_arn: str
    protocol: str
    endpoint: str = field(repr=False)
    attributes: dict[str, str]


def wanted(outputs: dict[str, str], parameters: dict[str, str]) -> Iterator[Wanted]:
    for resource in template.expand()["Resources"].values():
        properties = resource.get("Properties", {})
        if resource["Type"] != "AWS::SNS::Subscription" or properties["Protocol"] not in PEOPLE:
            continue
        parameter = properties["Endpoint"]["Ref"]
        if not parameters.get(parameter):
            continue
        attributes = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": outputs["UndeliveredAlertsArn"]})}
        if "FilterPolicy" in properties:
            attributes["FilterPolicy"] = json.dumps(properties["FilterPolicy"])
        topic_arn = outputs[TOPICS[properties["TopicArn"]["Ref"]]]
        yield Wanted(parameter, topic_arn, properties["Protocol"], parameters[parameter], attributes)


def resubscribe(stack: str, client: Callable[[str], Any], say: Callable[[str], object]) -> None:
    (found,) = client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    parameters = {one["ParameterKey"]: one["ParameterValue"] for one in found["Parameters"]}
    sns = client("sns")
    for one in wanted(outputs_of(stack, client), parameters):
        pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=one.topic_arn)
        confirmed = {
            entry["Endpoint"]
            for page in pages
            for entry in page["Subscriptions"]
            if entry["SubscriptionArn"].startswith("arn:")
        }
        if one.endpoint in confirmed:
            say(f"  subscribed         {one.parameter}")
            continue
        sns.subscribe(TopicArn=one.topic_arn, Protocol=one.protocol, Endpoint=one.endpoint, Attributes=one.attributes)
        say(f"  subscribed again   {one.parameter}" + (": confirm the mail" if one.protocol == "email" else ""))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make resubscribe", description="Subscribes who is missing")
    parser.add_argument("stack", help="its name: make resubscribe STACK=name")
    stack = parser.parse_args(arguments).stack
    try:
        session = boto3.session.Session()
        resubscribe(stack, lambda service: session.client(service), print)  # type: ignore[call-overload]  # noqa: PLW0108
    except (ClientError, BotoCoreError) as error:
        print(failure(f"make resubscribe STACK={stack}", error), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
