"""The service watches itself: a canary through the whole path, who is subscribed, and the day's digest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from shared.domain.errors import NotDelivered
from shared.domain.leads.digest import LOOKS_BACK, Digest, digest_of
from shared.domain.opening_hours import OpeningHours
from shared.usecases.ports import Canary, Publisher, Subscribers, Worklist


@dataclass(frozen=True, slots=True)
class Digesting:
    """What it takes to send a digest. `inbox`: its address."""

    leads: Worklist
    publisher: Publisher[Digest]
    hours: OpeningHours
    inbox: str


@dataclass(frozen=True, slots=True)
class Watch:
    """What it takes to watch the delivery. `within`: how long the canary's alert may take."""

    canary: Canary
    subscribers: Subscribers
    expected: frozenset[str]
    page_hours: OpeningHours
    within: timedelta


@dataclass(frozen=True, slots=True)
class Watched:
    """`took`: from the canary to its alert; None when none came out, and `error` may say what broke, `cause` how the
    API refused it. `reference`: the canary's, once it was sent. The same for the canary that goes by the spool.

    `missing`: how many expected subscriptions are missing or not confirmed. `quiet`: nobody usually submits now.
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


def send_digest(digesting: Digesting, at: datetime) -> Digest | None:
    """Tell the manager how many leads wait and how quickly they were taken; nothing on a day without office hours.

    Raises StoreUnavailable or an error of the publisher.
    """
    if digesting.hours.on(at.astimezone(digesting.hours.zone).date()) is None:
        return None
    since = at - LOOKS_BACK
    waiting = [lead for lead, _ in digesting.leads.open_leads()]
    done = takewhile(lambda lead: lead.done_at > since, (lead for lead, _ in digesting.leads.closed_leads()))
    digest = digest_of(waiting, done, at, digesting.inbox)
    digesting.publisher.publish(digest)
    return digest


def watch_delivery(watch: Watch, clock: Callable[[], datetime]) -> Watched:
    """Send a canary through the whole path, and one by way of the spool, and wait for their alerts; look whether
    everyone is subscribed who should be.

    Whatever fails is what is watched for, so it is part of the answer and never an error.
    """
    began = clock()
    reference, error, cause = _sent(watch.canary, tries_spool=False)
    by_spool, error_by_spool, cause_by_spool = _sent(watch.canary, tries_spool=True)
    came_out: dict[str, timedelta] = {}
    waited_for = {reference, by_spool} - {""}
    try:
        while waited_for - came_out.keys() and clock() - began < watch.within:
            for alert in watch.canary.alerts():
                seen = {one for one in waited_for - came_out.keys() if one in alert}
                came_out |= dict.fromkeys(seen, clock() - began)
    except Exception as failure:  # noqa: BLE001  any break of the path is a canary that did not come out
        error, error_by_spool = error or type(failure).__name__, error_by_spool or type(failure).__name__
    try:
        missing = len(watch.expected - watch.subscribers.confirmed())
    except Exception as failure:  # noqa: BLE001  who cannot be seen to be subscribed is missing
        missing, error = max(1, len(watch.expected)), error or type(failure).__name__
    quiet = not watch.page_hours.is_open(began)
    return Watched(
        took=came_out.get(reference),
        error=error,
        took_by_spool=came_out.get(by_spool),
        error_by_spool=error_by_spool,
        missing=missing,
        quiet=quiet,
        reference=reference,
        cause=cause,
        cause_by_spool=cause_by_spool,
    )


def _sent(canary: Canary, *, tries_spool: bool) -> tuple[str, str, str]:
    """The reference, or "" and the kind of error and its cause."""
    try:
        return canary.send(tries_spool=tries_spool), "", ""
    except NotDelivered as failure:
        return "", type(failure).__name__, str(failure)  # a status, or a kind: never what somebody wrote
    except Exception as failure:  # noqa: BLE001  as above
        return "", type(failure).__name__, ""
