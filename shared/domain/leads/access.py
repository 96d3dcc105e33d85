"""Defines the entries of the access log, and an administrator's query for entries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import Field

from shared.domain.errors import FieldProblem, InvalidInput
from shared.domain.intake.fields import Day
from shared.domain.leads.export import Period
from shared.domain.leads.lead import reference_of
from shared.domain.model import Model

USUAL_DAYS = timedelta(days=6)
# A query reads all entries of its days before it filters them.
MOST_DAYS = timedelta(days=92)


@dataclass(frozen=True, slots=True)
class Access:
    """An entry of the access log.

    what: the name of a staff action, GIVEN_BACK, or another text such as "opened", "exported" or "listed".
    """

    at: datetime
    staff_id: str
    staff_name: str
    what: str
    references: tuple[str, ...]


class AccessQuery(Model):
    """A request for the log entries of a date range, first and last day included.

    Days are in the clinic's time zone. The default is the last seven days.
    reference: a lead's reference or half of it; None for all entries.
    """

    format: Literal["json", "csv"] = "json"
    first: Annotated[Day | None, Field(alias="from")] = None
    last: Annotated[Day | None, Field(alias="to")] = None
    reference: Annotated[str, Field(max_length=40)] | None = None
    staff: Annotated[str, Field(max_length=128)] | None = None
    cursor: Annotated[str, Field(max_length=200)] | None = None

    def days(self, at: datetime, zone: ZoneInfo) -> tuple[date, date]:
        """Returns the first and last day. Raises InvalidInput if they are out of order or too far apart."""
        last = self.last or at.astimezone(zone).date()
        first = self.first or last - USUAL_DAYS
        if not first <= last <= first + MOST_DAYS:
            raise InvalidInput(
                (FieldProblem("/to", "Choose at most three months, with the last day on or after the first."),)
            )
        return first, last

    def period(self, at: datetime, zone: ZoneInfo) -> Period:
        return Period.of_days(*self.days(at, zone), zone)

    def next_page(self, cursor: str, at: datetime, zone: ZoneInfo) -> dict[str, str]:
        first, last = self.days(at, zone)
        asked = {"format": self.format, "from": str(first), "to": str(last), "reference": self.reference}
        asked |= {"staff": self.staff, "cursor": cursor}
        return {name: value for name, value in asked.items() if value is not None}

    def wants(self, access: Access, reference: str | None) -> bool:
        """`reference` is `self.reference` in its stored form."""
        about = {part for each in access.references for part in (each, *each.split("-"))}
        return (reference is None or reference in about) and (
            self.staff is None or access.staff_name.casefold() == self.staff.strip().casefold()
        )


def references_of(lead_id: str, listed: str) -> tuple[str, ...]:
    """Returns the references of the leads that an entry of the access log is about.

    lead_id: the entry's key, which contains "#" if the entry is not about a single lead.
    listed: references separated by spaces, for a list of leads.
    """
    if listed:
        return tuple(listed.split())
    return () if "#" in lead_id else (reference_of(UUID(lead_id)),)
