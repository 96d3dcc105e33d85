"""Captures leads from ad networks."""

from __future__ import annotations

import hmac

from shared.domain.errors import Forbidden
from shared.domain.intake.ad_lead import AdKey, AdLead
from shared.domain.leads.lead import Arrival
from shared.usecases.capture import Captured, Intake, capture_lead
from shared.usecases.scoring import rule_set_for


def admit_ad_network(shown: AdKey, key: str) -> None:
    if not key or not hmac.compare_digest(shown.google_key.encode(), key.encode()):
        raise Forbidden


def capture_ad_lead(ad_lead: AdLead, arrival: Arrival, intake: Intake, questionnaire_id: str) -> Captured:
    """Raises InvalidInput, SubmissionConflict or StoreUnavailable."""
    questionnaire = rule_set_for(intake.rule_sets, questionnaire_id).questionnaire
    return capture_lead(ad_lead.submission(questionnaire), arrival, intake)
