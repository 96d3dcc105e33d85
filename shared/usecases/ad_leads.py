"""Captures leads from ad networks."""

from __future__ import annotations

import hmac

from shared.domain.errors import Forbidden
from shared.domain.intake.ad_lead import AdKey, AdLead
from shared.domain.intake.submission import QuestionnaireVersion
from shared.domain.leads.lead import Arrival
from shared.usecases.capture import Captured, Intake, capture_lead
from shared.usecases.scoring import rule_set_for


def admit_ad_network(shown: AdKey, key: str) -> None:
    """Checks the key that the ad network sent. Raises Forbidden if the key is wrong or none is configured."""
    if not key or not hmac.compare_digest(shown.google_key.encode(), key.encode()):
        raise Forbidden


def capture_ad_lead(ad_lead: AdLead, arrival: Arrival, intake: Intake, questionnaire_id: str) -> Captured | None:
    """Stores a lead from an ad network.

    Returns None for a test lead of the ad network, which is validated but not stored.
    Raises: InvalidInput, SubmissionConflict, StoreUnavailable.
    """
    questionnaire = rule_set_for(intake.rule_sets, questionnaire_id).questionnaire
    submission = ad_lead.submission(QuestionnaireVersion(id=questionnaire.id, version=questionnaire.version))
    return None if ad_lead.is_test else capture_lead(submission, arrival, intake)
