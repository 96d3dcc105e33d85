"""Defines the queries for exports of a date range and of one person."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal, NamedTuple, Self
from zoneinfo import ZoneInfo

from pydantic import Field

from shared.domain.errors import FieldProblem, InvalidInput
from shared.domain.intake.fields import Day
from shared.domain.model import Model

USUAL_DAYS = timedelta(days=29)
MOST_DAYS = timedelta(days=366)


class Period(NamedTuple):
    """A period from `since` (included) to `until` (excluded)."""

    since: datetime
    until: datetime

    @classmethod
    def of_days(cls, first: date, last: date, zone: ZoneInfo) -> Self:
        since, until = (datetime.combine(day, time.min, zone) for day in (first, last + timedelta(days=1)))
        return cls(since.astimezone(UTC), until.astimezone(UTC))


def days_between(first: date | None, last: date | None, at: datetime, zone: ZoneInfo) -> tuple[date, date]:
    """Raises InvalidInput if the days are out of order or more than a year apart."""
    last = last or at.astimezone(zone).date()
    first = first or last - USUAL_DAYS
    if not first <= last <= first + MOST_DAYS:
        raise InvalidInput((FieldProblem("/to", "Choose at most one year, with the last day on or after the first."),))
    return first, last


class ExportQuery(Model):
    """A request to export the leads of a date range, first and last day included.

    Days are in the clinic's time zone. The default is the last 30 days.
    """

    format: Literal["csv", "fhir"] = "csv"
    first: Annotated[Day | None, Field(alias="from")] = None
    last: Annotated[Day | None, Field(alias="to")] = None
    tier: Annotated[str, Field(max_length=40)] | None = None
    cursor: Annotated[str, Field(max_length=60)] | None = None

    def days(self, at: datetime, zone: ZoneInfo) -> tuple[date, date]:
        return days_between(self.first, self.last, at, zone)

    def period(self, at: datetime, zone: ZoneInfo) -> Period:
        return Period.of_days(*self.days(at, zone), zone)

    def next_page(self, cursor: str, at: datetime, zone: ZoneInfo) -> dict[str, str]:
        """Returns the query parameters of the next export page.

        They name the days, so that an export that runs past midnight keeps its period.
        """
        first, last = self.days(at, zone)
        asked = {"format": self.format, "from": str(first), "to": str(last), "tier": self.tier, "cursor": cursor}
        return {name: value for name, value in asked.items() if value is not None}


class PersonQuery(Model):
    """A request for the leads of one person.

    cursor: the reference of the lead at which the page starts; None for the first page.
    """

    cursor: Annotated[str, Field(max_length=20)] | None = None
