"""Watches delivery: submits canaries (test leads), waits for their alerts, and checks the alert subscriptions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.errors import NotDelivered
from shared.domain.leads.rota import Reach
from shared.domain.opening_hours import OpeningHours
from shared.usecases.ports import Canary, Rotas, Subscribers


@dataclass(frozen=True, slots=True)
class Watch:
    """The settings and clients that the delivery watch needs.

    page_hours: the hours in which visitors usually submit forms.
    within: how long to wait for the alerts of the canaries.
    topic_arn: the ARN of the topic for alerts.
    on_call: user name -> the endpoint of that staff member's own subscription.
    """

    canary: Canary
    subscribers: Subscribers
    page_hours: OpeningHours
    within: timedelta
    rotas: Rotas
    topic_arn: str
    on_call: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Watched:
    """The result of a delivery watch. Fields ending in `_by_spool` are about the canary that goes through the spool.

    took: the time until the canary's alert arrived; None if no alert arrived.
    error: the class of the error that stopped the canary or its alert, or "".
    error_of_subscriptions: the class of the error if subscriptions could not be read, or "".
    cause: why the canary could not be sent, such as an HTTP status, or "".
    missing: how many expected subscriptions are missing or not confirmed; 1 if they could not be read.
    quiet: whether the watch ran outside `page_hours`.
    reference: the reference of the canary; "" if the canary could not be sent.
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
    error_of_subscriptions: str = ""


def watch_delivery(watch: Watch, clock: Callable[[], datetime]) -> Watched:
    """Sends one canary through the table and one through the spool, and waits for their alerts.

    Never raises an error, because failures are part of the result.
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
    missing, error_of_subscriptions = missing_subscriptions(watch.subscribers)
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
        error_of_subscriptions=error_of_subscriptions,
    )


def note_who_can_be_alerted(watch: Watch, at: datetime) -> None:
    """Stores which staff members have confirmed their own subscription, so that they can be alerted individually.

    Raises StoreUnavailable, or any error of reading the subscriptions.
    """
    confirmed = watch.subscribers.confirmed(watch.topic_arn)
    names = sorted(name for name, endpoint in watch.on_call.items() if endpoint in confirmed)
    watch.rotas.reached(Reach(names=tuple(names), at=at))


def missing_subscriptions(subscribers: Subscribers) -> tuple[int, str]:
    """Returns how many expected subscriptions are missing or not confirmed, and "".

    If the subscriptions cannot be read, returns 1 and the class of the error.
    """
    try:
        return subscribers.missing(), ""
    except Exception as failure:  # noqa: BLE001  any failure is part of the result
        return 1, type(failure).__name__


def _send(canary: Canary, *, tries_spool: bool) -> tuple[str, str, str]:
    """Sends a canary. Returns its reference, the class of the error and the cause of the error, each or ""."""
    try:
        return canary.send(tries_spool=tries_spool), "", ""
    except NotDelivered as failure:
        # the text of NotDelivered is a status or an error class, never what a person wrote
        return "", type(failure).__name__, str(failure)
    except Exception as failure:  # noqa: BLE001  any failure is part of the result
        return "", type(failure).__name__, ""
