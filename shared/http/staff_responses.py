"""Models of JSON responses to signed-in staff. Functions for visitors never load this module."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import PlainSerializer, field_serializer

from shared.domain.intake.submission import Contact
from shared.domain.intake.suspicion import Suspicion
from shared.domain.leads.action import CLOSES_AS
from shared.domain.leads.booking import Booking
from shared.domain.leads.calls import CONTACTS
from shared.domain.leads.consent import ConsentRecord, chain_intact
from shared.domain.leads.lead_summary import LeadRow, LeadSummary
from shared.domain.leads.lead_view import OpenQuestion, ShownAnswer, open_questions, shown_answers
from shared.domain.leads.next_action import next_action
from shared.domain.leads.report import DayFigures, Figures, PageCount, RuleCount
from shared.domain.rules.advice import ShownMessage
from shared.domain.rules.triage import Change, FiredRule, RuleSet
from shared.http.problem_details import ProblemDetails
from shared.http.visitor_responses import ResponseModel
from shared.rulebook.retired import retired_wording

if TYPE_CHECKING:
    from shared.domain.leads.erasure import Tombstone
    from shared.domain.leads.lead import Lead
    from shared.domain.leads.mail_state import MailState
    from shared.usecases import listing
    from shared.usecases.exporting import PersonExport
    from shared.usecases.inbox import OpenedLead

Instant = Annotated[datetime, PlainSerializer(datetime.isoformat, when_used="json")]  # ISO 8601 with its UTC offset


def given(contact: Contact) -> dict[str, str]:
    """Returns the contact fields that the visitor filled in."""
    return {name: value for name, value in asdict(contact).items() if value is not None}


GivenContact = Annotated[Contact, PlainSerializer(given)]


class StaffProblem(ProblemDetails):
    """Problem details (RFC 9457) for staff, with the colleague who was faster.

    owner_name: the colleague who has had the lead since `since`.
    by_name: the colleague who did `action` at `since`.
    """

    owner_name: str | None = None
    by_name: str | None = None
    action: str | None = None
    since: Instant | None = None


# ---- the worklist


class WorklistPage(ResponseModel):
    """A page of leads.

    cursor: send it to get the next page; null on the last page.
    now: the service's clock.
    untaken: tier -> number of open leads that nobody has; null for a search.
    open: number of all open leads; null for a search.
    """

    leads: tuple[LeadRow, ...]
    cursor: str | None
    now: Instant
    untaken: dict[str, int] | None
    open: int | None

    @classmethod
    def of(cls, page: listing.WorklistPage) -> Self:
        untaken = None if page.untaken is None else dict(page.untaken)
        return cls(leads=page.leads, cursor=page.next_cursor, now=page.at, untaken=untaken, open=page.open)


# ---- one lead, for staff


class ShownSafetyRule(ResponseModel):
    """A safety rule that fired. `floor`: the lowest tier that the rule allows; "" if the rule no longer exists."""

    id: str
    reason: str
    sources: tuple[str, ...]
    floor: str


class ShownTriage(ResponseModel):
    """The reasons for a lead's tier. `staff_tier`: the tier that staff set; "" if they set none."""

    tier: str
    staff_tier: str
    clinic_does: str
    safety_rules: tuple[ShownSafetyRule, ...]
    not_fit_rules: tuple[FiredRule, ...]
    fit_rules: tuple[FiredRule, ...]
    fit_score: int
    marketing_allowed: bool


class ConsentLedger(ResponseModel):
    """The consents of a person.

    given: consent -> whether it is given now.
    intact: whether no entry of the ledger was changed after it was written.
    """

    given: dict[str, bool]
    intact: bool
    ledger: tuple[ConsentRecord, ...]


class ShownMail(ResponseModel):
    """One mail to the person. `status`: sending, sent, unknown, waiting, failed, withheld or bounced, since `at`.

    reason: why it was withheld or waits: closed (the address), daily_limit, hourly_limit or late.
    """

    kind: str
    status: str
    at: Instant
    reason: str


class ShownMails(ResponseModel):
    """The mails to the person, oldest first.

    closed_as: why the person's address gets no more mail: bounce, complaint or unsubscribed; "" while it does.
    """

    closed_as: str
    closed_since: Instant | None
    entries: tuple[ShownMail, ...]

    @classmethod
    def of(cls, mail: MailState) -> Self:
        entries = tuple(map(ShownMail.model_validate, mail.entries))
        return cls(closed_as=mail.closed_as, closed_since=mail.closed_since, entries=entries)


class EarlierSubmission(ResponseModel):
    """Other answers of the person. `reference`: the reference that the person got for them, if it is another one."""

    received_at: Instant
    tier: str
    answers: tuple[ShownAnswer, ...]
    contact: GivenContact | None
    reference: str


class HistoryLine(ResponseModel):
    at: datetime
    by: str
    by_name: str
    action: str
    version: int
    detail: str
    text: str
    undo_of: int | None


class OtherLead(ResponseModel):
    """Another lead with the same phone number or email address."""

    reference: str
    received_at: datetime
    status: str
    tier: str
    name: str


class Alerted(ResponseModel):
    """An alert that was sent. `level`: its escalation level; 0 for a reminder of the owner."""

    at: datetime
    level: int
    audience: str


class Planned(ResponseModel):
    """What the owner of the lead does next.

    due: by when; for call_again: at what time.
    returns_at: when the lead loses its owner and the clinic is alerted, unless it is done.
    """

    what: str
    due: datetime | None
    returns_at: datetime | None


class RuleSetVersion(ResponseModel):
    id: str
    version: str
    approved_by: str


class LeadView(ResponseModel):
    """A whole lead.

    actions: what this staff member may do now.
    to_ask: open questions to ask by phone.
    contact_hidden: whether numbers and addresses are left out, since the person does not want to be contacted.
    next: what is to be done next; null if the lead is not open.
    closes_as: the reason for closing the lead that the last call suggests; "" if none.
    """

    summary: LeadSummary
    actions: tuple[str, ...]
    triage: ShownTriage
    tags: tuple[FiredRule, ...]
    messages_shown: tuple[ShownMessage, ...]
    answers: tuple[ShownAnswer, ...]
    to_ask: tuple[OpenQuestion, ...]
    contact: GivenContact
    contact_hidden: bool
    consents: ConsentLedger
    attribution: dict[str, str]
    source: str
    mails: ShownMails
    earlier: tuple[EarlierSubmission, ...]
    suspicion: Suspicion
    history: tuple[HistoryLine, ...]
    others: tuple[OtherLead, ...]
    booking: Booking | None
    next: Planned | None
    closes_as: str
    alerts: tuple[Alerted, ...]
    rule_set: RuleSetVersion
    now: Instant

    @classmethod
    def of(cls, opened: OpenedLead) -> Self:
        lead, rule_set = opened.lead, opened.rule_set
        submitted, found = lead.submitted, lead.assessment
        retired = retired_wording(submitted.questionnaire)
        return cls(
            summary=LeadSummary.of(lead),
            actions=opened.actions,
            triage=_triage(lead, rule_set),
            tags=found.triage.tags,
            messages_shown=found.messages_shown,
            answers=tuple(shown_answers(submitted.answers, found.triage, rule_set, retired)),
            to_ask=tuple(open_questions(lead, rule_set)),
            contact=_hidden(submitted.contact) if opened.hides_contact else submitted.contact,
            contact_hidden=opened.hides_contact,
            consents=ConsentLedger(
                given=_consents(lead),
                intact=chain_intact(submitted.consent_records),
                ledger=tuple(
                    replace(record, covers=()) if opened.hides_contact else record
                    for record in submitted.consent_records
                ),
            ),
            attribution=submitted.attribution,
            source=lead.source,
            mails=ShownMails.of(lead.mail),
            earlier=tuple(
                EarlierSubmission(
                    received_at=earlier.received_at,
                    tier=earlier.triage.tier,
                    answers=tuple(shown_answers(earlier.answers, earlier.triage, rule_set, retired)),
                    contact=_hidden(earlier.contact) if opened.hides_contact and earlier.contact else earlier.contact,
                    reference=earlier.reference,
                )
                for earlier in reversed(lead.earlier)
            ),
            suspicion=found.suspicion,
            history=tuple(map(HistoryLine.model_validate, lead.history)),
            others=tuple(map(OtherLead.model_validate, opened.others)),
            booking=lead.work.booking,
            next=Planned.model_validate(planned) if (planned := next_action(lead)) else None,
            closes_as=CLOSES_AS.get(lead.work.last_call.outcome, "") if lead.work.last_call else "",
            alerts=tuple(map(Alerted.model_validate, lead.escalation.sent)),
            rule_set=_version(lead, rule_set),
            now=opened.at,
        )


def _hidden(contact: Contact) -> Contact:
    return replace(contact, phone=None, email=None, extension=None)


def _triage(lead: Lead, rule_set: RuleSet) -> ShownTriage:
    triage = lead.assessment.triage
    floors = {rule.id: rule.floor for rule in (*rule_set.safety, rule_set.scoring_failure)}
    return ShownTriage(
        tier=triage.tier,
        staff_tier=lead.work.staff_tier,
        clinic_does=_clinic_does(lead, rule_set),
        safety_rules=tuple(
            ShownSafetyRule(id=rule.id, reason=rule.reason, sources=rule.sources, floor=floors.get(rule.id, ""))
            for rule in triage.safety_rules
        ),
        not_fit_rules=triage.not_fit_rules,
        fit_rules=triage.fit_rules,
        fit_score=triage.fit_score,
        marketing_allowed=triage.marketing_allowed,
    )


def _clinic_does(lead: Lead, rule_set: RuleSet) -> str:
    return lead.response(rule_set.tiers).clinic_does if lead.tier in rule_set.tiers else ""


def _consents(lead: Lead) -> dict[str, bool]:
    return {record.consent: lead.consents_to(record.consent) for record in lead.submitted.consent_records}


def _version(lead: Lead, rule_set: RuleSet) -> RuleSetVersion:
    triage = lead.assessment.triage
    return RuleSetVersion(id=triage.rule_set, version=triage.rule_set_version, approved_by=rule_set.approved_by)


# ---- the report


class ReportShown(ResponseModel):
    """Figures about the leads of some days, from counts that name no lead.

    rules: rules that alone caused the tier of leads; empty with fewer than 20 leads.
    pages: how many visitors completed each page of the form, and how many went no further; empty with fewer than 20.
    suspects: leads that a machine may have sent; no other figure counts them.
    """

    first: date
    last: date
    total: Figures
    days: tuple[DayFigures, ...]
    tiers: tuple[Figures, ...]
    sources: tuple[Figures, ...]
    campaigns: tuple[Figures, ...]
    rules: tuple[RuleCount, ...]
    pages: tuple[PageCount, ...]
    suspects: int


# ---- the rule sets, for staff


class RuleSetInUse(ResponseModel):
    """A rule set with its last change and approvals. An approval that is not given yet has empty names and dates."""

    id: str
    version: str
    content_hash: str
    changed_on: str
    change: str
    changed_by: str
    approved_by: str
    approved_on: str
    questionnaire: str
    questionnaire_version: str
    questionnaire_approved_by: str
    questionnaire_approved_on: str

    @classmethod
    def of(cls, rule_set: RuleSet) -> Self:
        last = rule_set.changes[-1] if rule_set.changes else Change("", "", "", "")
        questionnaire = rule_set.questionnaire
        return cls(
            id=rule_set.id,
            version=rule_set.version,
            content_hash=rule_set.content_hash,
            changed_on=last.on,
            change=last.what,
            changed_by=last.by,
            approved_by=rule_set.approved_by,
            approved_on=rule_set.approved_on,
            questionnaire=questionnaire.id,
            questionnaire_version=questionnaire.version,
            questionnaire_approved_by=questionnaire.approved_by,
            questionnaire_approved_on=questionnaire.approved_on,
        )


class Rules(ResponseModel):
    rule_sets: tuple[RuleSetInUse, ...]

    @classmethod
    def of(cls, rule_sets: Iterable[RuleSet]) -> Self:
        return cls(rule_sets=tuple(map(RuleSetInUse.of, rule_sets)))


# ---- one person's data: only listed fields, so that a field added to the staff's view is not disclosed by accident


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
    """A time and way in which staff contacted the person; without staff names and notes."""

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
    """The mails to the person, and why they ended, if they did."""

    closed_as: str
    closed_since: Instant | None
    entries: tuple[PersonMail, ...]


class PersonLead(ResponseModel):
    """A lead as its person may see it: without internal work and staff names."""

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
                given=_consents(lead),
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
            rule_set=PersonRuleSet.model_validate(_version(lead, rule_set)),
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
    return PersonTriage.model_validate(_triage(lead, rule_set))


def _in_words(answers: Iterable[ShownAnswer]) -> tuple[PersonAnswer, ...]:
    return tuple(map(PersonAnswer.model_validate, answers))


class PersonData(ResponseModel):
    """Leads of a person.

    complete: false if there may be more leads than the service looks up.
    cursor: send it to get the person's next leads; null after the last.
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
