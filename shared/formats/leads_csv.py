"""Exports contact data and state of work of leads as CSV (RFC 4180), without answers."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from shared.domain.intake.phone import spoken_number
from shared.domain.leads.calls import ended_by, first_call_at
from shared.domain.leads.lead import Lead

BYTE_ORDER_MARK = "\ufeff"  # without it, Excel reads UTF-8 as the local encoding
# Finds formulas, which spreadsheets would run. Some regions separate cells with a semicolon or tab.
# Formulas begin with = + - @, also full-width.
FORMULA = re.compile(r"(?:^|(?<=[;\t\r\n]))(?=[\s\"]*[=+\-@\uff1d\uff0b\uff0d\uff20])")
SKIPPED = ("\t", "\r", "\n")  # some programs skip these characters and read what follows
# Text that a spreadsheet would read as a number or date, and so drop the first zero of 01234.
LIKE_A_NUMBER = re.compile(r"[0-9][0-9 .,:/eE+-]*")

Column = Callable[[Lead, ZoneInfo], str]


def text(read: Callable[[Lead], str | None]) -> Column:
    return lambda lead, _: safe_cell(read(lead) or "")


def time(read: Callable[[Lead], datetime | None]) -> Column:
    """Spreadsheets in every region can read this format of times."""
    return lambda lead, zone: at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if (at := read(lead)) else ""


def yes_no(read: Callable[[Lead], bool]) -> Column:
    return lambda lead, _: "yes" if read(lead) else "no"


def campaign(name: str) -> Column:
    return text(lambda lead: lead.submitted.attribution.get(name))


def phone(lead: Lead) -> str:
    """Returns the number as an office dials it: "(312) 555-0142 ext. 12"."""
    contact = lead.submitted.contact
    extension = f" ext. {contact.extension}" if contact.extension else ""
    return f"{spoken_number(contact.phone)}{extension}" if contact.phone else ""


COLUMNS: dict[str, Column] = {
    "reference": text(lambda lead: lead.reference),
    "received_at": time(lambda lead: lead.assessment.received_at),
    "tier": text(lambda lead: lead.tier),
    "status": text(lambda lead: lead.work.status),
    "closed_reason": text(lambda lead: lead.work.closed_reason),
    "owner": text(lambda lead: lead.work.owner_name),
    "booked_or_closed_by": text(ended_by),
    "deadline": time(lambda lead: lead.escalation.deadline),
    "acknowledged_at": time(lambda lead: lead.work.acknowledged_at),
    "first_call_at": time(first_call_at),
    "contact_attempts": lambda lead, _: str(lead.work.attempts),
    "booked_at": time(lambda lead: lead.work.closed_at if lead.work.status == "booked" else None),
    "appointment_at": time(lambda lead: lead.work.booking.at if lead.work.booking else None),
    "closed_at": time(lambda lead: lead.work.closed_at if lead.work.status == "closed" else None),
    "complete": yes_no(lambda lead: lead.submitted.complete),
    "suspect": yes_no(lambda lead: lead.assessment.suspicion.suspect),
    "name": text(lambda lead: lead.submitted.contact.name),
    "phone": text(phone),
    "email": text(lambda lead: lead.submitted.contact.email),
    "postal": text(lambda lead: lead.submitted.contact.postal),
    "preference": text(lambda lead: lead.submitted.contact.preference),
    "best_time": text(lambda lead: lead.submitted.contact.best_time),
    "language": text(lambda lead: lead.submitted.language),
    "consent_contact": yes_no(lambda lead: lead.consents_to("contact")),
    "consent_sms": yes_no(lambda lead: lead.consents_to("sms")),
    "consent_marketing": yes_no(lambda lead: lead.consents_to("marketing")),
    "source": text(lambda lead: lead.source),
    "utm_source": campaign("utm_source"),
    "utm_medium": campaign("utm_medium"),
    "utm_campaign": campaign("utm_campaign"),
    "landing_page": campaign("landing_path"),
    "referrer": campaign("referrer_host"),
}


def header() -> str:
    return BYTE_ORDER_MARK + row(COLUMNS)


def rows(leads: Iterable[Lead], zone: ZoneInfo) -> str:
    return "".join(row(cell(lead, zone) for cell in COLUMNS.values()) for lead in leads)


def row(cells: Iterable[str]) -> str:
    written = io.StringIO(newline="")
    csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(list(cells))
    return written.getvalue()


def safe_cell(text: str) -> str:
    """Puts an apostrophe before each part that a spreadsheet would run or turn into a number."""
    safe = FORMULA.sub("'", text)
    return f"'{safe}" if safe[:1] in SKIPPED or LIKE_A_NUMBER.fullmatch(safe) else safe
