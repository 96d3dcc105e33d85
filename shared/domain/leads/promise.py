"""Decides what the clinic promises to the person of a lead: a call, a text message or an e-mail, and by when.

Also decides whether the person may book a time online (docs/decisions/0036).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from shared.domain.intake.submission import Contact
from shared.domain.leads.lead import Lead
from shared.domain.opening_hours import OpeningHours

MOMENT = timedelta(minutes=1)
BOOKS_ONLINE = frozenset({"ROUTINE"})  # tiers in which people may book a time online

Way = Literal["call", "text", "write"]  # how the clinic reaches the person; "write" is by e-mail


class Promise(NamedTuple):
    """What the clinic will do.

    by: the latest time; None if no time is promised.
    once_open: True if the clinic is closed now and will call when it opens. Always False outside the safety tiers.
    same_day: True if the clinic will call today, without a time. Always False outside the safety tiers.
    """

    way: Way
    by: datetime | None
    once_open: bool = False
    same_day: bool = False


def way_to(contact: Contact, *, texts: bool, safety: bool) -> Way:
    """Returns how the clinic reaches a person: as the person prefers, if consent and contact details allow that.

    Without a phone number, the clinic writes. In a safety tier, it calls if it has a phone number.

    texts: whether the person consented to text messages.
    safety: whether the tier of the lead is a safety tier.
    """
    if contact.phone is None:
        return "write"
    if not safety and contact.preference == "email" and contact.email is not None:
        return "write"
    return "text" if not safety and contact.preference == "text" and texts else "call"


def promise(lead: Lead, hours: OpeningHours, at: datetime, *, safety: bool) -> Promise | None:
    """Returns what the clinic promises at the time `at`; None for nothing.

    Promises nothing for a lead without a deadline. Names the deadline only if it lies ahead and within opening hours.
    In a safety tier, the only possible promise is a call. If the clinic is open and the deadline is later today, after
    closing time, the clinic promises to call today. If the clinic is closed and the deadline cannot be named, it
    promises nothing. The advice that the person saw then says what to do until the clinic opens.

    safety: whether the tier of the lead is a safety tier.
    """
    deadline = lead.escalation.deadline
    way = way_to(lead.submitted.contact, texts=lead.consents_to("sms"), safety=safety)
    if deadline is None or (safety and way != "call"):
        return None
    waits = safety and not hours.is_open(at)
    if deadline > at and hours.is_open(deadline - MOMENT):
        return Promise(way, deadline, once_open=waits)
    if waits:
        return None
    days = {moment.astimezone(hours.zone).date() for moment in (at, deadline - MOMENT)}
    return Promise(way, None, same_day=safety and deadline > at and len(days) == 1)


def may_book_online(lead: Lead) -> bool:
    """Returns whether the receipt offers online booking.

    Both the lead's tier and the tier from the rules must allow online booking, and the lead must be open.
    """
    return {lead.tier, lead.assessment.triage.tier} <= BOOKS_ONLINE and not lead.work.is_done
