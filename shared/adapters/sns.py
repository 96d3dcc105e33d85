"""Publishes alerts to the SNS topic and lists its subscriptions. No other module calls SNS."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

    from shared.domain.leads.alert import Alert
    from shared.domain.leads.digest import Digest


class AlertTopic:
    """The alert topic. Subscriptions filter its messages by the attributes tier, kind, audience and suspect."""

    def __init__(self, client: SNSClient, topic_arn: str) -> None:
        self._client = client
        self._topic_arn = topic_arn

    def publish(self, notice: Alert | Digest, /) -> None:
        """Publishes an alert or a digest. Raises botocore's ClientError or BotoCoreError if SNS did not accept it."""
        self._client.publish(
            TopicArn=self._topic_arn,
            Subject=notice.subject,
            Message=notice.body,
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value} for name, value in notice.attributes.items()
            },
        )


class Subscriptions:
    """The subscriptions of the alert topic."""

    def __init__(self, client: SNSClient, topic_arn: str) -> None:
        self._client = client
        self._topic_arn = topic_arn

    def confirmed(self) -> frozenset[str]:
        """Returns the endpoints (e-mail addresses, phone numbers, ARNs) with a confirmed subscription.

        Raises botocore's ClientError or BotoCoreError.
        """
        pages = self._client.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=self._topic_arn)
        return frozenset(
            entry["Endpoint"]
            for page in pages
            for entry in page["Subscriptions"]
            if entry["SubscriptionArn"].startswith("arn:")  # otherwise it is "PendingConfirmation" or "Deleted"
        )
