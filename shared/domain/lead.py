"""A lead: a stored submission with its triage, and what staff have still to be told about it.

`alert_due` and `alert_delivered` are levels of the tier's ladder (1 is the first alert; 0 is none). Each change gives
the next version; the table replaces a lead only while the stored version is the one that was read. `next_at` is when to
look at the lead again: nobody tells staff of it before, so moving it on also claims the lead.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Self
from uuid import UUID, uuid5

from shared.domain.advice import ShownMessage
from shared.domain.checked import Stored
from shared.domain.consent import ConsentRecord, Visit, consent_records, revocation
from shared.domain.history import RETURNED, HistoryEntry, Standing, Status
from shared.domain.opening_hours import OpeningHours
from shared.domain.person import email_key, phone_key
from shared.domain.shadow import Shadow
from shared.domain.submission import Contact, Submission
from shared.domain.suspicion import Sign, Suspicion, red_flag, suspicion
from shared.domain.triage import LadderStep, Response, RuleSet, Tier, TriageResult
from shared.domain.value import Value

NEVER = datetime(9999, 12, 31, tzinfo=UTC)  # nothing more to say by itself, but the lead still needs someone
RETURN_WITHIN = timedelta(minutes=10)  # how long an unfinished form may be finished before staff are told of it
FORM = "form"
PLAIN_FORM = "plain-form"
CANARY = "canary"  # the source of a lead that only shows that delivery works: nobody sees, takes or counts it
CLOCKS_DIFFER = timedelta(seconds=2)  # between two machines; without it a lead just stored can look not yet due
CLAIM_LASTS = timedelta(seconds=30)  # longer than telling one lead can take, with every call at its time limit
CROCKFORD = "0123456789" + "ABCDEFGHJKMNPQRSTVWXYZ"


def reference_of(lead_id: UUID) -> str:
    """Ten characters to read out on the phone (50 bits of a hash of the id, Crockford base 32: no I, L, O or U)."""
    number = int.from_bytes(hashlib.sha256(lead_id.bytes).digest()[:7]) >> 6
    text = "".join(CROCKFORD[number >> bits & 31] for bits in range(45, -1, -5))
    return f"{text[:5]}-{text[5:]}"


class Receipt(Stored):
    """What the visitor is told. Never the tier, the score or the rules."""

    reference: str | None
    disposition: str
    messages: tuple[ShownMessage, ...]
    received_at: datetime


class Arrival(Value):
    """How and when a submission came in. `tries_spool`: a canary that shows that the spool works."""

    at: datetime
    visit: Visit
    signs: frozenset[Sign]
    source: str = FORM
    consented_elsewhere: str = ""
    tries_spool: bool = False


class EarlierAnswers(Stored):
    """What a visitor sent before coming back, and what the rules made of it. `content_hash`: of what was sent; "" where
    it was not kept."""

    received_at: datetime
    answers: dict[str, int | str | list[str]]
    triage: TriageResult
    content_hash: str = ""


class Lead(Stored):
    """Times are UTC. A new field needs a default, so that older leads stay readable.

    `complete`: False while the visitor may still come back to finish. `source`: the door it came through.
    `consent_records`: the ledger, oldest first. `earlier`: what was sent before the visitor came back, newest last.
    `red_flag`: an answer, not merely a missing one, calls for a person now.
    `staff_tier`: as staff set it; "" while the rules' tier counts. `ladder_from`: when its ladder began, where that
    is not when the answers came. `phone_key`, `email_key`: keyed hashes. `owner`: the member of staff who has it.
    `answers_removed_at`: when they had been kept long enough.
    """

    lead_id: UUID
    version: int
    reference: str
    content_hash: str
    received_at: datetime
    questionnaire: str
    questionnaire_version: str
    answers: dict[str, int | str | list[str]]
    contact: Contact
    attribution: dict[str, str]
    triage: TriageResult
    disposition: str
    messages_shown: tuple[ShownMessage, ...]
    deadline: datetime | None
    alert_due: int
    alert_delivered: int
    next_at: datetime | None
    language: str = "en"
    source: str = FORM
    complete: bool = True
    red_flag: bool = False
    earlier: tuple[EarlierAnswers, ...] = ()
    consent_records: tuple[ConsentRecord, ...] = ()
    suspicion: Suspicion = Suspicion()
    shadow: Shadow | None = None
    status: Status = "new"
    owner: str = ""
    owner_name: str = ""
    acknowledged_at: datetime | None = None
    closed_reason: str = ""
    closed_at: datetime | None = None
    staff_tier: str = ""
    attempts: int = 0
    history: tuple[HistoryEntry, ...] = ()
    ladder_from: datetime | None = None
    phone_key: str = ""
    email_key: str = ""
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
    ) -> Self:
        """The first version. Its first alert is due at once, unless the tier has no ladder, or the visitor may still
        finish the form and no red flag fired."""
        tier, at = rule_set.tiers[result.tier], arrival.at
        flagged = red_flag(rule_set, result)
        first_look = at if submission.complete or flagged else at + RETURN_WITHIN
        return cls(
            lead_id=submission.submission_id,
            version=1,
            reference=reference_of(submission.submission_id),
            content_hash=submission.content_hash(),
            received_at=at,
            questionnaire=submission.questionnaire.id,
            questionnaire_version=submission.questionnaire.version,
            answers=submission.answers,
            contact=contact,
            attribution=submission.attribution.model_dump(exclude_none=True) if submission.attribution else {},
            triage=result,
            disposition=tier.disposition,
            messages_shown=shown,
            deadline=tier.deadline.after(at, hours) if tier.deadline else None,
            alert_due=1 if tier.climbs else 0,
            alert_delivered=0,
            next_at=first_look if tier.climbs else None,
            language=rule_set.questionnaire.language,
            source=arrival.source,
            complete=submission.complete,
            consent_records=consent_records(
                submission, contact, rule_set.questionnaire, arrival.visit, at, arrival.consented_elsewhere
            ),
            suspicion=suspicion(arrival.signs, flagged=flagged, answered=_answered(submission, rule_set)),
            red_flag=flagged,
            shadow=shadow,
            phone_key=phone_key(contact.phone, person_key),
            email_key=email_key(contact.email, person_key),
        )

    def set_aside(self) -> Self:
        """The same under an id of its own, where other content has its id: staff see both, beside each other."""
        lead_id = uuid5(self.lead_id, self.content_hash)
        return self.replaced(lead_id=lead_id, reference=reference_of(lead_id))

    def revoked_after(self, at: datetime) -> bool:
        """Whether the person took back the consent to contact after that."""
        latest = [record for record in self.consent_records if record.consent == "contact"][-1:]
        return any(not record.given and record.at > at for record in latest)

    def revoked(self, consent: str, how: str, at: datetime) -> Self:
        """One more entry in the ledger: the person took a consent back. The same lead when it was not given.

        `how`: the person's words, or the way in which they said so.
        """
        given = [record for record in self.consent_records if record.consent == consent]
        if not given or not given[-1].given:
            return self
        entry = revocation(given[-1], how, at, self.consent_records[-1].hash)
        return self._next(consent_records=(*self.consent_records, entry))

    def consents_to(self, consent: str) -> bool:
        """What the latest entry of the ledger says."""
        latest = [record.given for record in self.consent_records if record.consent == consent]
        return bool(latest) and latest[-1]

    @property
    def tier(self) -> str:
        """The one that counts: as staff set it, or as the rules say."""
        return self.staff_tier or self.triage.tier

    def response(self, tiers: Mapping[str, Tier]) -> Response:
        """What the clinic does about this lead."""
        return tiers[self.tier].response(safety_rule=bool(self.triage.safety_rules))

    def ladder(self, tiers: Mapping[str, Tier]) -> tuple[LadderStep, ...]:
        """A suspect is told once and does not climb: a flood of them must not hold up, or hide, a person's
        escalation. Nor does a canary."""
        steps = self.response(tiers).ladder
        return steps[:1] if self.suspicion.suspect or self.source == CANARY else steps

    @property
    def standing(self) -> Standing:
        return Standing(**{name: getattr(self, name) for name in Standing.model_fields})

    @property
    def needs_someone(self) -> bool:
        """Whether it is on the open worklist: somebody has it, or nobody yet and its tier asks for somebody."""
        return self.source != CANARY and (
            self.status == "acknowledged" or (self.status == "new" and self.alert_due > 0)
        )

    @property
    def sent_more(self) -> bool:
        """The visitor came back, and nobody of staff has done anything about it since."""
        return bool(self.history) and self.history[-1].action == RETURNED

    @property
    def ladder_start(self) -> datetime:
        return self.ladder_from or self.received_at

    @property
    def receipt(self) -> Receipt:
        return Receipt(
            reference=self.reference,
            disposition=self.disposition,
            messages=self.messages_shown,
            received_at=self.received_at,
        )

    def level_due(self, ladder: tuple[LadderStep, ...], hours: OpeningHours, at: datetime) -> int | None:
        """The ladder level to tell staff now; None when there is nothing to tell, or somebody is telling it.

        Levels are told in order, also after an outage: each has its own audience, and none may be left out.
        """
        nobody_claimed_it = self.version == 1
        if self.next_at is None or at + (CLOCKS_DIFFER if nobody_claimed_it else timedelta()) < self.next_at:
            return None
        passed = [n for n, step in enumerate(ladder, start=1) if step.after.after(self.ladder_start, hours) <= at]
        due = min(max([self.alert_due, *passed]), len(ladder))
        return self.alert_delivered + 1 if due > self.alert_delivered else None

    def claimed(self, level: int, at: datetime) -> Self:
        """Held by one alerter for a while; if that one dies, the sweep finds the lead again."""
        return self._next(alert_due=level, next_at=at + CLAIM_LASTS)

    def told(self, level: int, ladder: tuple[LadderStep, ...], hours: OpeningHours) -> Self:
        """Staff have been told this level; the next look is when the next step falls due."""
        return self._next(alert_delivered=level, next_at=self.next_step(level, ladder, hours))

    def next_step(self, delivered: int, ladder: tuple[LadderStep, ...], hours: OpeningHours) -> datetime:
        """When to look at the lead again, once that many levels were told."""
        return ladder[delivered].after.after(self.ladder_start, hours) if delivered < len(ladder) else NEVER

    def worked(self, entry: HistoryEntry, **changes: object) -> Self:
        """The next version, with one more entry in its history."""
        return self._next(history=(*self.history, entry), **changes)

    def _next(self, **changes: object) -> Self:
        return self.replaced(version=self.version + 1, **changes)


def _answered(submission: Submission, rule_set: RuleSet) -> bool:
    """Whether any question was answered, texts aside."""
    questions = rule_set.questionnaire.questions
    return any(code in questions and questions[code].type != "text" for code in submission.answers)
