"""Checks that no address gets more than ten messages within one second, because SNS would disable it."""

from __future__ import annotations

from datetime import datetime, timedelta

MAILS_A_SECOND = 10
SECOND = timedelta(seconds=1)


def first_breach(mails: list[datetime]) -> datetime | None:
    times = sorted(mails)
    for first, beyond in zip(times, times[MAILS_A_SECOND:], strict=False):
        if beyond - first < SECOND:
            return beyond
    return None
