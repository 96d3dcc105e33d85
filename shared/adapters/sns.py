"""Publishes alerts to the SNS topic and lists its subscriptions. No other module calls SNS."""

from __future__ import annotations

from time import monotonic, sleep
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mypy_boto3_sns import SNSClient

    from shared.domain.leads.alert import Alert, Summary
    from shared.domain.leads.digest import Digest


# SNS disables an e-mail address that gets more than ten messages in a second: the subscription is pending again, and
# nobody is alerted. These seconds between two mailed notices limit the sum to eight a second: a new table's stream has
# four shards, with one run of alert_staff each, and one sweep runs beside them.
STREAM_PACE = 1.0
SWEEP_PACE = 0.25


AS_TEXT_MESSAGE = {
    "AWS.SNS.SMS.SMSType": "Transactional"
}  # for reliable delivery; the account's default is the cheapest


class Pace:
    """Keeps the e-mail notices of this process at least `apart` seconds apart."""

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
        """Waits until the next notice may be sent."""
        now = self._clock()
        if self._last is not None and now < self._last + self._apart:
            self._wait(self._last + self._apart - now)
            now = self._last + self._apart
        self._last = now


class AlertTopic:
    """The alert topic. Subscriptions filter its messages by attributes (infra/template.yaml)."""

    def __init__(self, client: SNSClient, topic_arn: str, pace: Pace) -> None:
        self._client = client
        self._topic_arn = topic_arn
        self._pace = pace

    def publish(self, notice: Alert | Digest | Summary, /) -> None:
        """Publishes a notice, at the pace of e-mail if it goes there.

        Raises botocore's ClientError or BotoCoreError if SNS did not accept it.
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
    """The subscriptions of topics. `expected`: for each topic's ARN, the endpoints that should be subscribed to it."""

    def __init__(self, client: SNSClient, expected: Mapping[str, frozenset[str]]) -> None:
        self._client = client
        self._expected = expected

    def missing(self) -> int:
        """Returns how many of the expected subscriptions are missing or not confirmed.

        Raises botocore's ClientError or BotoCoreError.
        """
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
