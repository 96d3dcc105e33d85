"""The response models of a whole lead, for staff."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import PlainSerializer

from shared.domain.intake.spam_signs import Suspicion
from shared.domain.intake.submission import Contact
from shared.domain.leads.action import closes_as
from shared.domain.leads.booking import Booking
from shared.domain.leads.calls import asked_for
from shared.domain.leads.consent import ConsentRecord, chain_intact
from shared.domain.leads.lead_summary import LeadSummary
from shared.domain.leads.lead_view import (
    OpenQuestion,
    ShownAnswer,
    advice_in_english,
    open_questions,
    shown_answers,
)
from shared.domain.leads.mail import Unmailed, why_unmailed
from shared.domain.leads.next_action import next_action
from shared.domain.opening_hours import DAYS, OpeningHours
from shared.domain.rules.advice import ShownMessage
from shared.domain.rules.triage import FiredRule, RuleSet
from shared.http.staff_responses import Instant
from shared.http.visitor_responses import ResponseModel
from shared.rulebook.retired import retired_wording

if TYPE_CHECKING:
    from shared.domain.leads.lead import Lead
    from shared.usecases.inbox import OpenedLead


def given(contact: Contact) -> dict[str, str]:
    return {name: value for name, value in asdict(contact).items() if value is not None}


GivenContact = Annotated[Contact, PlainSerializer(given)]


class ShownSafetyRule(ResponseModel):
    """A safety rule that fired. `floor`: the least urgent tier that the rule allows; "" for a rule that was deleted."""

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


class MessageToPatient(ResponseModel):
    """A message as the patient saw it.

    english: the English text; "" if the patient saw the English text, or if the text has changed since.
    """

    id: str
    text: str
    english: str

    @classmethod
    def of(cls, shown: ShownMessage, opened: OpenedLead) -> Self:
        translation = opened.translation
        english = advice_in_english(shown, translation, opened.rule_set) if translation else ""
        return cls(id=shown.id, text=shown.text, english=english)


class ConsentLedger(ResponseModel):
    """The consents of a person.

    given: consent -> whether it is in force now.
    intact: whether every entry of the ledger is unchanged.
    """

    given: dict[str, bool]
    intact: bool
    ledger: tuple[ConsentRecord, ...]


class ShownMail(ResponseModel):
    """One mail to the person.

    status: sending, sent, unknown, waiting, failed, withheld or bounced.
    at: when the status began; for "waiting", when the service tries again.
    reason: why the mail was withheld or waits: closed (the address gets no more mail), daily_limit, hourly_limit or
    late; "" for other mails.
    """

    kind: str
    status: str
    at: Instant
    reason: str


class ShownMails(ResponseModel):
    """The mails to the person, oldest first.

    closed_as: why the person's address gets no more mail: bounce, complaint or unsubscribed; "" if it still gets mail.
    unmailed: why the person can get no mail now: off (this stack sends none), no_address, removed, closed, no_consent,
    no_messages or suspect; "" if they can.
    """

    closed_as: str
    closed_since: Instant | None
    unmailed: Unmailed
    entries: tuple[ShownMail, ...]

    @classmethod
    def of(cls, opened: OpenedLead) -> Self:
        mail = opened.lead.mail
        refused: Unmailed = "closed" if any(entry.reason == "closed" for entry in mail.entries) else ""
        return cls(
            closed_as=mail.closed_as,
            closed_since=mail.closed_since,
            unmailed=(why_unmailed(opened.lead) or refused) if opened.sends_mail else "off",
            entries=tuple(map(ShownMail.model_validate, mail.entries)),
        )


class EarlierSubmission(ResponseModel):
    """Answers of the person that are not the lead's current answers.

    reference: the reference that the person got for these answers; "" if it is the lead's own reference.
    """

    received_at: Instant
    tier: str
    answers: tuple[ShownAnswer, ...]
    contact: GivenContact | None
    reference: str


class HistoryLine(ResponseModel):
    """One action on the lead.

    again_at: for a call, the time at which the person asked to be called again.
    moved: whether the action changed the time of a booked appointment.
    """

    at: datetime
    by: str
    by_name: str
    action: str
    version: int
    detail: str
    text: str
    undo_of: int | None
    again_at: datetime | None
    moved: bool

    @classmethod
    def all_of(cls, lead: Lead) -> Iterator[Self]:
        asked = asked_for(lead)
        for entry in lead.history:
            again_at = asked.get(entry.at) if entry.action == "contact_attempt" else None
            yield cls(
                at=entry.at,
                by=entry.by,
                by_name=entry.by_name,
                action=entry.action,
                version=entry.version,
                detail=entry.detail,
                text=entry.text,
                undo_of=entry.undo_of,
                again_at=again_at,
                moved=entry.moved,
            )


class OtherLead(ResponseModel):
    """Another lead with the same phone number or email address."""

    reference: str
    received_at: datetime
    status: str
    tier: str
    name: str


class Alerted(ResponseModel):
    """An alert that was sent.

    level: its escalation level; 0 for a reminder to the owner.
    to: the user name of the recipient; "" if the alert was for the whole audience.
    """

    at: datetime
    level: int
    audience: str
    to: str


class Planned(ResponseModel):
    """What staff do next about the lead.

    what: take, call, call_again, other_way (the phone number is wrong), confirm_booking or close (book or close).
    due: the deadline or, for call_again, the time of the call; null if there is none.
    returns_at: when the lead loses its owner and its alerts restart, if the owner does not act; null for never.
    """

    what: str
    due: datetime | None
    returns_at: datetime | None


class ShownHours(ResponseModel):
    """The opening hours of the clinic, in its time zone.

    days: weekday (Mon to Sun) -> opening and closing time. Days on which the clinic is closed are left out.
    """

    time_zone: str
    days: dict[str, tuple[str, str]]
    holidays: tuple[date, ...]

    @classmethod
    def of(cls, hours: OpeningHours) -> Self:
        days = {DAYS[day]: (f"{opens:%H:%M}", f"{closes:%H:%M}") for day, (opens, closes) in hours.days.items()}
        return cls(time_zone=hours.zone.key, days=days, holidays=tuple(sorted(hours.holidays)))


class RuleSetVersion(ResponseModel):
    id: str
    version: str
    approved_by: str


class LeadView(ResponseModel):
    """A whole lead.

    actions: what this staff member may do now.
    to_ask: safety questions that staff should still ask by phone.
    contact_hidden: whether contact details are left out, because the person revoked the consent to contact.
    owned_since: when the current owner got the lead; null without an owner.
    next: the next action; null if the lead is not open.
    closes_as: the reason for closing that the last call suggests; "" if it suggests none.
    """

    summary: LeadSummary
    actions: tuple[str, ...]
    triage: ShownTriage
    tags: tuple[FiredRule, ...]
    messages_shown: tuple[MessageToPatient, ...]
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
    owned_since: Instant | None
    next: Planned | None
    closes_as: str
    alerts: tuple[Alerted, ...]
    rule_set: RuleSetVersion
    hours: ShownHours
    now: Instant

    @classmethod
    def of(cls, opened: OpenedLead) -> Self:
        lead, rule_set = opened.lead, opened.rule_set
        submitted, found = lead.submitted, lead.assessment
        retired = retired_wording(submitted.questionnaire)
        return cls(
            summary=LeadSummary.of(lead),
            actions=opened.actions,
            triage=triage_of(lead, rule_set),
            tags=found.triage.tags,
            messages_shown=tuple(MessageToPatient.of(shown, opened) for shown in found.messages_shown),
            answers=tuple(shown_answers(submitted.answers, found.triage, rule_set, retired)),
            to_ask=tuple(open_questions(lead, rule_set, opened.translation)),
            contact=_hidden(submitted.contact) if opened.hides_contact else submitted.contact,
            contact_hidden=opened.hides_contact,
            consents=ConsentLedger(
                given=consents_of(lead),
                intact=chain_intact(submitted.consent_records),
                ledger=tuple(
                    replace(record, covers=()) if opened.hides_contact else record
                    for record in submitted.consent_records
                ),
            ),
            attribution=submitted.attribution,
            source=lead.source,
            mails=ShownMails.of(opened),
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
            history=tuple(HistoryLine.all_of(lead)),
            others=tuple(map(OtherLead.model_validate, opened.others)),
            booking=lead.work.booking,
            owned_since=lead.owned_since,
            next=Planned.model_validate(planned) if (planned := next_action(lead)) else None,
            closes_as=closes_as(lead, safety=lead.tier in rule_set.tiers and rule_set.tiers[lead.tier].safety),
            alerts=tuple(map(Alerted.model_validate, lead.escalation.sent)),
            rule_set=version_of(lead, rule_set),
            hours=ShownHours.of(opened.hours),
            now=opened.at,
        )


def _hidden(contact: Contact) -> Contact:
    return replace(contact, phone=None, email=None, extension=None)


def triage_of(lead: Lead, rule_set: RuleSet) -> ShownTriage:
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


def consents_of(lead: Lead) -> dict[str, bool]:
    return {record.consent: lead.consents_to(record.consent) for record in lead.submitted.consent_records}


def version_of(lead: Lead, rule_set: RuleSet) -> RuleSetVersion:
    triage = lead.assessment.triage
    return RuleSetVersion(id=triage.rule_set, version=triage.rule_set_version, approved_by=rule_set.approved_by)
