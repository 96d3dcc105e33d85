"""A lead: a stored submission with its assessment, the alerts it still needs, and what staff have done with it.

Each change gives the next version; the table replaces a lead only while the stored version is the one that was read.
Values that move together are nested: what the visitor submitted, what the rules made of it, how far
its alerts have got, and the state of work.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from shared.domain.intake.submission import Contact, Submission
from shared.domain.intake.suspicion import Sign, Suspicion, red_flag, suspicion
from shared.domain.leads.consent import ConsentRecord, Visit, consent_records, revocation
from shared.domain.leads.escalation import Escalation, Ladder
from shared.domain.leads.history import RETURNED, HistoryEntry, WorkState
from shared.domain.leads.person import email_key, phone_key
from shared.domain.model import Stored
from shared.domain.opening_hours import OpeningHours
from shared.domain.rules.advice import ShownMessage
from shared.domain.rules.shadow import Shadow
from shared.domain.rules.triage import Response, RuleSet, Tier, TriageResult

RETURN_WITHIN = timedelta(minutes=10)  # how long an unfinished form may be finished before staff are alerted
FORM = "form"
PLAIN_FORM = "plain-form"
CANARY = "canary"  # the source of a lead that only shows that delivery works: nobody sees, takes or counts it
CROCKFORD = "0123456789" + "ABCDEFGHJKMNPQRSTVWXYZ"


def reference_of(lead_id: UUID) -> str:
    """Ten characters to read out on the phone (50 bits of a hash of the id, Crockford base 32: no I, L, O or U)."""
    number = int.from_bytes(hashlib.sha256(lead_id.bytes).digest()[:7]) >> 6
    text = "".join(CROCKFORD[number >> bits & 31] for bits in range(45, -1, -5))
    return f"{text[:5]}-{text[5:]}"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the visitor is shown. Never the tier, the score or the rules."""

    reference: str | None
    disposition: str
    messages: tuple[ShownMessage, ...]
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Arrival:
    """How and when a submission came in.

    `source`: the door it came through. `consented_elsewhere`: who else showed the consent text. `tries_spool`: a canary
    that shows that the spool works.
    """

    at: datetime
    visit: Visit
    signs: frozenset[Sign]
    source: str = FORM
    consented_elsewhere: str = ""
    tries_spool: bool = False


@dataclass(frozen=True, slots=True)
class EarlierAnswers:
    """What a visitor submitted before coming back, and its triage. `content_hash`: "" where it was not kept."""

    received_at: datetime
    answers: dict[str, int | str | list[str]]
    triage: TriageResult
    content_hash: str = ""


@dataclass(frozen=True, slots=True)
class Submitted:
    """What the visitor said of themselves.

    `content_hash`: of the submission, to tell a repeat from other content; "" once the answers are removed.
    `complete`: False while the visitor may still come back to finish. `consent_records`: the ledger, oldest first.
    `phone_key`, `email_key`: keyed hashes, by which the same person is found again; "" for none.
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
    """What the rules made of the answers that count.

    `received_at`: when those answers came in. `red_flag`: an answer, not merely a missing one, calls for a person now.
    `shadow`: what the candidate rules would have said.
    """

    received_at: datetime
    triage: TriageResult
    disposition: str
    messages_shown: tuple[ShownMessage, ...]
    suspicion: Suspicion
    red_flag: bool = False
    shadow: Shadow | None = None


class Lead(Stored):
    """One lead as it is stored. Times are UTC. A new field needs a default, so that older leads stay readable.

    `source`: the door it came through. `earlier`: what was submitted before the visitor came back, newest last.
    `answers_removed_at`: when the answers had been kept long enough.
    """

    lead_id: UUID
    version: int
    reference: str
    source: str
    submitted: Submitted
    assessment: Assessment
    escalation: Escalation
    work: WorkState = WorkState()
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
        shadow: Shadow | None = None,
    ) -> Lead:
        """The first version.

        Its first alert is due at once, unless the tier does not escalate, or the visitor may still finish the form and
        no red flag fired.
        """
        tier, at = rule_set.tiers[result.tier], arrival.at
        flagged = red_flag(rule_set, result)
        answered = _answered(submission, rule_set)
        return cls(
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
        )

    def changed(
        self,
        *,
        submitted: Submitted | None = None,
        assessment: Assessment | None = None,
        escalation: Escalation | None = None,
        work: WorkState | None = None,
        history: tuple[HistoryEntry, ...] | None = None,
        earlier: tuple[EarlierAnswers, ...] | None = None,
        answers_removed_at: datetime | None = None,
    ) -> Lead:
        """The next version, with these parts in place of its own."""
        return Lead(
            lead_id=self.lead_id,
            version=self.version + 1,
            reference=self.reference,
            source=self.source,
            submitted=submitted or self.submitted,
            assessment=assessment or self.assessment,
            escalation=escalation or self.escalation,
            work=work or self.work,
            history=self.history if history is None else history,
            earlier=self.earlier if earlier is None else earlier,
            answers_removed_at=answers_removed_at or self.answers_removed_at,
        )

    def as_separate(self) -> Lead:
        """The same under an id of its own, where other content has its id: staff see both, beside each other."""
        lead_id = uuid5(self.lead_id, self.submitted.content_hash)
        return self.model_copy(update={"lead_id": lead_id, "reference": reference_of(lead_id)})

    def revoked_after(self, at: datetime) -> bool:
        """Whether the person withdrew the consent to contact after that."""
        latest = [record for record in self.submitted.consent_records if record.consent == "contact"][-1:]
        return any(not record.given and record.at > at for record in latest)

    def revoked(self, consent: str, how: str, at: datetime) -> Lead:
        """One more entry in the ledger: the person withdrew a consent. The same lead when it was not given.

        `how`: the person's words, or the way in which they said so.
        """
        ledger = self.submitted.consent_records
        given = [record for record in ledger if record.consent == consent]
        if not given or not given[-1].given:
            return self
        entry = revocation(given[-1], how, at, ledger[-1].hash)
        return self.changed(submitted=replace(self.submitted, consent_records=(*ledger, entry)))

    def consents_to(self, consent: str) -> bool:
        """What the latest entry of the ledger says."""
        latest = [record.given for record in self.submitted.consent_records if record.consent == consent]
        return bool(latest) and latest[-1]

    @property
    def tier(self) -> str:
        """The one that counts: as staff set it, or as the rules say."""
        return self.work.staff_tier or self.assessment.triage.tier

    def response(self, tiers: Mapping[str, Tier]) -> Response:
        """What the clinic does about this lead."""
        return tiers[self.tier].response(safety_rule=bool(self.assessment.triage.safety_rules))

    def ladder(self, tiers: Mapping[str, Tier], hours: OpeningHours) -> Ladder:
        """A suspect is alerted once and does not escalate: a flood of them must not hold up, or hide, a person's
        escalation. Nor does a canary."""
        steps = self.response(tiers).ladder
        once = self.assessment.suspicion.suspect or self.source == CANARY
        return Ladder(steps[:1] if once else steps, hours)

    @property
    def needs_someone(self) -> bool:
        """Whether it is on the open worklist: somebody has it, or nobody yet and its tier asks for somebody."""
        status = self.work.status
        return self.source != CANARY and (
            status == "acknowledged" or (status == "new" and self.escalation.alert_due > 0)
        )

    @property
    def sent_more(self) -> bool:
        """The visitor came back, and nobody of staff has done anything about it since."""
        return bool(self.history) and self.history[-1].action == RETURNED

    @property
    def receipt(self) -> Receipt:
        found = self.assessment
        return Receipt(self.reference, found.disposition, found.messages_shown, found.received_at)

    def level_due(self, ladder: Ladder, at: datetime) -> int | None:
        """The escalation level to alert staff of now; None when none is due, or somebody is at it."""
        return ladder.level_due(self.escalation, at, claimed_before=self.version > 1)

    def claimed(self, level: int, at: datetime) -> Lead:
        """Held by one alerter for a while."""
        return self.changed(escalation=self.escalation.claimed(level, at))

    def alerted(self, level: int, ladder: Ladder) -> Lead:
        """Staff were alerted of this level."""
        return self.changed(escalation=self.escalation.delivered(level, ladder))


def first_escalation(tier: Tier, at: datetime, hours: OpeningHours, *, waits: bool = False) -> Escalation:
    """Of a lead that came in then. `waits`: the visitor may still finish the form, so nobody is alerted yet."""
    fresh = Escalation(
        deadline=tier.deadline.after(at, hours) if tier.deadline else None,
        tier_rank=tier.rank,
        started_at=at,
        alert_due=0,
        alert_delivered=0,
        next_at=None,
    )
    return fresh.restarted(at, escalates=tier.escalates, first_look=at + RETURN_WITHIN if waits else at)


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
    """Whether any question was answered, texts aside."""
    questions = rule_set.questionnaire.questions
    return any(code in questions and questions[code].type != "text" for code in submission.answers)
