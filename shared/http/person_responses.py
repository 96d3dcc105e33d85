"""The response models for exporting and erasing one person's data.

They are separate from the staff's models, so that no new field is disclosed by accident.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Self

from pydantic import field_serializer

from shared.domain.leads.calls import CONTACTS
from shared.domain.leads.consent import chain_intact
from shared.domain.leads.lead_view import ShownAnswer, shown_answers
from shared.domain.rules.triage import RuleSet
from shared.http.lead_responses import consents_of, triage_of, version_of
from shared.http.staff_responses import Instant
from shared.http.visitor_responses import ResponseModel
from shared.rulebook.retired import retired_wording

if TYPE_CHECKING:
    from shared.domain.leads.erasure import Tombstone
    from shared.domain.leads.lead import Lead
    from shared.usecases.exporting import PersonExport


class PersonRule(ResponseModel):
    """A rule that fired for a lead of the person."""

    id: str
    reason: str
    sources: tuple[str, ...]


class PersonSafetyRule(PersonRule):
    floor: str


class PersonTriage(ResponseModel):
    tier: str
    staff_tier: str
    clinic_does: str
    safety_rules: tuple[PersonSafetyRule, ...]
    not_fit_rules: tuple[PersonRule, ...]
    fit_rules: tuple[PersonRule, ...]
    fit_score: int
    marketing_allowed: bool


class PersonMessage(ResponseModel):
    id: str
    text: str


class PersonAnswer(ResponseModel):
    """A question and its answer, as texts."""

    page: str
    text: str
    answer: tuple[str, ...]


class PersonContact(ResponseModel):
    """The person's contact data. Fields that the person left empty are omitted."""

    name: str | None = None
    phone: str | None = None
    email: str | None = None
    postal: str | None = None
    preference: str | None = None
    best_time: str | None = None
    helper_name: str | None = None
    relation: str | None = None
    message_ok: str | None = None
    extension: str | None = None


class PersonConsentRecord(ResponseModel):
    consent: str
    given: bool
    text: str
    text_hash: str
    questionnaire: str
    questionnaire_version: str
    language: str
    how: str
    page: str
    covers: tuple[str, ...]
    at: datetime
    source_address: str
    user_agent: str
    previous: str
    hash: str


class PersonConsents(ResponseModel):
    given: dict[str, bool]
    intact: bool
    ledger: tuple[PersonConsentRecord, ...]


class PersonEarlierSubmission(ResponseModel):
    received_at: Instant
    answers: tuple[PersonAnswer, ...]
    contact: PersonContact | None


class PersonRuleSet(ResponseModel):
    id: str
    version: str
    approved_by: str


class PersonContactAttempt(ResponseModel):
    """When and how staff tried to contact the person. Leaves out staff names and notes."""

    at: Instant
    what: str
    detail: str


class PersonBooking(ResponseModel):
    at: datetime
    with_whom: str
    note: str


class PersonMail(ResponseModel):
    kind: str
    status: str
    at: Instant


class PersonMails(ResponseModel):
    """The mails to the person.

    closed_as: why the person's address gets no more mail; "" if it still gets mail.
    closed_since: since when the address gets no more mail.
    """

    closed_as: str
    closed_since: Instant | None
    entries: tuple[PersonMail, ...]


class PersonLead(ResponseModel):
    """A lead as its person may see it, without the names and the internal work of staff."""

    reference: str
    received_at: Instant
    status: str
    triage: PersonTriage
    tags: tuple[PersonRule, ...]
    messages_shown: tuple[PersonMessage, ...]
    answers: tuple[PersonAnswer, ...]
    contact: PersonContact
    consents: PersonConsents
    attribution: dict[str, str]
    source: str
    earlier: tuple[PersonEarlierSubmission, ...]
    rule_set: PersonRuleSet
    contacts: tuple[PersonContactAttempt, ...]
    mails: PersonMails
    booking: PersonBooking | None

    @field_serializer("contact")
    def given(self, contact: PersonContact) -> dict[str, str]:
        return contact.model_dump(exclude_none=True)

    @classmethod
    def of(cls, lead: Lead, rule_set: RuleSet) -> Self:
        submitted, found = lead.submitted, lead.assessment
        retired = retired_wording(submitted.questionnaire)
        return cls(
            reference=lead.reference,
            received_at=found.received_at,
            status=lead.work.status,
            triage=_person_triage(lead, rule_set),
            tags=tuple(map(PersonRule.model_validate, found.triage.tags)),
            messages_shown=tuple(map(PersonMessage.model_validate, found.messages_shown)),
            answers=_in_words(shown_answers(submitted.answers, found.triage, rule_set, retired)),
            contact=PersonContact.model_validate(submitted.contact),
            consents=PersonConsents(
                given=consents_of(lead),
                intact=chain_intact(submitted.consent_records),
                ledger=tuple(map(PersonConsentRecord.model_validate, submitted.consent_records)),
            ),
            attribution=submitted.attribution,
            source=lead.source,
            earlier=tuple(
                PersonEarlierSubmission(
                    received_at=earlier.received_at,
                    answers=_in_words(shown_answers(earlier.answers, earlier.triage, rule_set, retired)),
                    contact=PersonContact.model_validate(earlier.contact) if earlier.contact else None,
                )
                for earlier in reversed(lead.earlier)
            ),
            rule_set=PersonRuleSet.model_validate(version_of(lead, rule_set)),
            contacts=tuple(
                PersonContactAttempt(at=entry.at, what=entry.action, detail=entry.detail)
                for entry in lead.history
                if entry.action in CONTACTS
            ),
            mails=PersonMails(
                closed_as=lead.mail.closed_as,
                closed_since=lead.mail.closed_since,
                entries=tuple(map(PersonMail.model_validate, lead.mail.entries)),
            ),
            booking=PersonBooking.model_validate(lead.work.booking) if lead.work.booking else None,
        )


def _person_triage(lead: Lead, rule_set: RuleSet) -> PersonTriage:
    return PersonTriage.model_validate(triage_of(lead, rule_set))


def _in_words(answers: Iterable[ShownAnswer]) -> tuple[PersonAnswer, ...]:
    return tuple(map(PersonAnswer.model_validate, answers))


class PersonData(ResponseModel):
    """Leads of a person.

    complete: false if the person may have more leads than the service looks up.
    cursor: the cursor for the person's next leads; null if there are no more.
    """

    exported_at: Instant
    complete: bool
    cursor: str | None
    leads: tuple[PersonLead, ...]

    @classmethod
    def of(cls, found: PersonExport) -> Self:
        leads = tuple(PersonLead.of(lead, rule_set) for lead, rule_set in found.leads)
        return cls(exported_at=found.at, complete=found.complete, cursor=found.next_cursor, leads=leads)


class Erased(ResponseModel):
    reference: str
    erased_at: Instant

    @classmethod
    def of(cls, left: Tombstone) -> Self:
        return cls(reference=left.reference, erased_at=left.at)
