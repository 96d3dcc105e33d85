"""Escalation: which level of a lead's alerts is due, to which audience, and when to check again.

A level is a step of the tier's ladder; level 1 is the first alert. Levels are alerted in order. None is skipped, even
after an outage, because each has its own audience.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from shared.domain.opening_hours import OpeningHours
from shared.domain.rules.triage import LadderStep

NEVER = datetime(9999, 12, 31, tzinfo=UTC)  # no further alert, but the lead is still open
CLOCKS_DIFFER = timedelta(seconds=2)  # between two machines; otherwise a lead just stored may not seem due
CLAIM_LASTS = timedelta(seconds=30)  # longer than one alert takes if every call uses its full timeout


@dataclass(frozen=True, slots=True)
class Escalation:
    """The state of a lead's alerts.

    deadline: respond by then.
    tier_rank: of the lead's tier; 0 is the most urgent.
    started_at: when the ladder started.
    alert_due: the highest level known to be due; 0 for none.
    alert_delivered: the last level alerted; 0 for none.
    next_at: when to check the lead again; None if no more alerts are due. Nobody alerts staff earlier, so moving it
        forward claims the lead.
    """

    deadline: datetime | None
    tier_rank: int
    started_at: datetime
    alert_due: int
    alert_delivered: int
    next_at: datetime | None

    def restarted(self, at: datetime, *, escalates: bool, first_look: datetime | None = None) -> Escalation:
        """Restart at level 1, counted from `at`. `escalates`: False for a tier that does not alert staff."""
        next_at = (first_look or at) if escalates else None
        return replace(self, started_at=at, alert_due=int(escalates), alert_delivered=0, next_at=next_at)

    def stopped(self) -> Escalation:
        """No more alerts."""
        return replace(self, next_at=None)

    def claimed(self, level: int, at: datetime) -> Escalation:
        """Claimed by one alerter for CLAIM_LASTS. If it crashes, the sweep finds the lead again."""
        return replace(self, alert_due=level, next_at=at + CLAIM_LASTS)

    def delivered(self, level: int, ladder: Ladder) -> Escalation:
        """Staff were alerted of that level. The next check is when the next level is due."""
        return replace(self, alert_delivered=level, next_at=ladder.next_at(self.started_at, level))


@dataclass(frozen=True, slots=True)
class Ladder:
    """The escalation levels of one lead, in the clinic's hours."""

    steps: tuple[LadderStep, ...]
    hours: OpeningHours

    def __len__(self) -> int:
        return len(self.steps)

    def level_due(self, escalation: Escalation, at: datetime, *, claimed_before: bool) -> int | None:
        """The level to alert staff of now; None if none is due or another alerter has claimed the lead."""
        slack = timedelta() if claimed_before else CLOCKS_DIFFER
        if escalation.next_at is None or at + slack < escalation.next_at:
            return None
        passed = [
            level
            for level, step in enumerate(self.steps, start=1)
            if step.after.after(escalation.started_at, self.hours) <= at
        ]
        due = min(max([escalation.alert_due, *passed]), len(self.steps))
        return escalation.alert_delivered + 1 if due > escalation.alert_delivered else None

    def next_at(self, started_at: datetime, delivered: int) -> datetime:
        """When to check again after that many levels were alerted."""
        if delivered >= len(self.steps):
            return NEVER
        return self.steps[delivered].after.after(started_at, self.hours)

    def audience(self, level: int) -> str:
        return self.steps[level - 1].audience
