"""What staff ask to take out of the service: leads of some days, page by page, and one person's data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from shared.domain.errors import FieldProblem, InvalidInput
from shared.domain.intake.fields import Day
from shared.domain.leads.lead import Lead
from shared.domain.leads.lead_view import lead_view
from shared.domain.model import Model
from shared.domain.rules.triage import RuleSet

USUAL_DAYS = timedelta(days=30)
MOST_DAYS = timedelta(days=366)
IN_WORDS = ("page", "text", "answer")  # of an answer as staff see it
MECHANICS = ("summary", "actions", "suspicion", "history", "others", "to_ask", "now")


@dataclass(frozen=True, slots=True)
class Period:
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


def person_data(lead: Lead, rule_set: RuleSet, at: datetime) -> dict[str, Any]:
    """A lead as the person it is about may have it, as JSON values: without how we work, and who of staff did what."""
    view = lead_view(lead, rule_set, (), (), at)
    return {
        "reference": lead.reference,
        "received_at": lead.assessment.received_at.isoformat(),
        "status": lead.work.status,
        **{name: part for name, part in view.items() if name not in MECHANICS},
        "answers": _in_words(view["answers"]),
        "earlier": [
            {"received_at": earlier["received_at"], "answers": _in_words(earlier["answers"])}
            for earlier in view["earlier"]
        ],
        "contacts": [
            {"at": entry.at.isoformat(), "what": entry.action, "detail": entry.detail}
            for entry in lead.history
            if entry.action in ("contact_attempt", "book")
        ],
    }


def _in_words(answers: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: answer[name] for name in IN_WORDS} for answer in answers]
