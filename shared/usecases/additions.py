"""Adds answers to a lead after its form was sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from shared.domain.errors import InvalidInput, LeadChanged, NotFound, StoreUnavailable
from shared.domain.intake.added_answers import AddedAnswers
from shared.domain.leads.addition import is_known, with_answers
from shared.domain.leads.lead import Assessment, Lead
from shared.domain.rules.questionnaire import Answers
from shared.domain.rules.shadow import shadow
from shared.domain.rules.triage import RuleSet, red_flag
from shared.usecases.capture import Intake, advice_at
from shared.usecases.ports import ATTEMPTS_TO_WORK
from shared.usecases.scoring import score_again

ADDED_WITHIN = timedelta(hours=24)  # also how long browsers keep the form
# Time since the request's arrival. A later write could outlast the function's timeout.
WRITTEN_WITHIN = timedelta(seconds=2.5)


def add_answers(lead_id: UUID, added: AddedAnswers, intake: Intake, at: datetime) -> Lead:
    """Adds the answers to the stored lead and returns the new version. Adding them twice is harmless.

    Raises: InvalidInput; NotFound if the lead is unknown, erased or older than ADDED_WITHIN; StoreUnavailable.
    """
    for _ in range(ATTEMPTS_TO_WORK):
        lead = intake.leads.get(lead_id)
        rule_set = intake.rule_sets.of(lead.submitted.questionnaire, lead.submitted.language) if lead else None
        if lead is None or rule_set is None or at - lead.assessment.received_at > ADDED_WITHIN:
            raise NotFound
        if problems := tuple(added.problems(rule_set.questionnaire)):
            raise InvalidInput(problems)
        answers = added.readable(rule_set.questionnaire)
        if is_known(lead, answers):
            return lead
        if intake.clock() - at > WRITTEN_WITHIN:
            break
        rescored = assessed_with(lead, answers, rule_set, intake, at)
        after = with_answers(lead, answers, rescored, at, rule_set.tiers, intake.hours)
        try:
            intake.leads.replace(lead, after)
        except LeadChanged:
            continue
        return after
    raise StoreUnavailable


def assessed_with(lead: Lead, answers: Answers, rule_set: RuleSet, intake: Intake, at: datetime) -> Assessment:
    """Returns the lead's assessment after scoring its own answers together with `answers`."""
    every = {**lead.submitted.answers, **answers}
    result = score_again(rule_set, every, lead)
    contact, texts = lead.submitted.contact, lead.consents_to("sms")
    flagged, found = red_flag(rule_set, result), lead.assessment
    candidate = intake.candidate and intake.candidate.of(lead.submitted.questionnaire)
    return replace(
        found,
        triage=result,
        disposition=rule_set.tiers[result.tier].disposition,
        messages_shown=advice_at(at, rule_set, result, intake.hours, contact, texts=texts),
        suspicion=replace(found.suspicion, suspect=found.suspicion.suspect and not flagged),
        red_flag=flagged,
        shadow=shadow(candidate, every, lead.door) if candidate else None,
    )
