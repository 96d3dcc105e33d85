"""Leads for tests that begin where capturing ends."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

from shared.domain.consent import Visit
from shared.domain.errors import LeadChanged
from shared.domain.lead import Arrival, Lead
from shared.domain.opening_hours import OpeningHours
from shared.domain.submission import Submission
from shared.rulebook.loading import load
from shared.usecases.capture import Intake, capture_lead
from shared.usecases.ports import Leads, RuleSets
from tests.functions.calls import Json, submission

RULEBOOK = load()
HOURS = OpeningHours.parse("Mon-Fri 08:00-17:00", "America/Chicago")
PERSON_KEY = "a key that hashes nothing but tests"
RECEIVED = datetime(2026, 1, 14, 16, 0, tzinfo=UTC)  # Wednesday, 10:00 in Chicago


class LeadsInMemory:
    """What the table promises, in a few lines."""

    def __init__(self) -> None:
        self.kept: dict[UUID, Lead] = {}

    def add(self, lead: Lead) -> Lead | None:
        earlier = self.kept.setdefault(lead.lead_id, lead)
        return None if earlier is lead else earlier

    def get(self, lead_id: UUID) -> Lead | None:
        return self.kept.get(lead_id)

    def replace(self, before: Lead, after: Lead) -> None:
        if self.kept[before.lead_id].version != before.version:
            raise LeadChanged
        self.kept[before.lead_id] = after

    def due(self, at: datetime) -> list[UUID]:
        due = [lead for lead in self.kept.values() if lead.next_at is not None and lead.next_at <= at]
        return [lead.lead_id for lead in sorted(due, key=lambda lead: (not lead.red_flag, lead.next_at, lead.lead_id))]


class SpoolInMemory:
    """Keeps leads while the table is away."""

    def __init__(self) -> None:
        self.kept: list[Lead] = []

    def put(self, lead: Lead) -> None:
        self.kept.append(lead)


def an_intake(leads: Leads, rule_sets: RuleSets = RULEBOOK, candidate: RuleSets | None = None) -> Intake:
    """With a clock that stands still, so that no call is ever slow."""
    return Intake(rule_sets, leads, SpoolInMemory(), lambda: RECEIVED, HOURS, PERSON_KEY, candidate)


def a_lead(
    answers: Json | None = None, at: datetime = RECEIVED, lead_id: UUID | None = None, **changes: object
) -> Lead:
    """As captured from the submission of events/capture_lead.json with other answers."""
    sent = Submission.model_validate(submission(answers, submission_id=str(lead_id or uuid4()), **changes))
    arrival = Arrival(at, Visit("203.0.113.10", "a browser"), frozenset())
    lead = capture_lead(sent, arrival, an_intake(LeadsInMemory())).lead
    assert lead is not None
    return lead
