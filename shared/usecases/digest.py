"""Sends the daily digest to the manager."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from shared.domain.leads.digest import LOOKS_BACK, Digest, digest_of
from shared.domain.opening_hours import OpeningHours
from shared.usecases.delivery_watch import missing_subscriptions
from shared.usecases.ports import Publisher, Subscribers, Worklist


@dataclass(frozen=True, slots=True)
class Digesting:
    """The clients and settings needed to send a digest.

    alarms: the subscriptions to the topic of alarms about the service.
    inbox: the URL of the staff inbox.
    """

    leads: Worklist
    publisher: Publisher[Digest]
    alarms: Subscribers
    hours: OpeningHours
    inbox: str


def send_digest(digesting: Digesting, at: datetime) -> Digest | None:
    """Sends the daily digest. Returns None on a day on which the clinic is closed.

    Raises: StoreUnavailable, or an error of the publisher.
    """
    if digesting.hours.on(at.astimezone(digesting.hours.zone).date()) is None:
        return None
    since = at - LOOKS_BACK
    waiting = [lead.summary for lead in digesting.leads.open_leads()]
    done = takewhile(lambda lead: lead.done_at > since, (lead.summary for lead in digesting.leads.closed_leads()))
    missing, _ = missing_subscriptions(digesting.alarms)
    digest = digest_of(waiting, done, at, digesting.inbox, alarms_unheard=missing > 0)
    digesting.publisher.publish(digest)
    return digest
