"""Alerting staff of a lead, and escalating it: which level is due, to whom, and when to look again.

A level is a step of the tier's ladder; level 1 is the first alert. Levels go out in order, also after an outage: each
has its own audience, and none may be left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from shared.domain.opening_hours import OpeningHours
from shared.domain.rules.triage import LadderStep

NEVER = datetime(9999, 12, 31, tzinfo=UTC)  # no further alert, but the lead still needs someone
CLOCKS_DIFFER = timedelta(seconds=2)  # between two machines; without it a lead just stored can look not yet due
CLAIM_LASTS = timedelta(seconds=30)  # longer than one alert can take, with every call at its time limit


@dataclass(frozen=True, slots=True)
class Escalation:
    """How far the alerts of a lead have got.

    `deadline`: respond by then. `tier_rank`: of the lead's tier; 0 is the most urgent. `started_at`: when the ladder
    began. `alert_due`, `alert_delivered`: levels; 0 is none. `next_at`: when to look at the lead again. Nobody alerts
    staff before, so moving it on also claims the lead; None when no alert is due any more.
    """

    deadline: datetime | None
    tier_rank: int
    started_at: datetime
    alert_due: int
    alert_delivered: int
    next_at: datetime | None

    def restarted(self, at: datetime, *, escalates: bool, first_look: datetime | None = None) -> Escalation:
        """From level 1 again, counted from `at`; a tier that does not escalate alerts nobody."""
        next_at = (first_look or at) if escalates else None
        return replace(self, started_at=at, alert_due=int(escalates), alert_delivered=0, next_at=next_at)

    def stopped(self) -> Escalation:
        """No further alert is decided."""
        return replace(self, next_at=None)

    def claimed(self, level: int, at: datetime) -> Escalation:
        """Held by one alerter for a while; if that one dies, the sweep finds the lead again."""
        return replace(self, alert_due=level, next_at=at + CLAIM_LASTS)

    def delivered(self, level: int, ladder: Ladder) -> Escalation:
        """That level went out; the next look is when the next one falls due."""
        return replace(self, alert_delivered=level, next_at=ladder.next_at(self.started_at, level))


@dataclass(frozen=True, slots=True)
class Ladder:
    """The escalation levels of one lead, in the clinic's hours."""

    steps: tuple[LadderStep, ...]
    hours: OpeningHours

    def __len__(self) -> int:
        return len(self.steps)

    def level_due(self, escalation: Escalation, at: datetime, *, claimed_before: bool) -> int | None:
        """The level to alert staff of now; None when none is due, or somebody is at it."""
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
        """When to look again, once that many levels went out."""
        if delivered >= len(self.steps):
            return NEVER
        return self.steps[delivered].after.after(started_at, self.hours)

    def audience(self, level: int) -> str:
        return self.steps[level - 1].audience
