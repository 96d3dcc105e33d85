"""Makes captured leads, and a table and a spool in memory."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID, uuid4

from pydantic import BaseModel

from shared.domain.errors import LeadChanged
from shared.domain.intake.submission import Submission
from shared.domain.leads.consent import Visit
from shared.domain.leads.export import Period
from shared.domain.leads.lead import Arrival, Lead
from shared.domain.leads.lead_summary import LeadSummary
from shared.domain.leads.rota import DutyBoard, Reach, Rota, WeeklyShift
from shared.domain.opening_hours import DAYS, OpeningHours
from shared.domain.rules.questionnaire import Page
from shared.domain.rules.triage import RuleSet
from shared.rulebook.loading import Rulebook, load
from shared.usecases.capture import Intake, capture_lead
from shared.usecases.ports import LeadsByNumber, RuleSets
from tests.functions.calls import Json, submission

T = TypeVar("T")

RULEBOOK = load()
HOURS = OpeningHours.parse("Mon-Fri 08:00-17:00", "America/Chicago")
PERSON_KEY = "a key that hashes nothing but tests"
RECEIVED = datetime(2026, 1, 14, 16, 0, tzinfo=UTC)


class LeadsInMemory:
    def __init__(self) -> None:
        self.kept: dict[UUID, Lead] = {}

    def add(self, lead: Lead) -> Lead | None:
        earlier = self.kept.setdefault(lead.lead_id, lead)
        return None if earlier is lead else earlier

    def get(self, lead_id: UUID) -> Lead | None:
        return self.kept.get(lead_id)

    def with_rota(self, lead_id: UUID) -> tuple[Lead | None, DutyBoard]:
        return self.get(lead_id), DutyBoard(Rota())

    def replace(self, before: Lead, after: Lead) -> None:
        if self.kept[before.lead_id].version != before.version:
            raise LeadChanged
        self.kept[before.lead_id] = after

    def of_number(self, phone_key: str) -> list[tuple[UUID, LeadSummary]]:
        found = [lead for lead in self.kept.values() if phone_key and lead.submitted.phone_key == phone_key]
        found.sort(key=lambda lead: lead.assessment.received_at, reverse=True)
        return [(lead.lead_id, LeadSummary.of(lead)) for lead in found]

    def arrivals(self, period: Period) -> list[tuple[UUID, str]]:
        arrived = [lead for lead in self.kept.values() if period.since <= lead.assessment.received_at < period.until]
        return [(lead.lead_id, "a cursor") for lead in arrived]

    def due(self, at: datetime) -> list[UUID]:
        due = [
            lead for lead in self.kept.values() if lead.escalation.next_at is not None and lead.escalation.next_at <= at
        ]
        urgent_first = sorted(
            due, key=lambda lead: (not lead.assessment.red_flag, lead.escalation.next_at, lead.lead_id)
        )
        return [lead.lead_id for lead in urgent_first]


class SpoolInMemory:
    def __init__(self) -> None:
        self.kept: list[Lead] = []

    def put(self, lead: Lead) -> None:
        self.kept.append(lead)


class NoAccessLog:
    def add(self, *_: object) -> None: ...

    def add_page(self, *_: object) -> None: ...


def always(who: str, *reachable: str, at: datetime = RECEIVED) -> DutyBoard:
    """Returns a duty board on which `who` is always on call.

    reachable: clinicians with a confirmed subscription of their own
    """
    shifts = (WeeklyShift.model_validate({"who": who, "day": day, "starts": "00:00", "ends": "00:00"}) for day in DAYS)
    return DutyBoard(Rota(version=1, weekly=tuple(shifts)), Reach(names=reachable, at=at))


def an_intake(leads: LeadsByNumber, rule_sets: RuleSets = RULEBOOK, candidate: RuleSets | None = None) -> Intake:
    """Returns an intake whose clock stands still, so that no call seems slow."""
    return Intake(rule_sets, leads, SpoolInMemory(), lambda: RECEIVED, HOURS, PERSON_KEY, candidate)


def a_lead(
    answers: Json | None = None, at: datetime = RECEIVED, lead_id: UUID | None = None, **changes: object
) -> Lead:
    """Returns a lead captured from events/capture_lead.json with changes. None removes a field."""
    sent = Submission.model_validate(submission(answers, submission_id=str(lead_id or uuid4()), **changes))
    arrival = Arrival(at, Visit("203.0.113.10", "a browser"), frozenset())
    lead = capture_lead(sent, arrival, an_intake(LeadsInMemory())).lead
    assert lead is not None
    return lead


BOOKED: Json = {"booking": {"at": "2027-01-15T09:30:00-06:00"}, "text": "Agreed at the door."}


def with_what_it_needs(action: str, fields: Json) -> Json:
    return BOOKED | fields if action == "book" else fields


def varied(value: T, **changes: Any) -> T:
    """Returns a copy with changed fields and the same version. For a lead, changes fields of its parts too."""
    if isinstance(value, Lead):
        return _varied_lead(value, changes)  # type: ignore[return-value]  # T is Lead here
    if isinstance(value, BaseModel):
        return value.model_copy(update=changes)
    if isinstance(value, tuple):
        return value._replace(**changes)  # type: ignore[attr-defined,no-any-return]  # a named tuple
    return replace(value, **changes)  # type: ignore[type-var]  # any other value is a dataclass


def _varied_lead(lead: Lead, changes: dict[str, Any]) -> Lead:
    update = {name: change for name, change in changes.items() if name in Lead.model_fields}
    left = changes.keys() - update.keys()
    for part in ("submitted", "assessment", "escalation", "work", "mail"):
        own = left & {field.name for field in fields(getattr(lead, part))}
        if own:
            update[part] = replace(getattr(lead, part), **{name: changes[name] for name in own})
        left -= own
    assert not left, f"a lead has no {left}"
    return lead.model_copy(update=update)


def with_page_after_send(rulebook: Rulebook, *codes: str) -> Rulebook:
    """Returns the rulebook with only these questions, all optional, on a page after Send."""

    def changed(rule_set: RuleSet) -> RuleSet:
        questions = rule_set.questionnaire.questions
        pages = [
            page._replace(after_send=False, questions=tuple(q for q in page.questions if q.code not in codes))
            for page in rule_set.questionnaire.pages
        ]
        later = tuple(replace(questions[code], required=False) for code in codes if code in questions)
        page = Page("after", "A few more answers help us prepare", later, after_send=True)
        return rule_set._replace(questionnaire=replace(rule_set.questionnaire, pages=(*pages, page)))

    return rulebook._replace(
        rule_sets={name: changed(rule_set) for name, rule_set in rulebook.rule_sets.items()},
        translations={name: changed(rule_set) for name, rule_set in rulebook.translations.items()},
    )
