"""The alert topic. The only module that knows SNS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.domain.alert import Alert

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient


class AlertTopic:
    """Subscriptions choose by the attributes `tier`, `kind`, `audience` and `suspect` (filter policies)."""

    def __init__(self, client: SNSClient, topic_arn: str) -> None:
        self._client = client
        self._topic_arn = topic_arn

    def publish(self, alert: Alert) -> None:
        """Raises botocore's ClientError or BotoCoreError when SNS did not take the alert."""
        attributes = {
            "tier": alert.tier,
            "kind": alert.kind,
            "audience": alert.audience,
            "suspect": str(alert.suspect).lower(),
        }
        self._client.publish(
            TopicArn=self._topic_arn,
            Subject=alert.subject,
            Message=alert.body,
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
            },
        )
