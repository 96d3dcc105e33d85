"""Simulates a flood of spam: the real use cases with a table and a topic in memory, and a virtual clock. The same seed
gives the same run."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from shared.domain.intake.submission import Submission
from shared.domain.intake.suspicion import Sign
from shared.domain.leads.alert import Alert
from shared.domain.leads.consent import Visit
from shared.domain.leads.lead import Arrival
from shared.domain.opening_hours import OpeningHours
from shared.rulebook.loading import load
from shared.usecases.alerting import Alerting, alert_staff, escalate_leads
from shared.usecases.capture import Intake, capture_lead
from tests.leads import LeadsInMemory, SpoolInMemory

START = datetime(2026, 1, 14, 16, 0, tzinfo=UTC)  # a Wednesday morning in Chicago
RULEBOOK = load()
HOURS = OpeningHours.parse("Mon-Fri 08:00-17:00", "America/Chicago")


@dataclass
class Topic:
    alerts: list[tuple[datetime, Alert]] = field(default_factory=list)
    now: datetime = START

    def publish(self, alert: Alert) -> None:
        self.alerts.append((self.now, alert))


class Clinic:
    """The service that a test floods. `call_takes`: how long a sweep takes for each lead, so that a backlog delays the
    sweep."""

    def __init__(self, seed: int, call_takes: timedelta = timedelta(milliseconds=120)) -> None:
        self.chance = random.Random(seed)
        self.table = LeadsInMemory()
        self.topic = Topic()
        self.call_takes = call_takes
        self.now = START
        self.intake = Intake(RULEBOOK, self.table, SpoolInMemory(), lambda: self.now, HOURS, "a key of tests only")
        self.alerting = Alerting(self.table, RULEBOOK, self.topic, HOURS, "https://staff.clinic.example/")

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
        self.topic.now = self.now
        alert_staff(lead_id, self.alerting, self.now)

    def sweep(self) -> None:
        """Runs one sweep, which stops after 40 seconds like the real one."""
        clock = self.now

        def tick() -> datetime:
            nonlocal clock
            clock += self.call_takes / 2  # the use case reads the clock twice for each lead
            self.topic.now = clock
            return clock

        swept = escalate_leads(self.alerting, tick, self.now + timedelta(seconds=40))
        assert not swept.failed
