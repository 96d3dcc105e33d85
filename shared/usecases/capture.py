"""Captures submissions from the API, plain forms and ads. Each becomes a lead exactly once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from shared.domain.errors import (
    FieldProblem,
    InvalidInput,
    LeadChanged,
    NotFound,
    ReceiptUnavailable,
    StoreUnavailable,
    SubmissionConflict,
)
from shared.domain.intake.submission import Contact, Submission
from shared.domain.leads.consent import Revocation
from shared.domain.leads.lead import CANARY, PLAIN_FORM, Arrival, Lead, Receipt
from shared.domain.leads.promise import way_to
from shared.domain.opening_hours import OpeningHours
from shared.domain.rules.advice import ShownMessage, advice
from shared.domain.rules.shadow import shadow
from shared.domain.rules.triage import SEEK_EMERGENCY_CARE, RuleSet, TriageResult
from shared.domain.spoken_time import spoken_time
from shared.usecases.ports import Leads, LeadsByNumber, RuleSets, Spool
from shared.usecases.scoring import rule_set_for, score


@dataclass(frozen=True, slots=True)
class Intake:
    """The clients and settings needed to capture a submission.

    spool: the fallback queue for when the table is unavailable.
    person_key: the secret of the keyed hashes by which leads of the same person are found.
    candidate: rules for shadow mode, whose result is recorded but has no effect.
    """

    rule_sets: RuleSets
    leads: LeadsByNumber
    spool: Spool
    clock: Callable[[], datetime]
    hours: OpeningHours
    person_key: str = field(repr=False)
    candidate: RuleSets | None = None


class Captured(NamedTuple):
    """The result of capturing a submission.

    receipt: what to show to the visitor.
    lead: the stored or spooled lead; None if nothing was stored (a minor, a withdrawal, an emergency without consent).
    created: whether the submission became a new lead in the table.
    spooled: whether the lead waits in the spool. Its id may already be stored.
    joined: whether the submission is a callback request that was just added to an open lead.
    request: for a callback request that `lead` contains, the request as a lead of its own.
    """

    receipt: Receipt
    lead: Lead | None
    created: bool
    spooled: bool = False
    joined: bool = False
    request: Lead | None = None

    @property
    def sent(self) -> Lead | None:
        return self.request or self.lead

    @property
    def counted(self) -> Lead | None:
        """The lead to count in metrics, which leave out canaries and resubmissions."""
        return self.lead if self.lead and (self.created or self.spooled) and self.lead.source != CANARY else None


RECEIPT_SHOWN_FOR = timedelta(hours=1)
# Time since the submission's arrival. After a slower first call to the table, the lead goes to the spool.
SECOND_CALL_WITHIN = timedelta(seconds=0.3)


def capture_lead(submission: Submission, arrival: Arrival, intake: Intake) -> Captured:
    """Scores a submission and stores it as a lead exactly once. A resubmission may update the stored lead.

    If the table does not confirm the write, the lead goes to the spool.

    Raises: InvalidInput; SubmissionConflict; StoreUnavailable if both the table and the spool failed.
    """
    rule_set = rule_set_for(intake.rule_sets, submission.questionnaire.id, submission.language)
    received = receive(submission, arrival, intake, rule_set)
    return received if isinstance(received, Captured) else store(received, arrival, intake, rule_set)


def receive(submission: Submission, arrival: Arrival, intake: Intake, rule_set: RuleSet) -> Lead | Captured:
    """Scores a submission. Returns the lead to store, or the final result if nothing is to be stored.

    Raises: InvalidInput.
    """
    result = score(rule_set, submission.answers, submission.questionnaire.version, door=arrival.door)
    if result.minor:  # nothing may be stored about a minor
        return _unstored(rule_set, result, arrival.at)
    contact = submission.contact
    if contact is None or submission.consents is None or not submission.consents.contact:
        if _was_withdrawn(submission, intake, arrival.at):
            return _unstored(rule_set, result, arrival.at)
        # give emergency advice even if contact details are missing
        if rule_set.tiers[result.tier].disposition == SEEK_EMERGENCY_CARE:
            return _unstored(rule_set, result, arrival.at)
        raise InvalidInput(tuple(_missing(submission)))
    checked = contact.checked()
    shown = advice_at(arrival.at, rule_set, result, intake.hours, checked, texts=submission.consents.sms)
    candidate = intake.candidate and intake.candidate.of(submission.questionnaire.id)
    return Lead.received(
        submission,
        checked,
        rule_set,
        result,
        shown,
        arrival,
        intake.hours,
        intake.person_key,
        shadow(candidate, submission.answers, arrival.door) if candidate else None,
    )


def advice_at(
    at: datetime, rule_set: RuleSet, result: TriageResult, hours: OpeningHours, contact: Contact, *, texts: bool
) -> tuple[ShownMessage, ...]:
    """Returns the advice for a patient whose contact details are stored.

    at: when the answers arrived.
    texts: whether the patient consented to text messages.
    """
    tier = rule_set.tiers[result.tier]
    language = rule_set.questionnaire.language
    deadline = spoken_time(tier.deadline.after(at, hours), hours.zone, language) if tier.deadline else ""
    calls = way_to(contact, texts=texts, safety=tier.safety) == "call"
    return advice(rule_set, result.messages, clinic_open=hours.is_open(at), calls=calls, deadline=deadline)


def store(lead: Lead, arrival: Arrival, intake: Intake, rule_set: RuleSet) -> Captured:
    """Raises SubmissionConflict or StoreUnavailable."""
    if arrival.tries_spool:
        return spooled(lead, intake.spool)
    try:
        earlier = intake.leads.add(lead)
        return Captured(lead.receipt, lead, True) if earlier is None else _resubmitted(earlier, lead, intake, rule_set)
    except StoreUnavailable:
        return spooled(lead, intake.spool)


def show_receipt(lead_id: UUID, leads: Leads, at: datetime) -> Lead:
    """Returns the lead whose receipt to show.

    Receipts expire after RECEIPT_SHOWN_FOR, because other people may use the same device.

    Raises: NotFound, ReceiptUnavailable.
    """
    try:
        lead = leads.get(lead_id)
    except StoreUnavailable as error:
        raise ReceiptUnavailable from error.__cause__
    if lead is None or lead.source != PLAIN_FORM or at - lead.assessment.received_at > RECEIPT_SHOWN_FOR:
        raise NotFound
    return lead


def revoke_consent(revocation: Revocation, leads: Leads, at: datetime) -> Lead:
    """Records that a person revoked a consent. Recording it twice is harmless.

    Raises: NotFound, LeadChanged, StoreUnavailable.
    """
    lead = leads.get(revocation.lead_id)
    if lead is None:
        raise NotFound
    after = lead.revoked(revocation.consent, revocation.how, at)
    if after is not lead:
        leads.replace(lead, after)
    return after


def _unstored(rule_set: RuleSet, result: TriageResult, at: datetime) -> Captured:
    """The advice does not promise a call."""
    shown = advice(rule_set, result.messages, clinic_open=False, calls=False)
    disposition = rule_set.tiers[result.tier].disposition
    return Captured(Receipt(reference=None, disposition=disposition, messages=shown, received_at=at), None, False)


def spooled(lead: Lead, spool: Spool) -> Captured:
    spool.put(lead)
    return Captured(lead.receipt, lead, False, spooled=True)


def _resubmitted(stored: Lead, lead: Lead, intake: Intake, rule_set: RuleSet) -> Captured:
    from shared.domain.leads.resubmission import Conflict, Keep, NewLead, resubmission  # noqa: PLC0415  rarely needed

    decided = resubmission(stored, lead, rule_set.tiers, intake.hours, was_accepted=False)
    if isinstance(decided, Keep):
        return Captured(stored.receipt, stored, False)
    if isinstance(decided, Conflict):
        raise SubmissionConflict
    if intake.clock() - lead.assessment.received_at > SECOND_CALL_WITHIN:
        raise StoreUnavailable
    if isinstance(decided, NewLead):
        existing = intake.leads.add(decided.lead)
        return Captured((existing or decided.lead).receipt, existing or decided.lead, created=existing is None)
    try:
        intake.leads.replace(stored, decided.lead)
    except LeadChanged as error:
        raise StoreUnavailable from error
    return Captured(decided.lead.receipt, decided.lead, False)


def _was_withdrawn(submission: Submission, intake: Intake, at: datetime) -> bool:
    """Withdraws the stored unfinished form whose visitor unticked consent. Returns False if there is no such form."""
    if submission.complete or submission.consents is None:
        return False
    from shared.usecases.withdrawing import withdraw  # noqa: PLC0415  rarely needed

    return withdraw(submission.submission_id, intake.leads, at)


def _missing(submission: Submission) -> Iterable[FieldProblem]:
    if submission.contact is None:
        yield FieldProblem("/contact", "Enter a phone number or an e-mail address.")
    if submission.consents is None or not submission.consents.contact:
        yield FieldProblem("/consents/contact", "Check this box so that we can contact you.")
