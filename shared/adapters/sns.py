"""Publishes alerts to the SNS topic, and lists the subscriptions of topics."""

from __future__ import annotations

from time import monotonic, sleep
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mypy_boto3_sns import SNSClient

    from shared.domain.leads.alert import Alert, Summary
    from shared.domain.leads.digest import Digest


# Seconds between two e-mails of one process. SNS suspends an address that gets more than ten e-mails in a second.
# These paces allow eight a second: four processes of alert_staff, and one of escalate_leads.
STREAM_PACE = 1.0
SWEEP_PACE = 0.25


# Requests reliable delivery of text messages. By default, SNS chooses the cheapest.
AS_TEXT_MESSAGE = {"AWS.SNS.SMS.SMSType": "Transactional"}


class Pace:
    """Keeps the e-mails of this process at least `apart` seconds apart."""

    def __init__(
        self,
        apart: float,
        clock: Callable[[], float] = monotonic,
        wait: Callable[[float], None] = sleep,
    ) -> None:
        self._apart = apart
        self._clock = clock
        self._wait = wait
        self._last: float | None = None

    def keep(self) -> None:
        now = self._clock()
        if self._last is not None and now < self._last + self._apart:
            self._wait(self._last + self._apart - now)
            now = self._last + self._apart
        self._last = now


class AlertTopic:
    """The alert topic. Subscriptions in infra/template.yaml filter its messages by attributes."""

    def __init__(self, client: SNSClient, topic_arn: str, pace: Pace) -> None:
        self._client = client
        self._topic_arn = topic_arn
        self._pace = pace

    def publish(self, notice: Alert | Digest | Summary, /) -> None:
        """Publishes a notice. Keeps to `pace` if the notice goes out by e-mail.

        Raises botocore's ClientError or BotoCoreError if SNS does not confirm the notice.
        """
        if notice.is_mailed:
            self._pace.keep()
        self._client.publish(
            TopicArn=self._topic_arn,
            Subject=notice.subject,
            Message=notice.body,
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value}
                for name, value in (notice.attributes | AS_TEXT_MESSAGE).items()
            },
        )


class Subscriptions:
    """The subscriptions of topics. `expected`: ARN of a topic -> the endpoints that should be subscribed to it."""

    def __init__(self, client: SNSClient, expected: Mapping[str, frozenset[str]]) -> None:
        self._client = client
        self._expected = expected

    def missing(self) -> int:
        """Raises botocore's ClientError or BotoCoreError."""
        return sum(len(expected - self.confirmed(topic_arn)) for topic_arn, expected in self._expected.items())

    def confirmed(self, topic_arn: str) -> frozenset[str]:
        """Returns the endpoints (e-mail addresses, phone numbers, ARNs) with a confirmed subscription to the topic."""
        pages = self._client.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic_arn)
        return frozenset(
            entry["Endpoint"]
            for page in pages
            for entry in page["Subscriptions"]
            if entry["SubscriptionArn"].startswith("arn:")  # otherwise it is "PendingConfirmation" or "Deleted"
        )
