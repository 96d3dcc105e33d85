"""Defines a lead, which is a stored submission with its assessment, its alerts and the work of staff.

A write succeeds only if the stored version is still the version that was read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID, uuid5

from shared.domain.intake.spam_signs import Sign, Suspicion, suspicion
from shared.domain.intake.submission import Contact, Submission
from shared.domain.leads.consent import ConsentRecord, Visit, consent_records, email_part, revocation
from shared.domain.leads.escalation import Escalation, Ladder
from shared.domain.leads.history import ADDED, PASSED_ON, RELEASED, SYSTEM, VISITOR_ACTIONS, HistoryEntry, WorkState
from shared.domain.leads.mail_state import MailState
from shared.domain.leads.person_keys import email_key, phone_key
from shared.domain.model import Stored
from shared.domain.opening_hours import OpeningHours, Span
from shared.domain.rules.advice import ShownMessage
from shared.domain.rules.condition import ADS, CALLBACK, FORM
from shared.domain.rules.shadow import Shadow
from shared.domain.rules.triage import LadderStep, Response, RuleSet, Tier, TriageResult, red_flag

RETURN_WITHIN = timedelta(minutes=10)  # how long a visitor has to finish a form before staff are alerted
PLAIN_FORM = "plain-form"
GOOGLE_ADS = "google-ads"
CANARY = "canary"  # the source of a test lead, which staff never see
TO_CLINICIAN = (LadderStep(Span(minutes=0), "clinician"),)
DOORS = {CALLBACK: CALLBACK, GOOGLE_ADS: ADS}  # source -> how the answers arrived; FORM for other sources
CROCKFORD = "0123456789" + "ABCDEFGHJKMNPQRSTVWXYZ"


@lru_cache(maxsize=16)
def reference_of(lead_id: UUID) -> str:
    """Returns the ten characters by which people name a lead on the phone.

    Crockford base 32 leaves out I, L, O and U, which are easily misread.
    """
    number = int.from_bytes(hashlib.sha256(lead_id.bytes).digest()[:7]) >> 6
    text = "".join([CROCKFORD[number >> bits & 31] for bits in range(45, -1, -5)])
    return f"{text[:5]}-{text[5:]}"


class Receipt(NamedTuple):
    """The receipt for the visitor, which must not contain the tier, the score or the rules."""

    reference: str | None  # None if no lead was stored
    disposition: str
    messages: tuple[ShownMessage, ...]
    received_at: datetime


class Arrival(NamedTuple):
    """How and when a submission arrived.

    source: FORM, PLAIN_FORM, CALLBACK, GOOGLE_ADS or CANARY.
    consented_elsewhere: the form on which the person consented; "" for the clinic's own page.
    tries_spool: True for the canary that tests the spool (the fallback queue).
    """

    at: datetime
    visit: Visit
    signs: frozenset[Sign]
    source: str = FORM
    consented_elsewhere: str = ""
    tries_spool: bool = False

    @property
    def door(self) -> str:
        return DOORS.get(self.source, FORM)


@dataclass(frozen=True, slots=True)
class EarlierAnswers:
    """Answers that were replaced, came late, or came with a callback request.

    contact: None if unknown.
    reference: the reference that the person got for the answers; "" if it is the lead's own.
    """

    received_at: datetime
    answers: dict[str, int | str | list[str]]
    triage: TriageResult
    content_hash: str = ""
    contact: Contact | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Submitted:
    """The part of a lead that the visitor submitted.

    content_hash: serves to recognise repeats; "" if the answers were removed or lost.
    phone_key, email_key: keyed hashes for finding leads of the same person; "" without a number or address.
    """

    answers: dict[str, int | str | list[str]]
    contact: Contact
    content_hash: str
    questionnaire: str
    questionnaire_version: str
    language: str
    attribution: dict[str, str]
    complete: bool
    consent_records: tuple[ConsentRecord, ...]
    phone_key: str
    email_key: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """The rules' assessment of a lead's answers.

    received_at: when the submission arrived. Answers that are added later do not change this time.
    shadow: None without candidate rules, or if they failed.
    """

    received_at: datetime
    triage: TriageResult
    disposition: str
    messages_shown: tuple[ShownMessage, ...]
    suspicion: Suspicion
    red_flag: bool = False
    shadow: Shadow | None = None


class Lead(Stored):
    """A lead as it is stored, with times in UTC.

    A new field needs a default, so that older leads stay readable.
    answers_removed_at: None while the lead has its answers.
    """

    lead_id: UUID
    version: int
    reference: str
    source: str
    submitted: Submitted
    assessment: Assessment
    escalation: Escalation
    work: WorkState = WorkState()
    mail: MailState = MailState()
    history: tuple[HistoryEntry, ...] = ()
    earlier: tuple[EarlierAnswers, ...] = ()
    answers_removed_at: datetime | None = None

    @classmethod
    def received(
        cls,
        submission: Submission,
        contact: Contact,
        rule_set: RuleSet,
        result: TriageResult,
        shown: tuple[ShownMessage, ...],
        arrival: Arrival,
        hours: OpeningHours,
        person_key: str,
        shadow: Shadow | None,
    ) -> Lead:
        """Returns the first version of the lead for a submission.

        The first alert about an unfinished form without a red flag waits for RETURN_WITHIN.
        """
        tier, at = rule_set.tiers[result.tier], arrival.at
        flagged = red_flag(rule_set, result)
        answered = _answered(submission, rule_set)
        return cls.model_construct(
            lead_id=submission.submission_id,
            version=1,
            reference=reference_of(submission.submission_id),
            source=arrival.source,
            submitted=_submitted(submission, contact, rule_set, arrival, person_key),
            assessment=Assessment(
                received_at=at,
                triage=result,
                disposition=tier.disposition,
                messages_shown=shown,
                red_flag=flagged,
                suspicion=suspicion(arrival.signs, flagged=flagged, answered=answered),
                shadow=shadow,
            ),
            escalation=first_escalation(tier, at, hours, waits=not (submission.complete or flagged)),
            work=WorkState(),  # set here, because `model_construct` would deep-copy the default
            mail=MailState(),
            history=(),
            earlier=(),
            answers_removed_at=None,
        )

    def changed(
        self,
        *,
        submitted: Submitted | None = None,
        assessment: Assessment | None = None,
        escalation: Escalation | None = None,
        work: WorkState | None = None,
        mail: MailState | None = None,
        history: tuple[HistoryEntry, ...] | None = None,
        earlier: tuple[EarlierAnswers, ...] | None = None,
        answers_removed_at: datetime | None = None,
        version: int | None = None,
    ) -> Lead:
        return Lead(
            lead_id=self.lead_id,
            version=self.version + 1 if version is None else version,
            reference=self.reference,
            source=self.source,
            submitted=submitted or self.submitted,
            assessment=assessment or self.assessment,
            escalation=escalation or self.escalation,
            work=work or self.work,
            mail=mail or self.mail,
            history=self.history if history is None else history,
            earlier=self.earlier if earlier is None else earlier,
            answers_removed_at=answers_removed_at or self.answers_removed_at,
        )

    def as_separate(self) -> Lead:
        """Returns the lead with a new id, so that it can be stored beside the lead with the old id."""
        lead_id = uuid5(self.lead_id, self.submitted.content_hash)
        return self.model_copy(update={"lead_id": lead_id, "reference": reference_of(lead_id)})

    def revoked_after(self, at: datetime) -> bool:
        latest = [record for record in self.submitted.consent_records if record.consent == "contact"][-1:]
        return any(not record.given and record.at > at for record in latest)

    @property
    def contact_revoked(self) -> bool:
        given = [record.given for record in self.submitted.consent_records if record.consent == "contact"]
        return any(given) and not given[-1]

    def revoked(self, consent: str, how: str, at: datetime) -> Lead:
        """Returns the lead with a consent revoked; the same lead if the consent is not in force.

        If the consent to contact is revoked and nobody owns the lead, its alerts restart.
        how: the person's words, or the channel that they used.
        """
        ledger = self.submitted.consent_records
        given = _consent_records(ledger, consent)
        if not given or not given[-1].given:
            return self
        entry = revocation(given[-1], how, at, ledger[-1].hash)
        escalation = self.escalation
        if consent == "contact" and self.work.status == "new" and escalation.alert_due:
            escalation = escalation.restarted(at, escalates=True)
        return self.changed(submitted=replace(self.submitted, consent_records=(*ledger, entry)), escalation=escalation)

    def consents_to(self, consent: str) -> bool:
        """Returns whether a consent is in force. Every consent requires the consent to contact.

        The consent to contact includes "email" until the person revokes "email".
        """
        latest = {record.consent: record.given for record in self.submitted.consent_records}
        return latest.get("contact", False) and latest.get(consent, consent == "email")

    @property
    def door(self) -> str:
        return DOORS.get(self.source, FORM)

    @property
    def tier(self) -> str:
        return self.work.staff_tier or self.assessment.triage.tier

    def response(self, tiers: Mapping[str, Tier]) -> Response:
        return tiers[self.tier].response(safety_rule=bool(self.assessment.triage.safety_rules))

    def ladder(self, tiers: Mapping[str, Tier], hours: OpeningHours) -> Ladder:
        """Returns the escalation levels of the lead.

        Suspected bots and canaries have only level 1, so that bots cannot hide alerts about people.
        If the consent to contact is revoked, a safety tier alerts a clinician and other tiers alert nobody.
        """
        steps = self.response(tiers).ladder
        if self.contact_revoked:
            steps = TO_CLINICIAN if tiers[self.tier].safety else ()
        once = self.assessment.suspicion.suspect or self.source == CANARY
        return Ladder(steps[:1] if once else steps, hours)

    @property
    def owned_since(self) -> datetime | None:
        since = self.work.acknowledged_at
        undone = {entry.undo_of for entry in self.history}
        passed_on = (entry for entry in self.history if entry.action in PASSED_ON and entry.version not in undone)
        return max([since, *(entry.at for entry in passed_on)]) if since else None

    @property
    def needs_someone(self) -> bool:
        status = self.work.status
        return self.source != CANARY and (
            status == "acknowledged" or (status == "new" and self.escalation.alert_due > 0)
        )

    @property
    def sent_more(self) -> bool:
        """True if the visitor sent something that staff have not acted on.

        Answers to the questions after Send count only if staff had acted on the lead before.
        """
        last = next((entry for entry in reversed(self.history) if entry.action != RELEASED), None)
        if last is None or last.action not in VISITOR_ACTIONS:
            return False
        return last.action != ADDED or any(entry.by != SYSTEM for entry in self.history)

    @property
    def receipt(self) -> Receipt:
        found = self.assessment
        return Receipt(self.reference, found.disposition, found.messages_shown, found.received_at)

    def level_due(self, ladder: Ladder, at: datetime) -> int | None:
        return ladder.level_due(self.escalation, at, claimed_before=self.version > 1)

    def claimed(self, level: int, at: datetime) -> Lead:
        return self.changed(escalation=self.escalation.claimed(level, at))

    def alerted(self, level: int, ladder: Ladder, at: datetime, to: str = "") -> Lead:
        return self.changed(escalation=self.escalation.delivered(level, ladder, at, to))


def first_escalation(tier: Tier, at: datetime, hours: OpeningHours, *, waits: bool = False) -> Escalation:
    """Returns the escalation of a lead that arrived at `at`.

    waits: whether to give the visitor RETURN_WITHIN to finish the form before staff are alerted.
    """
    fresh = Escalation(
        deadline=tier.deadline.after(at, hours) if tier.deadline else None,
        tier_rank=tier.rank,
        started_at=at,
        alert_due=0,
        alert_delivered=0,
        next_at=None,
    )
    return fresh.restarted(at, escalates=tier.escalates, first_look=at + RETURN_WITHIN if waits else at)


def _consent_records(ledger: tuple[ConsentRecord, ...], consent: str) -> list[ConsentRecord]:
    """Returns the ledger entries for a consent. If "email" has no entries, the entries of "contact" apply."""
    own = [record for record in ledger if record.consent == consent]
    if own or consent != "email":
        return own
    return [email_part(record) for record in ledger if record.consent == "contact"]


def _submitted(
    submission: Submission, contact: Contact, rule_set: RuleSet, arrival: Arrival, person_key: str
) -> Submitted:
    questionnaire = rule_set.questionnaire
    return Submitted(
        answers=submission.answers,
        contact=contact,
        content_hash=submission.content_hash(),
        questionnaire=submission.questionnaire.id,
        questionnaire_version=submission.questionnaire.version,
        language=questionnaire.language,
        attribution=submission.attribution.model_dump(exclude_none=True) if submission.attribution else {},
        complete=submission.complete,
        consent_records=consent_records(
            submission, contact, questionnaire, arrival.visit, arrival.at, arrival.consented_elsewhere
        ),
        phone_key=phone_key(contact.phone, person_key),
        email_key=email_key(contact.email, person_key),
    )


def _answered(submission: Submission, rule_set: RuleSet) -> bool:
    questions = rule_set.questionnaire.questions
    return any(code in questions and questions[code].type != "text" for code in submission.answers)
