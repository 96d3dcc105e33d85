"""What staff ask to take out of the service: leads of some days, page by page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import Field

from shared.domain.errors import FieldProblem, InvalidInput
from shared.domain.intake.fields import Day
from shared.domain.model import Model

USUAL_DAYS = timedelta(days=30)
MOST_DAYS = timedelta(days=366)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
MARK = re.compile(r"(?P<milliseconds>[0-9]{1,14})_(?P<lead_id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")


@dataclass(frozen=True, slots=True)
class ExportCursor:
    """A lead in the order of arrival: a page of an export ends at one, and the next goes on after it."""

    at: datetime
    lead_id: UUID

    def __str__(self) -> str:
        return f"{(self.at - EPOCH) // MILLISECOND}_{self.lead_id}"

    @classmethod
    def parse(cls, text: str) -> ExportCursor:
        """Raises InvalidInput."""
        match = MARK.fullmatch(text)
        if match is None:
            raise InvalidInput((FieldProblem("/cursor", "This is not in the expected format."),))
        return cls(EPOCH + int(match["milliseconds"]) * MILLISECOND, UUID(match["lead_id"]))


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` until just before `until`."""

    since: datetime
    until: datetime

    @property
    def months(self) -> Iterator[str]:
        """The months (UTC) that it touches, as 2026-01, in order."""
        month = self.since.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        while month < self.until:
            yield month_of(month)
            month = (month + timedelta(days=32)).replace(day=1)


def month_of(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m}"


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

    def after(self, at: datetime, zone: ZoneInfo) -> ExportCursor | None:
        """Raises InvalidInput for a mark that is not from these days."""
        if self.cursor is None:
            return None
        mark, period = ExportCursor.parse(self.cursor), self.period(at, zone)
        if not period.since <= mark.at < period.until:
            raise InvalidInput((FieldProblem("/cursor", "This cursor belongs to other dates."),))
        return mark

    def onward(self, mark: ExportCursor, at: datetime, zone: ZoneInfo) -> dict[str, str]:
        """The parameters that ask for the page after `mark`: of the same days, also after midnight."""
        first, last = self.days(at, zone)
        asked = {"format": self.format, "from": str(first), "to": str(last), "tier": self.tier, "cursor": str(mark)}
        return {name: value for name, value in asked.items() if value is not None}
