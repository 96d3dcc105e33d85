"""Checks SNS's limit for e-mail: SNS disables an address that would get more than ten messages within one second."""

from __future__ import annotations

from datetime import datetime, timedelta

MAILS_A_SECOND = 10
SECOND = timedelta(seconds=1)


def first_breach(mails: list[datetime]) -> datetime | None:
    """Returns when SNS would disable an address that gets mails at these times (None: never)."""
    times = sorted(mails)
    for first, beyond in zip(times, times[MAILS_A_SECOND:], strict=False):
        if beyond - first < SECOND:
            return beyond
    return None
