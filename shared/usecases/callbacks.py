"""Captures callback requests ("Just call me")."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from shared.domain.errors import FieldProblem, InvalidInput, LeadChanged, StoreUnavailable
from shared.domain.intake.submission import Submission
from shared.domain.leads.addition import may_join, with_callback
from shared.domain.leads.lead import CANARY, Arrival, Lead
from shared.usecases.additions import assessed_with
from shared.usecases.capture import Captured, Intake, receive, spooled, store
from shared.usecases.ports import ATTEMPTS_TO_WORK
from shared.usecases.scoring import rule_set_for

# If the search for an open lead takes longer, the request goes to the spool.
LOOKED_UP_WITHIN = timedelta(seconds=0.5)
LEADS_TRIED = 3  # how many open leads with the same phone number are read, newest first


def capture_callback(submission: Submission, arrival: Arrival, intake: Intake) -> Captured:
    """Scores a callback request and stores it in an open lead with the same number, or as a new lead.

    The receipt always has a new reference, so that it does not reveal whether there is a lead with this number.

    Raises: InvalidInput; SubmissionConflict; StoreUnavailable if both the table and the spool failed.
    """
    rule_set = rule_set_for(intake.rule_sets, submission.questionnaire.id, submission.language)
    complete = submission.model_copy(update={"complete": True})
    received = receive(complete, arrival, intake, rule_set)
    if isinstance(received, Captured):
        return received
    if received.submitted.contact.phone is None:
        raise InvalidInput((FieldProblem("/contact/phone", "Enter a phone number."),))
    # a bot or a canary must not change a person's lead
    if received.assessment.suspicion.suspect or received.source == CANARY:
        return store(received, arrival, intake, rule_set)
    try:
        joined = _join(received, intake)
    except StoreUnavailable:
        return spooled(received, intake.spool)
    return joined or store(received, arrival, intake, rule_set)


def _join(callback: Lead, intake: Intake) -> Captured | None:
    """Adds the callback request to the open lead with the same phone number, if there is such a lead.

    Raises: StoreUnavailable.
    """
    for _ in range(ATTEMPTS_TO_WORK):
        lead = _open_lead(callback, intake)
        if intake.clock() - callback.assessment.received_at > LOOKED_UP_WITHIN:
            raise StoreUnavailable
        if lead is None:
            return None
        before = next((sent for sent in lead.earlier if sent.reference == callback.reference), None)
        if before is not None:
            return Captured(
                callback.receipt._replace(received_at=before.received_at), lead, created=False, request=callback
            )
        rule_set = rule_set_for(intake.rule_sets, lead.submitted.questionnaire, lead.submitted.language)
        sent = callback.assessment
        rescored = assessed_with(lead, callback.submitted.answers, rule_set, intake, sent.received_at)
        rescored = replace(rescored, messages_shown=sent.messages_shown)
        after = with_callback(lead, callback, rescored, rule_set.tiers, intake.hours)
        try:
            intake.leads.replace(lead, after)
        except LeadChanged:
            continue
        return Captured(callback.receipt, after, created=False, joined=True, request=callback)
    raise StoreUnavailable


def _open_lead(callback: Lead, intake: Intake) -> Lead | None:
    """Returns the newest open lead that the callback request can join.

    Returns None if the request is already stored as a lead of its own.
    """
    try:
        found = tuple(intake.leads.of_number(callback.submitted.phone_key))
        if any(lead_id == callback.lead_id for lead_id, _ in found):
            return None
        open_ids = [lead_id for lead_id, summary in found if summary.status in ("new", "acknowledged")]
        leads = (intake.leads.get(lead_id) for lead_id in open_ids[:LEADS_TRIED])
        return next((lead for lead in leads if lead and may_join(callback, lead)), None)
    except ValueError:  # an unreadable lead with this number must not block the request
        return None
