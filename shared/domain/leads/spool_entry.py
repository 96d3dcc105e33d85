"""Reads entries of the spool, the fallback queue for when the table is unavailable.

An entry is a scored lead as JSON. A replay does not score it again, so that the deadline stays the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from uuid import UUID

from pydantic import ValidationError

from shared.domain.intake.spam_signs import Suspicion
from shared.domain.intake.submission import Contact
from shared.domain.leads.lead import CANARY, Assessment, Lead, Submitted, first_escalation, reference_of
from shared.domain.opening_hours import OpeningHours
from shared.domain.rules.condition import FORM
from shared.domain.rules.triage import RuleSet, triage_after_failure


def spooled_lead(entry: str) -> Lead | None:
    try:
        return Lead.model_validate_json(entry)
    except ValidationError:
        return None


def json_object(entry: str) -> Mapping[str, object]:
    try:
        value = json.loads(entry)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def rescued_lead(entry: Mapping[str, object], rule_set: RuleSet, hours: OpeningHours, at: datetime) -> Lead | None:
    """Returns an unscored lead (OPS-03) from the readable parts of a damaged spool entry.

    Returns None without an id, without contact details, or for a canary.
    at: used if the entry has no readable arrival time.
    """
    submitted, assessment = nested_object(entry, "submitted"), nested_object(entry, "assessment")
    contact, lead_id = _contact(nested_object(submitted, "contact")), _uuid(entry.get("lead_id"))
    if lead_id is None or not (contact.phone or contact.email) or entry.get("source") == CANARY:
        return None
    result = triage_after_failure(rule_set, {})
    tier, received_at = rule_set.tiers[result.tier], _instant(assessment.get("received_at")) or at
    questionnaire = rule_set.questionnaire
    return Lead(
        lead_id=lead_id,
        version=1,
        reference=reference_of(lead_id),
        source=FORM,
        submitted=Submitted(
            answers={},
            contact=contact,
            content_hash="",
            questionnaire=questionnaire.id,
            questionnaire_version=questionnaire.version,
            language=questionnaire.language,
            attribution={},
            complete=True,
            consent_records=(),
            phone_key="",
            email_key="",
        ),
        assessment=Assessment(
            received_at=received_at,
            triage=result,
            disposition=tier.disposition,
            messages_shown=(),
            suspicion=Suspicion(),
        ),
        escalation=first_escalation(tier, received_at, hours),
    )


def nested_object(outer: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = outer.get(name)
    return value if isinstance(value, dict) else {}


def _contact(given: Mapping[str, object]) -> Contact:
    return Contact(**{field.name: text for field in fields(Contact) if isinstance(text := given.get(field.name), str)})


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None


def _instant(value: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return at if at.tzinfo else None
