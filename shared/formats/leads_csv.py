"""Exports leads as CSV (RFC 4180) that is safe to open in a spreadsheet: contact data and state of work, no answers."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from shared.domain.leads.lead import Lead

FORMULA_STARTS = frozenset("=+-@\uff1d\uff0b\uff0d\uff20")  # the last four are the full-width forms
CELL_STARTS = frozenset("\t\r\n")  # some programs skip these characters and read what follows

Column = Callable[[Lead, ZoneInfo], str]
COLUMNS: dict[str, Column] = {
    "reference": lambda lead, _: lead.reference,
    "received_at": lambda lead, zone: _local(lead.assessment.received_at, zone),
    "tier": lambda lead, _: lead.tier,
    "status": lambda lead, _: lead.work.status,
    "closed_reason": lambda lead, _: lead.work.closed_reason,
    "owner": lambda lead, _: lead.work.owner_name,
    "deadline": lambda lead, zone: _local(lead.escalation.deadline, zone),
    "acknowledged_at": lambda lead, zone: _local(lead.work.acknowledged_at, zone),
    "contact_attempts": lambda lead, _: str(lead.work.attempts),
    "complete": lambda lead, _: _yes(lead.submitted.complete),
    "suspect": lambda lead, _: _yes(lead.assessment.suspicion.suspect),
    "name": lambda lead, _: lead.submitted.contact.name or "",
    "phone": lambda lead, _: (
        f"tel:{lead.submitted.contact.phone}{_extension(lead)}" if lead.submitted.contact.phone else ""
    ),  # the form tel:+1... of RFC 3966, which a spreadsheet keeps as text
    "email": lambda lead, _: lead.submitted.contact.email or "",
    "postal": lambda lead, _: lead.submitted.contact.postal or "",
    "preference": lambda lead, _: lead.submitted.contact.preference or "",
    "best_time": lambda lead, _: lead.submitted.contact.best_time or "",
    "language": lambda lead, _: lead.submitted.language,
    "consent_contact": lambda lead, _: _yes(lead.consents_to("contact")),
    "consent_sms": lambda lead, _: _yes(lead.consents_to("sms")),
    "consent_marketing": lambda lead, _: _yes(lead.consents_to("marketing")),
    "source": lambda lead, _: lead.source,
    "utm_source": lambda lead, _: lead.submitted.attribution.get("utm_source", ""),
    "utm_medium": lambda lead, _: lead.submitted.attribution.get("utm_medium", ""),
    "utm_campaign": lambda lead, _: lead.submitted.attribution.get("utm_campaign", ""),
}


def header() -> str:
    return _row(COLUMNS)


def rows(leads: Iterable[Lead], zone: ZoneInfo) -> str:
    """Returns one line per lead. Times are in `zone`, with their UTC offset."""
    return "".join(_row(cell(lead, zone) for cell in COLUMNS.values()) for lead in leads)


def safe_cell(text: str) -> str:
    """Returns the text, with a leading apostrophe if a spreadsheet would read it as a formula."""
    starts = text.lstrip()[:1] in FORMULA_STARTS or text[:1] in CELL_STARTS
    return f"'{text}" if text and starts else text


def _row(cells: Iterable[str]) -> str:
    written = io.StringIO(newline="")
    csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow([safe_cell(cell) for cell in cells])
    return written.getvalue()


def _extension(lead: Lead) -> str:
    extension = lead.submitted.contact.extension
    return f";ext={extension}" if extension else ""


def _local(at: datetime | None, zone: ZoneInfo) -> str:
    return at.astimezone(zone).isoformat(timespec="seconds") if at else ""


def _yes(value: bool) -> str:
    return "yes" if value else "no"
