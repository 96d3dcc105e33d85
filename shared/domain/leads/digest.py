"""Builds the daily digest, which contains only numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import ClassVar

from shared.domain.leads.lead_summary import LeadSummary

LOOKS_BACK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Digest:
    """The numbers of a daily digest. Suspected bots count only in `suspects`.

    overdue: open leads past their deadline and without an owner.
    answerable: leads of the last 7 days that were acknowledged or are past their deadline.
    in_time: answerable leads that were acknowledged by their deadline.
    median_minutes: from arrival to acknowledgement, over the last 7 days; None without an acknowledgement.
    """

    open: int
    overdue: int
    suspects: int
    answerable: int
    in_time: int
    median_minutes: int | None
    inbox: str
    alarms_unheard: bool = False
    is_mailed: ClassVar[bool] = True

    @property
    def subject(self) -> str:
        return "Daily digest of leads"

    @property
    def body(self) -> str:
        taken = f"{self.median_minutes} minutes" if self.median_minutes is not None else "none was acknowledged"
        alarms = "Alarms about this service may reach nobody: has AlarmEmail confirmed its subscription?"
        return "\n".join(
            [
                *([alarms] if self.alarms_unheard else []),
                f"Open: {self.open}",
                f"Overdue, taken by nobody: {self.overdue}",
                f"Suspected machines among the open: {self.suspects}",
                f"Acknowledged in time, last 7 days: {self.in_time} of {self.answerable}",
                f"Median time to acknowledgement, last 7 days: {taken}",
                f"Open the inbox: {self.inbox}",
            ]
        )

    @property
    def attributes(self) -> dict[str, str]:
        return {"kind": "digest", "audience": "manager", "suspect": "false"}


def digest_of(
    open_leads: Iterable[LeadSummary],
    done_leads: Iterable[LeadSummary],
    at: datetime,
    inbox: str,
    *,
    alarms_unheard: bool,
) -> Digest:
    waiting = list(open_leads)
    people = [lead for lead in waiting if not lead.suspect]
    recent = [lead for lead in (*people, *done_leads) if not lead.suspect and lead.received_at > at - LOOKS_BACK]
    answerable = [
        (lead, lead.deadline) for lead in recent if lead.deadline and (lead.acknowledged_at or lead.deadline < at)
    ]
    minutes = [
        (lead.acknowledged_at - lead.received_at) / timedelta(minutes=1) for lead in recent if lead.acknowledged_at
    ]
    return Digest(
        open=len(people),
        overdue=sum(lead.status == "new" and lead.deadline is not None and lead.deadline < at for lead in people),
        suspects=len(waiting) - len(people),
        answerable=len(answerable),
        in_time=sum(lead.acknowledged_at is not None and lead.acknowledged_at <= by for lead, by in answerable),
        median_minutes=round(median(minutes)) if minutes else None,
        inbox=inbox,
        alarms_unheard=alarms_unheard,
    )
