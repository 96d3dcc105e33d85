"""Simulates a flood of spam. The same seed gives the same run."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from functions.escalate_leads import TIME_LIMIT
from shared.adapters.sns import STREAM_PACE, SWEEP_PACE, Pace
from shared.domain.intake.spam_signs import Sign
from shared.domain.intake.submission import Submission
from shared.domain.leads.alert import Alert, Summary
from shared.domain.leads.consent import Visit
from shared.domain.leads.lead import Arrival
from shared.domain.opening_hours import OpeningHours
from shared.rulebook.loading import load
from shared.usecases.alerting import Alerting, alert_staff, escalate_leads
from shared.usecases.capture import Intake, capture_lead
from tests.leads import LeadsInMemory, SpoolInMemory

START = datetime(2026, 1, 14, 16, 0, tzinfo=UTC)
RULEBOOK = load()
HOURS = OpeningHours.parse("Mon-Fri 08:00-17:00", "America/Chicago")


SHARDS = 4  # each shard of the stream runs one alert_staff at a time


@dataclass
class Sent:
    """What the topic received. `mails` has the times of the mails to AlertEmail."""

    alerts: list[tuple[datetime, Alert]] = field(default_factory=list)
    summaries: list[tuple[datetime, Summary]] = field(default_factory=list)
    mails: list[datetime] = field(default_factory=list)


class Topic:
    """The topic as one process sees it. `pace` is the minimum of seconds between mails."""

    def __init__(self, sent: Sent, pace: float) -> None:
        self.now = START
        self._sent = sent
        self._pace = Pace(pace, self._seconds, self._wait)

    def _seconds(self) -> float:
        return (self.now - START).total_seconds()

    def _wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def publish(self, notice: Alert | Summary) -> None:
        if notice.is_mailed:
            self._pace.keep()
            self._sent.mails.append(self.now)
        if isinstance(notice, Summary):
            self._sent.summaries.append((self.now, notice))
        else:
            self._sent.alerts.append((self.now, notice))


class Clinic:
    """The flooded service. `call_takes` is a sweep's time per lead."""

    def __init__(self, seed: int, call_takes: timedelta = timedelta(milliseconds=120)) -> None:
        self.chance = random.Random(seed)
        self.table = LeadsInMemory()
        self.topic = Sent()
        self.sweeps = Topic(self.topic, SWEEP_PACE)
        self.shards = [Topic(self.topic, STREAM_PACE) for _ in range(SHARDS)]
        self.call_takes = call_takes
        self.now = START
        self.intake = Intake(RULEBOOK, self.table, SpoolInMemory(), lambda: self.now, HOURS, "a key of tests only")

    def submit(self, answers: dict[str, Any], signs: frozenset[Sign]) -> UUID:
        submission_id = UUID(int=self.chance.getrandbits(128), version=4)
        submission = Submission.model_validate(
            {
                "submission_id": submission_id,
                "questionnaire": {"id": "fs-intake", "version": "2.0.0"},
                "answers": answers,
                "contact": {"phone": "+13125550142"},
                "consents": {"contact": True},
            }
        )
        capture_lead(submission, Arrival(self.now, Visit("203.0.113.10", "Agent"), signs), self.intake)
        return submission_id

    def stream(self, lead_id: UUID) -> None:
        """Runs alert_staff for the lead's stream record, after earlier records of the shard."""
        shard = self.shards[lead_id.int % SHARDS]
        shard.now = max(shard.now, self.now)
        alert_staff(lead_id, self._alerting(shard), shard.now)

    def _alerting(self, topic: Topic) -> Alerting:
        return Alerting(self.table, RULEBOOK, topic, HOURS, "https://staff.clinic.example/")

    def sweep(self) -> None:
        self.sweeps.now = self.now

        def tick() -> datetime:
            # The use case reads the clock about four times for each lead.
            self.sweeps.now += self.call_takes / 4
            return self.sweeps.now

        swept = escalate_leads(self._alerting(self.sweeps), tick, self.now + TIME_LIMIT)
        assert not swept.failed
