"""Decides what the clinic promises to a person, and who may book online (docs/decisions/0036)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from shared.domain.intake.submission import Contact
from shared.domain.leads.lead import Lead
from shared.domain.opening_hours import OpeningHours

MOMENT = timedelta(minutes=1)
BOOKS_ONLINE = frozenset({"ROUTINE"})

Way = Literal["call", "text", "write"]  # "write" means by e-mail


class Promise(NamedTuple):
    """What the clinic will do.

    by: the latest time; None if no time is promised.
    once_open: whether the clinic is closed now and will call when it opens.
    same_day: whether the clinic will call today, without a time.
    """

    way: Way
    by: datetime | None
    once_open: bool = False
    same_day: bool = False


def way_to(contact: Contact, *, texts: bool, safety: bool) -> Way:
    """Returns how the clinic reaches a person. Consent and contact details limit the person's preference.

    In a safety tier, the clinic calls if it has a phone number.
    texts: whether the person consented to text messages.
    """
    if contact.phone is None:
        return "write"
    if not safety and contact.preference == "email" and contact.email is not None:
        return "write"
    return "text" if not safety and contact.preference == "text" and texts else "call"


def promise(lead: Lead, hours: OpeningHours, at: datetime, *, safety: bool) -> Promise | None:
    """Returns what the clinic promises at the time `at`; None for nothing.

    Names the deadline only if the deadline lies ahead and within opening hours. Promises only calls in a safety tier.
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
    return {lead.tier, lead.assessment.triage.tier} <= BOOKS_ONLINE and not lead.work.is_done
