"""Which leads to export: a period, a tier and a format, page by page."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import Field

from shared.domain.errors import FieldProblem, InvalidInput
from shared.domain.intake.fields import Day
from shared.domain.model import Model

USUAL_DAYS = timedelta(days=30)
MOST_DAYS = timedelta(days=366)


class Period(NamedTuple):
    """From `since` until just before `until`."""

    since: datetime
    until: datetime


class ExportQuery(Model):
    """Leads that arrived from one day to another, both included, in the clinic's time zone. Default: the last 30 days.

    cursor: where the previous page ended.
    """

    format: Literal["csv", "fhir"] = "csv"
    first: Annotated[Day | None, Field(alias="from")] = None
    last: Annotated[Day | None, Field(alias="to")] = None
    tier: Annotated[str, Field(max_length=40)] | None = None
    cursor: Annotated[str, Field(max_length=60)] | None = None

    def days(self, at: datetime, zone: ZoneInfo) -> tuple[date, date]:
        """The first and the last day. Raises InvalidInput if they are out of order or more than a year apart."""
        last = self.last or at.astimezone(zone).date()
        first = self.first or last - USUAL_DAYS
        if not first <= last <= first + MOST_DAYS:
            raise InvalidInput(
                (FieldProblem("/to", "Choose at most one year, with the last day on or after the first."),)
            )
        return first, last

    def period(self, at: datetime, zone: ZoneInfo) -> Period:
        """The days as a period in UTC. Raises InvalidInput as `days` does."""
        first, last = self.days(at, zone)
        since, until = (datetime.combine(day, time.min, zone) for day in (first, last + timedelta(days=1)))
        return Period(since.astimezone(UTC), until.astimezone(UTC))

    def next_page(self, cursor: str, at: datetime, zone: ZoneInfo) -> dict[str, str]:
        """The query parameters of the page after `cursor`. They name the days, so that midnight does not shift them."""
        first, last = self.days(at, zone)
        asked = {"format": self.format, "from": str(first), "to": str(last), "tier": self.tier, "cursor": cursor}
        return {name: value for name, value in asked.items() if value is not None}
