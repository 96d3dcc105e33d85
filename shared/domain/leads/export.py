"""What staff ask to take out of the service: leads of some days, page by page."""

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
    """Leads that came in from one day to another, both included, in the clinic's time zone; usually the last 30 days.

    `cursor`: where the previous page ended.
    """

    format: Literal["csv", "fhir"] = "csv"
    first: Annotated[Day | None, Field(alias="from")] = None
    last: Annotated[Day | None, Field(alias="to")] = None
    tier: Annotated[str, Field(max_length=40)] | None = None
    cursor: Annotated[str, Field(max_length=60)] | None = None

    def days(self, at: datetime, zone: ZoneInfo) -> tuple[date, date]:
        """Raises InvalidInput."""
        last = self.last or at.astimezone(zone).date()
        first = self.first or last - USUAL_DAYS
        if not first <= last <= first + MOST_DAYS:
            raise InvalidInput(
                (FieldProblem("/to", "Choose at most one year, with the last day on or after the first."),)
            )
        return first, last

    def period(self, at: datetime, zone: ZoneInfo) -> Period:
        """Raises InvalidInput."""
        first, last = self.days(at, zone)
        since, until = (datetime.combine(day, time.min, zone) for day in (first, last + timedelta(days=1)))
        return Period(since.astimezone(UTC), until.astimezone(UTC))

    def onward(self, cursor: str, at: datetime, zone: ZoneInfo) -> dict[str, str]:
        """The parameters that ask for the page after `cursor`: of the same days, also after midnight."""
        first, last = self.days(at, zone)
        asked = {"format": self.format, "from": str(first), "to": str(last), "tier": self.tier, "cursor": cursor}
        return {name: value for name, value in asked.items() if value is not None}
