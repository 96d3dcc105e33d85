"""Decides which escalation level of a lead is due, and when to check the lead again.

No level is skipped, even after an outage, because each level has its own audience.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from shared.domain.opening_hours import OpeningHours
from shared.domain.rules.triage import LadderStep

LONGEST_RECORD = 50
NEVER = datetime(9999, 12, 31, tzinfo=UTC)  # `next_at` of an open lead that needs no further alert
# Clocks may differ, so the alert of a new lead counts as due a little earlier.
CLOCKS_DIFFER = timedelta(seconds=2)
CLAIM_LASTS = timedelta(seconds=30)  # must be longer than sending one alert takes, with all timeouts


@dataclass(frozen=True, slots=True)
class SentAlert:
    """An alert that was sent. `level` is 0 for a reminder."""

    at: datetime
    level: int
    audience: str
    to: str = ""


@dataclass(frozen=True, slots=True)
class Escalation:
    """The state of a lead's alerts.

    tier_rank: 0 is the most urgent.
    started_at: the time from which the due times of all levels count.
    alert_due: the highest escalation level known to be due; 0 if the tier does not alert staff.
    alert_delivered: the last escalation level whose alert was sent; 0 for none.
    next_at: when to check the lead again; None if alerts have stopped; the constant NEVER after the last level.
        To claim a lead, a process sets a later time.
    sent: the last LONGEST_RECORD alerts, oldest first.
    """

    deadline: datetime | None
    tier_rank: int
    started_at: datetime
    alert_due: int
    alert_delivered: int
    next_at: datetime | None
    reminded: bool = False
    sent: tuple[SentAlert, ...] = ()

    def restarted(self, at: datetime, *, escalates: bool, first_look: datetime | None = None) -> Escalation:
        """Restarts the alerts at level 1, with due times counted from `at`.

        first_look: when to check the lead first; None for `at`.
        """
        next_at = (first_look or at) if escalates else None
        return replace(self, started_at=at, alert_due=int(escalates), alert_delivered=0, next_at=next_at)

    def stopped(self) -> Escalation:
        return replace(self, next_at=None)

    def reminds_at(self, at: datetime | None) -> Escalation:
        return replace(self, next_at=at, reminded=False)

    def claimed(self, level: int, at: datetime) -> Escalation:
        """Claims the lead for the process that sends the alert. The claim expires if the process crashes."""
        return replace(self, alert_due=level or self.alert_due, next_at=at + CLAIM_LASTS)

    def delivered(self, level: int, ladder: Ladder, at: datetime, to: str) -> Escalation:
        sent = self._sent(SentAlert(at, level, ladder.audience(level), to))
        return replace(self, alert_delivered=level, next_at=ladder.next_at(self.started_at, level), sent=sent)

    def owner_reminded(self, audience: str, at: datetime, returns_at: datetime | None, owner: str) -> Escalation:
        return replace(self, reminded=True, next_at=returns_at, sent=self._sent(SentAlert(at, 0, audience, owner)))

    def _sent(self, alert: SentAlert) -> tuple[SentAlert, ...]:
        return (*self.sent, alert)[-LONGEST_RECORD:]


@dataclass(frozen=True, slots=True)
class Ladder:
    """The escalation levels of one lead. Due times depend on opening hours."""

    steps: tuple[LadderStep, ...]
    hours: OpeningHours

    def __len__(self) -> int:
        return len(self.steps)

    def level_due(self, escalation: Escalation, at: datetime, *, claimed_before: bool) -> int | None:
        """Returns the escalation level whose alert is due now; None if no alert is due or the lead is claimed.

        claimed_before: False for a lead that was just stored, whose alert may be CLOCKS_DIFFER early.
        """
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
        if delivered >= len(self.steps):
            return NEVER
        return self.steps[delivered].after.after(started_at, self.hours)

    def audience(self, level: int) -> str:
        return self.steps[level - 1].audience
