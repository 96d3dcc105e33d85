"""Watching delivery: canaries through the whole path from form to alert, and a check of subscriptions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.errors import NotDelivered
from shared.domain.opening_hours import OpeningHours
from shared.usecases.ports import Canary, Subscribers


@dataclass(frozen=True, slots=True)
class Watch:
    """What watching needs.

    expected: the endpoints that should be subscribed.
    page_hours: when visitors usually submit forms.
    within: how long a canary's alert may take.
    """

    canary: Canary
    subscribers: Subscribers
    expected: frozenset[str]
    page_hours: OpeningHours
    within: timedelta


@dataclass(frozen=True, slots=True)
class Watched:
    """What a watch found. Fields ending in `_by_spool` are about the canary that goes through the spool.

    took: from sending the canary to its alert; None if there was no alert.
    error: class of the error that broke the path; "" if unknown or none.
    cause: how the API refused the canary.
    missing: how many expected subscriptions are missing or not confirmed.
    quiet: outside `page_hours`.
    reference: of the canary; "" if it was not sent.
    """

    took: timedelta | None
    error: str
    took_by_spool: timedelta | None
    error_by_spool: str
    missing: int
    quiet: bool
    reference: str = ""
    cause: str = ""
    cause_by_spool: str = ""


def watch_delivery(watch: Watch, clock: Callable[[], datetime]) -> Watched:
    """Send a canary through the table and one through the spool, wait for their alerts, and check subscriptions.

    Never raises: failures are what it watches for, so they are part of the result.
    """
    began = clock()
    reference, error, cause = _send(watch.canary, tries_spool=False)
    by_spool, error_by_spool, cause_by_spool = _send(watch.canary, tries_spool=True)
    alerted_after: dict[str, timedelta] = {}
    canaries = {reference, by_spool} - {""}
    try:
        while canaries - alerted_after.keys() and clock() - began < watch.within:
            for alert in watch.canary.alerts():
                seen = {one for one in canaries - alerted_after.keys() if one in alert}
                alerted_after |= dict.fromkeys(seen, clock() - began)
    except Exception as failure:  # noqa: BLE001  any failure of the path means that a canary raised no alert
        error, error_by_spool = error or type(failure).__name__, error_by_spool or type(failure).__name__
    try:
        missing = len(watch.expected - watch.subscribers.confirmed())
    except Exception as failure:  # noqa: BLE001  subscriptions that cannot be read count as missing
        missing, error = max(1, len(watch.expected)), error or type(failure).__name__
    quiet = not watch.page_hours.is_open(began)
    return Watched(
        took=alerted_after.get(reference),
        error=error,
        took_by_spool=alerted_after.get(by_spool),
        error_by_spool=error_by_spool,
        missing=missing,
        quiet=quiet,
        reference=reference,
        cause=cause,
        cause_by_spool=cause_by_spool,
    )


def _send(canary: Canary, *, tries_spool: bool) -> tuple[str, str, str]:
    """Send a canary. Returns its reference, the class of the error and its cause; each "" if there is none."""
    try:
        return canary.send(tries_spool=tries_spool), "", ""
    except NotDelivered as failure:
        return (
            "",
            type(failure).__name__,
            str(failure),
        )  # a status or an error class, never what a person wrote
    except Exception as failure:  # noqa: BLE001  as above
        return "", type(failure).__name__, ""
