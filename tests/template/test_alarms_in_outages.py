"""Tests that each alarm sounds in time during an outage, and never without an outage.

Source of the rules: CloudWatch user guide, "Configuring how CloudWatch alarms treat missing data".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.template.stack import MINUTE, SOURCE, of_type

ALARMS = of_type("AWS::CloudWatch::Alarm")
FURTHER_BACK = 2  # CloudWatch reads so many periods besides the evaluated periods
BEGINS = 48 * 60  # minute in which each outage begins
Series = Callable[[int], float | None]  # minute -> the metric's value, or None if nothing is reported


def every(minutes: int, value: float = 1, at: int = 0) -> Series:
    return lambda minute: value if minute % minutes == at else None


def once(value: float = 1) -> Series:
    return lambda minute: value if minute == BEGINS + 3 else None


def rising(by: float) -> Series:
    """Returns a series that grows by `by` each minute after BEGINS."""
    return lambda minute: (minute - BEGINS) * by


def silent(_minute: int) -> None:
    return None


def retried(minute: int) -> float | None:
    """Returns the age, in seconds, of the oldest message while every replay fails.

    SQS counts the age of a message only until its third delivery.
    """
    return (minute - BEGINS) * 60.0 if minute - BEGINS <= 4 else 0.0


def in_flight(minute: int) -> float:
    """Returns the number of messages in flight while the table is unavailable.

    The number is 0 for a moment every 90 s, when the messages are back in the queue.
    """
    return 0 if minute % 9 == 0 else 1


NEVER = silent
# alarm, what happens, series before the outage, series during the outage, minutes until the alarm must sound
OUTAGES: list[tuple[str, str, Series, Series, int]] = [
    ("CanaryMissing", "the canary raises no alert", every(60, at=7), every(60, 0, at=7), 2 * 60),
    ("CanaryMissing", "the watch never runs", every(60, at=7), silent, 4 * 60),
    ("SpoolCanaryMissing", "the spool delivers nothing", every(60, at=7), every(60, 0, at=7), 2 * 60),
    ("SubscriptionMissing", "an address was disabled", every(5, 0), every(5, 1), 10),
    ("SubscriptionMissing", "the watch never runs", every(5, 0), silent, 20),
    ("SweepSilent", "the sweep does not run", every(1), silent, 8),
    ("PageSilent", "nobody can send the form", every(60), silent, 15 * 60),
    ("ApiErrors", "every visitor gets a 503", every(5), every(1), 10),
    ("CaptureFailing", "one submission times out", NEVER, once(), 10),
    ("AccountThrottled", "one call is refused", NEVER, once(), 10),
    ("AlertFailing", "one batch fails", NEVER, once(), 10),
    ("SweepFailing", "a lead cannot be alerted", every(10), every(1), 6),
    ("ScoringFailed", "the rules fail once", NEVER, once(), 10),
    ("LeadsUntaken", "the last level went out", NEVER, once(), 10),
    ("RetentionFailed", "the daily run fails", NEVER, once(), 61),
    ("DigestFailed", "the digest fails", NEVER, once(), 61),
    ("MailFailing", "a mail is refused for the last time", NEVER, once(), 10),
    ("MailEventsDropped", "a bounce cannot be read", NEVER, once(), 10),
    ("AlertUndelivered", "an address bounces", every(1, 0), every(1), 10),
    ("WebhookUndelivered", "the receiver is down", every(1, 0), every(1), 10),
    ("NotificationsFailed", "SNS gives a mail up", NEVER, once(), 10),
    ("NotificationsLost", "the failure queue refuses", NEVER, once(), 10),
    ("TextsNearLimit", "the month's texts cost 81 cents", every(60, 0.5), every(60, 0.81), 65),
    ("SpoolWaiting", "nothing receives from the spool", every(1, 0), rising(MINUTE), 12),
    ("SpoolRetrying", "the table refuses what was spooled", every(60, at=7), in_flight, 12),
    ("SubmissionUndeliverable", "an entry cannot be stored", every(1, 0), every(1), 10),
    ("StreamBatchFailed", "a batch is given up", every(1, 0), every(1), 10),
    ("StreamBehind", "the stream stands still", every(1, 500), rising(MINUTE * 1000), 4),
]


@pytest.mark.parametrize(
    ("name", "what", "calm", "outage", "within"), OUTAGES, ids=[f"{name}: {what}" for name, what, *_ in OUTAGES]
)
def test_an_alarm_sounds_in_its_outage(name: str, what: str, calm: Series, outage: Series, within: int) -> None:
    at = sounds(name, lambda minute: calm(minute) if minute < BEGINS else outage(minute))

    assert at is not None, f"never, although {what}"
    assert at >= BEGINS, "without an outage"
    assert at - BEGINS <= within


def test_every_alarm_has_an_outage() -> None:
    assert {name for name, *_ in OUTAGES} == set(ALARMS)


def test_the_age_of_the_oldest_message_misses_a_spool_that_fails() -> None:
    assert sounds("SpoolWaiting", lambda minute: 0 if minute < BEGINS else retried(minute)) is None


def sounds(name: str, series: Series) -> int | None:
    alarm = ALARMS[name]
    period, wanted = int(alarm["Period"]) // MINUTE, int(value_of(alarm["EvaluationPeriods"]))
    points = [aggregated(alarm["Statistic"], series, first, period) for first in range(0, 2 * BEGINS, period)]
    for number in range(24 * 60 // period, len(points) + 1):
        if is_on(alarm, points[max(0, number - wanted - FURTHER_BACK) : number], wanted):
            return number * period
    return None


def aggregated(statistic: str, series: Series, first: int, period: int) -> float | None:
    assert statistic in {"Sum", "Maximum"}
    values = [value for minute in range(first, first + period) if (value := series(minute)) is not None]
    if not values:
        return None
    return sum(values) if statistic == "Sum" else max(values)


def is_on(alarm: dict[str, Any], points: list[float | None], wanted: int) -> bool:
    """Returns whether the alarm is on, by the latest `wanted` points with data."""
    threshold = value_of(alarm["Threshold"])
    below = alarm["ComparisonOperator"] == "LessThanThreshold"
    real = [point for point in points if point is not None][-wanted:]
    breaching = sum(point < threshold if below else point >= threshold for point in real)
    if alarm["TreatMissingData"] == "breaching":
        breaching += wanted - len(real)
    return breaching >= int(alarm.get("DatapointsToAlarm", wanted))


def value_of(value: Any) -> float:
    return float(SOURCE["Parameters"][value["Ref"]]["Default"] if isinstance(value, dict) else value)
