"""Decides what the clinic promises to the person of a lead: a call or a letter by e-mail, and by when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from shared.domain.leads.lead import Lead
from shared.domain.opening_hours import OpeningHours

MOMENT = timedelta(minutes=1)


class Promise(NamedTuple):
    """What the clinic will do.

    calls: True for a call, False for an e-mail.
    by: the latest time; None if no time is promised.
    """

    calls: bool
    by: datetime | None


def promise(lead: Lead, hours: OpeningHours, at: datetime, *, safety: bool) -> Promise | None:
    """Returns what the clinic promises at the time `at`; None for nothing.

    Nobody is promised a call without a number, a time that is over or at which the clinic is closed, or an e-mail that
    would come too late.

    safety: whether the tier of the lead is a safety tier.
    """
    deadline, calls = lead.escalation.deadline, lead.submitted.contact.phone is not None
    if deadline is None or (safety and not calls):
        return None
    return Promise(calls, deadline if deadline > at and hours.is_open(deadline - MOMENT) else None)
