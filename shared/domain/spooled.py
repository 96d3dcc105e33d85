"""What waits in the spool: a lead as it was scored when it arrived, as JSON. It is stored as it is and not scored
again, so that what the person was told, the deadline and the rules that were in force stay what they were."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from pydantic_core import ValidationError

from shared.domain.lead import CANARY, Lead, reference_of
from shared.domain.opening_hours import OpeningHours
from shared.domain.submission import Contact
from shared.domain.triage import RuleSet, triage_after_failure


def spooled_lead(entry: str) -> Lead | None:
    """None when it cannot be read."""
    try:
        return Lead.model_validate_json(entry)
    except ValidationError:
        return None


def readable(entry: str) -> Mapping[str, object]:
    """The top of an entry that is no lead, as far as it is JSON at all."""
    try:
        value = json.loads(entry)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def rescued(fields: Mapping[str, object], rule_set: RuleSet, hours: OpeningHours, at: datetime) -> Lead | None:
    """A lead that is not scored (OPS-03) from what can be read of an entry; None when nobody could be reached by it, or
    it is a canary.

    `at`: counts as the arrival when that cannot be read. Its deadline is never later than that of a lead of this tier.
    """
    contact, lead_id = _contact(fields.get("contact")), _uuid(fields.get("lead_id"))
    if lead_id is None or not (contact.phone or contact.email) or fields.get("source") == CANARY:
        return None
    result = triage_after_failure(rule_set, {})
    tier, received_at = rule_set.tiers[result.tier], _instant(fields.get("received_at")) or at
    return Lead(
        lead_id=lead_id,
        version=1,
        reference=reference_of(lead_id),
        content_hash="",
        received_at=received_at,
        questionnaire=rule_set.questionnaire.id,
        questionnaire_version=rule_set.questionnaire.version,
        answers={},
        contact=contact,
        attribution={},
        triage=result,
        disposition=tier.disposition,
        messages_shown=(),
        deadline=tier.deadline.after(received_at, hours) if tier.deadline else None,
        alert_due=1,
        alert_delivered=0,
        next_at=received_at,
        language=rule_set.questionnaire.language,
    )


def _contact(value: object) -> Contact:
    fields = value if isinstance(value, dict) else {}
    return Contact(**{name: text for name in Contact.model_fields if isinstance(text := fields.get(name), str)})


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
