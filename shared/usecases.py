"""Everything the service does, one function each. What a use case needs from outside it states as a Protocol."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any, Protocol, TypeVar
from uuid import UUID

from shared.domain.ad_lead import AdKey, AdLead
from shared.domain.advice import ShownMessage, advice
from shared.domain.alert import Alert, alert_for
from shared.domain.consent import Revocation
from shared.domain.digest import LOOKS_BACK, Digest, digest_of
from shared.domain.errors import (
    FieldProblem,
    Forbidden,
    InvalidInput,
    LeadChanged,
    NotAllowed,
    NotFound,
    ScoringFailed,
    StoreUnavailable,
    SubmissionConflict,
)
from shared.domain.export import ExportQuery, Mark, Period, person_data
from shared.domain.filled_form import WHOLE, FilledForm, FormView
from shared.domain.lead import CANARY, PLAIN_FORM, Arrival, Lead, Receipt
from shared.domain.lead_view import LeadSummary, lead_view
from shared.domain.opening_hours import OpeningHours
from shared.domain.questionnaire import Answers
from shared.domain.retention import Kept, Remainder, Retention, Stage, erased, retired
from shared.domain.shadow import shadow
from shared.domain.staff import Staff
from shared.domain.submission import QuestionnaireVersion, Screening, Submission
from shared.domain.triage import LadderStep, RuleSet, TriageResult, triage, triage_after_failure
from shared.domain.webhook import WaitingLead
from shared.domain.work import Action, WorkRules, possible, tier_after_return, work
from shared.domain.worklist import Place, Search, WorklistQuery, closed_shelves, reference_in, sought

F_co = TypeVar("F_co", covariant=True)

EMERGENCY = "seek-emergency-care"
CONTINUE = "continue"
PAGE_OF_LEADS = 100
READS_FOR_A_PAGE = 30  # an empty page may come with a cursor: filters are applied to what was read
ATTEMPTS_TO_WORK = 4
LEADS_IN_EXPORT = 100  # on a page, and then in an answer of a few hundred kilobytes
BYTES_IN_EXPORT = 1_000_000  # as stored; as FHIR three times that, and an answer may have six million
READS_FOR_EXPORT = 300
RECEIPT_SHOWN_FOR = timedelta(hours=1)


class RuleSets(Protocol):
    def of(self, questionnaire_id: str, language: str = "", /) -> RuleSet | None: ...


class Leads(Protocol):
    def add(self, lead: Lead, /) -> Lead | None:
        """Store a lead that is not there yet. Returns None, or the lead that already has this id.

        Raises StoreUnavailable.
        """

    def get(self, lead_id: UUID, /) -> Lead | None:
        """The lead as last written. Raises StoreUnavailable."""

    def replace(self, before: Lead, after: Lead, /) -> None:
        """Write `after` while `before` is still the stored version. Raises LeadChanged or StoreUnavailable."""

    def due(self, at: datetime, /) -> Iterable[UUID]:
        """Leads whose next look is due, the longest due first. Raises StoreUnavailable."""


class Worklist(Leads, Protocol):
    """The leads as staff look for them. All raise StoreUnavailable."""

    def open_shelves(self) -> tuple[str, ...]: ...

    def on_shelf(self, place: Place, limit: int, /) -> tuple[tuple[LeadSummary, ...], Place | None]:
        """Leads after that place, and where to go on."""

    def id_of(self, reference: str, /) -> UUID | None: ...

    def of_person(self, phone_key: str, email_key: str, /) -> tuple[LeadSummary, ...]:
        """Leads with that number or address, the latest first."""


class Archive(Worklist, Protocol):
    """The leads as they leave, and what is left of them. All raise StoreUnavailable."""

    def arrivals(self, period: Period, after: Mark | None, /) -> Iterable[Mark]:
        """The leads that came in then, in order, after that mark; read as far as asked for."""

    def in_stage(self, stage: Stage, until: datetime, /) -> Iterable[UUID]:
        """What entered this stage then or earlier, the oldest first."""

    def kept(self, lead_id: UUID, /) -> Kept | None:
        """The lead, or what is left of it."""

    def replace(self, before: Kept, after: Kept, /) -> None:
        """Write `after` while `before` is still the stored version. Raises LeadChanged."""

    def remove(self, kept: Kept, /) -> None:
        """Leave nothing, while that version is the stored one. Raises LeadChanged."""


class Accesses(Protocol):
    def add(self, lead_id: UUID, staff: Staff, what: str, at: datetime, /) -> None:
        """Record that this person saw the lead. Raises StoreUnavailable."""


class Publisher(Protocol):
    def publish(self, alert: Alert, /) -> None:
        """Hand the alert over for delivery. Raises any error of the channel."""


class DigestPublisher(Protocol):
    def publish(self, digest: Digest, /) -> None:
        """Hand the digest over for delivery. Raises any error of the channel."""


class WebhookReceiver(Protocol):
    def deliver(self, lead: WaitingLead, at: datetime, /) -> None:
        """Raises NotDelivered."""


class Canary(Protocol):
    def send(self) -> str:
        """Send a lead that is nobody's through the real API; gives its reference. Raises any error of the way."""

    def alerts(self) -> Iterable[str]:
        """The canaries' alerts that came out since the last look; waits a little for one."""


class Subscribers(Protocol):
    def confirmed(self) -> frozenset[str]:
        """Endpoints that get alerts. Raises any error of the channel."""


class ChallengeMaker(Protocol):
    def token(self) -> str:
        """Says when the form was drawn, signed."""

    def challenge(self, submission_id: UUID, at: datetime, /) -> dict[str, object]:
        """A proof of work for this submission."""


class Files(Protocol[F_co]):
    def get(self, name: str, /) -> F_co:
        """The file of that name. Raises NotFound."""


@dataclass(frozen=True, slots=True)
class Intake:
    """What it takes to turn a submission into a lead. `person_key`: the key of the hashes that show who came before.

    `candidate`: rules that are scored beside the others and only recorded.
    """

    rule_sets: RuleSets
    leads: Leads
    hours: OpeningHours
    person_key: str = field(repr=False)
    candidate: RuleSets | None = None


@dataclass(frozen=True, slots=True)
class Alerting:
    """What it takes to tell staff. `staff_link`: where staff open a lead; the reference is appended."""

    leads: Leads
    rule_sets: RuleSets
    publisher: Publisher
    hours: OpeningHours
    staff_link: str


@dataclass(frozen=True, slots=True)
class Practice:
    """What it takes to open and work leads."""

    leads: Worklist
    rule_sets: RuleSets
    accesses: Accesses
    hours: OpeningHours


@dataclass(frozen=True, slots=True)
class Records:
    """What it takes to export and erase leads."""

    leads: Archive
    rule_sets: RuleSets
    accesses: Accesses
    hours: OpeningHours


@dataclass(frozen=True, slots=True)
class Captured:
    """`lead`: None when nothing was stored (a minor, or an emergency without consent). `created`: False when the same
    submission came before."""

    receipt: Receipt
    lead: Lead | None
    created: bool

    @property
    def counted(self) -> Lead | None:
        """The lead, when it is new and somebody's."""
        return self.lead if self.lead and self.created and self.lead.source != CANARY else None


@dataclass(frozen=True, slots=True)
class Screened:
    """`messages` are empty while the form can go on without a word."""

    disposition: str
    minor: bool
    messages: tuple[ShownMessage, ...]

    def shown(self) -> dict[str, object]:
        """As the form gets it: plain JSON values."""
        messages = [message.model_dump() for message in self.messages]
        return {"disposition": self.disposition, "minor": self.minor, "messages": messages}


@dataclass(frozen=True, slots=True)
class WorklistPage:
    """`onward`: where the next page begins; None when this is the last."""

    leads: tuple[LeadSummary, ...]
    onward: Place | None
    at: datetime

    def shown(self) -> dict[str, object]:
        """As staff's page gets it: plain JSON values."""
        return {
            "leads": [summary.model_dump(mode="json") for summary in self.leads],
            "cursor": str(self.onward) if self.onward else None,
            "now": self.at.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Exported:
    """A page of leads, each with the present rule set of its questionnaire; `onward`: None on the last page."""

    leads: tuple[tuple[Lead, RuleSet | None], ...]
    onward: Mark | None


@dataclass(frozen=True, slots=True)
class Retired:
    """How many leads lost something in each stage, and those where that failed."""

    done: dict[Stage, int]
    failed: tuple[tuple[UUID, Exception], ...]


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep told staff, and the leads that it could not tell."""

    alerts: tuple[Alert, ...]
    failed: tuple[tuple[UUID, Exception], ...]


@dataclass(frozen=True, slots=True)
class Digesting:
    """What it takes to send a digest. `inbox`: its address."""

    leads: Worklist
    publisher: DigestPublisher
    hours: OpeningHours
    inbox: str


@dataclass(frozen=True, slots=True)
class Watch:
    """What it takes to watch the delivery. `within`: how long the canary's alert may take."""

    canary: Canary
    subscribers: Subscribers
    expected: frozenset[str]
    page_hours: OpeningHours
    within: timedelta


@dataclass(frozen=True, slots=True)
class Watched:
    """`took`: from the canary to its alert; None when none came out, and `error` may say what broke.

    `missing`: how many expected subscriptions are missing or not confirmed. `quiet`: nobody usually submits now.
    """

    took: timedelta | None
    error: str
    missing: int
    quiet: bool


def capture_lead(submission: Submission, arrival: Arrival, intake: Intake) -> Captured:
    """Score a submission and store it as a lead, once; an unfinished one is replaced when the visitor comes back.

    Raises InvalidInput, SubmissionConflict, or StoreUnavailable.
    """
    rule_set = _rule_set(intake.rule_sets, submission.questionnaire.id, submission.language)
    result = _score(rule_set, submission.answers, submission.questionnaire.version)
    if result.minor:  # nothing identifying is stored about a minor, so nothing is stored
        return _unstored(rule_set, result, arrival.at)
    contact = submission.contact
    if contact is None or submission.consents is None or not submission.consents.contact:
        if rule_set.tiers[result.tier].disposition == EMERGENCY:  # the advice first; nothing is stored without consent
            return _unstored(rule_set, result, arrival.at)
        raise InvalidInput(tuple(_missing(submission)))
    clinic_open = intake.hours.is_open(arrival.at)
    shown = advice(rule_set, result.messages, clinic_open=clinic_open, will_call=True)
    candidate = intake.candidate and intake.candidate.of(submission.questionnaire.id)
    lead = Lead.received(
        submission,
        contact.checked(),
        rule_set,
        result,
        shown,
        arrival,
        intake.hours,
        intake.person_key,
        shadow(candidate, submission.answers) if candidate else None,
    )
    earlier = intake.leads.add(lead)
    if earlier is None:
        return Captured(lead.receipt, lead, True)
    return _again(earlier, lead, intake.leads, rule_set)


def admit_ad_network(shown: AdKey, key: str) -> None:
    """Raises Forbidden when the key is not ours, or we have none."""
    if not key or not hmac.compare_digest(shown.google_key.encode(), key.encode()):
        raise Forbidden


def capture_ad_lead(ad_lead: AdLead, arrival: Arrival, intake: Intake, questionnaire_id: str) -> Captured | None:
    """A lead form of an ad network as a lead; None for the network's test leads, which are checked and not kept.

    Raises InvalidInput, SubmissionConflict, or StoreUnavailable.
    """
    questionnaire = _rule_set(intake.rule_sets, questionnaire_id).questionnaire
    submission = ad_lead.submission(QuestionnaireVersion(id=questionnaire.id, version=questionnaire.version))
    return None if ad_lead.is_test else capture_lead(submission, arrival, intake)


def issue_challenge(submission_id: UUID, guard: ChallengeMaker, at: datetime) -> dict[str, object]:
    """What a page needs to show later that a person filled in this form."""
    return {"token": guard.token(), "challenge": guard.challenge(submission_id, at)}


def revoke_consent(revocation: Revocation, leads: Leads, at: datetime) -> Lead:
    """Record that a person took a consent back; once is enough. Raises NotFound, LeadChanged or StoreUnavailable."""
    lead = leads.get(revocation.lead_id)
    if lead is None:
        raise NotFound
    after = lead.revoked(revocation.consent, revocation.how, at)
    if after is not lead:
        leads.replace(lead, after)
    return after


def screen_answers(screening: Screening, rule_sets: RuleSets, language: str = "") -> Screened:
    """Whether the answers so far call for emergency advice at once, in that language where there is a translation.

    Stores nothing. Raises InvalidInput, or ScoringFailed when the answers cannot be checked.
    """
    rule_set = _rule_set(rule_sets, screening.questionnaire.id, language)
    questionnaire = rule_set.questionnaire
    if screening.page not in questionnaire.page_ids:
        raise InvalidInput((FieldProblem("/page", "This questionnaire has no such page."),))
    if problems := tuple(_free_text(rule_set, screening.answers)):
        raise InvalidInput(problems)
    return _screen(rule_set, screening.answers, screening.questionnaire.version, screening.page)


def draw_form(form: FilledForm, rule_sets: RuleSets) -> FormView:
    """What a visitor without JavaScript sees after sending a page of the form: advice in an emergency, the page again
    where something is missing or wrong, the follow-ups that the answers made due, or the next page. Stores nothing."""
    screened = _screen_form(form, rule_sets)
    if form.asked and screened.disposition == EMERGENCY:
        return FormView(form, "emergency", form.step, messages=screened.messages)
    if form.wanted:
        return FormView(form, "page", form.wanted)
    if problems := form.problems():
        return FormView(form, "follow-ups" if form.first("follow_ups") else "page", form.step, problems)
    if form.asked and form.not_asked_yet:
        return FormView(form, "follow-ups", form.step)
    if screened.minor and not form.first("minor_told"):
        return FormView(form, "minor", form.step, messages=screened.messages)
    return FormView(form, "page", form.next_step)


def mend_form(form: FilledForm, problems: tuple[FieldProblem, ...], rule_sets: RuleSets) -> FormView:
    """What a visitor without JavaScript sees when a form cannot be sent as it is: nothing typed is lost, and an
    emergency is never hidden behind a mistyped phone number."""
    screened = _screen_form(form, rule_sets, texts=True)
    if screened.disposition == EMERGENCY:
        return FormView(form, "emergency", form.step or WHOLE, problems, screened.messages)
    return FormView(form, "page", form.page_of(problems), problems)


def show_receipt(lead_id: UUID, leads: Leads, at: datetime) -> Lead:
    """The lead whose receipt may still be shown: one sent by the plain form, within the hour, since others may use the
    same device. Raises NotFound or StoreUnavailable."""
    lead = leads.get(lead_id)
    if lead is None or lead.source != PLAIN_FORM or at - lead.received_at > RECEIPT_SHOWN_FOR:
        raise NotFound
    return lead


def show_questionnaire(questionnaire_id: str, language: str, rule_sets: RuleSets) -> RuleSet:
    """The questionnaire with its rule set, in that language where there is a translation. Raises NotFound."""
    rule_set = rule_sets.of(questionnaire_id, language)
    if rule_set is None:
        raise NotFound
    return rule_set


def home_page(language: str) -> str:
    """The name of the hosted form's page in that language."""
    return f"index.{language}.html" if language not in ("", "en") else "index.html"


def show_page(name: str, files: Files[F_co]) -> F_co:
    """A file of the hosted form. Raises NotFound."""
    return files.get(name)


def alert_staff(lead_id: UUID, alerting: Alerting, at: datetime) -> Alert | None:
    """Tell staff what the lead says is due, if anything. The only use case that publishes.

    The claim is a conditional write, so of two callers at once one publishes. If the publish or the last write fails,
    the claim lapses and the sweep tells staff again: at least once, never silence.

    Raises StoreUnavailable or an error of the publisher.
    """
    lead = alerting.leads.get(lead_id)
    if lead is None:
        return None
    hours = alerting.hours
    ladder = _ladder(lead, alerting.rule_sets)
    level = lead.level_due(ladder, hours, at)
    if level is None:
        return None
    claimed = lead.claimed(level, at)
    try:
        alerting.leads.replace(lead, claimed)
    except LeadChanged:
        return None
    alert = alert_for(lead, level, ladder[level - 1], alerting.staff_link, hours.zone)
    alerting.publisher.publish(alert)
    _record(claimed, level, ladder, alerting)
    return alert


def escalate_leads(alerting: Alerting, clock: Callable[[], datetime], until: datetime) -> Swept:
    """Tell staff everything that has fallen due: first alerts that did not get out, and the next steps of the ladders.

    One lead that cannot be told never holds up the others. Stops taking leads at `until`; the next run goes on.
    Raises StoreUnavailable when the due leads cannot be read.
    """
    alerts: list[Alert] = []
    failed: list[tuple[UUID, Exception]] = []
    for lead_id in alerting.leads.due(clock()):
        if clock() >= until:
            break
        try:
            alert = alert_staff(lead_id, alerting, clock())
        except Exception as error:  # noqa: BLE001  whatever is wrong with this lead, the next one is waiting
            failed.append((lead_id, error))
        else:
            if alert is not None:
                alerts.append(alert)
    return Swept(tuple(alerts), tuple(failed))


def list_leads(query: WorklistQuery, staff: Staff, leads: Worklist, at: datetime) -> WorklistPage:
    """A page of the worklist: what the query wants, and where to go on. Raises NotAllowed, InvalidInput or
    StoreUnavailable."""
    _must_read(staff)
    shelves = tuple(closed_shelves(at)) if query.view == "closed" else leads.open_shelves()
    place: Place | None = Place.parse(query.cursor) if query.cursor else Place(shelves[0])
    found: list[LeadSummary] = []
    for _ in range(READS_FOR_A_PAGE):
        if place is None or len(found) >= PAGE_OF_LEADS:
            break
        page, onward = leads.on_shelf(place, PAGE_OF_LEADS)
        found.extend(summary for summary in page if query.wants(summary, staff.id))
        place = onward or place.next_shelf(shelves)
    return WorklistPage(tuple(found), place, at)


def search_leads(search: Search, person_key: str, staff: Staff, leads: Worklist, at: datetime) -> WorklistPage:
    """Leads by their reference, or by the phone number or e-mail address of a person. Raises NotAllowed or
    StoreUnavailable."""
    _must_read(staff)
    looked_for = sought(search, person_key)
    lead_id = leads.id_of(looked_for.reference) if looked_for.reference else None
    lead = leads.get(lead_id) if lead_id else None
    if lead is not None:
        return WorklistPage((LeadSummary.of(lead),), None, at)
    return WorklistPage(leads.of_person(looked_for.phone_key, looked_for.email_key), None, at)


def show_lead(reference: str, staff: Staff, practice: Practice, at: datetime) -> dict[str, Any]:
    """Everything about a lead, for whoever opens it. The lead stays as it is; the access log has one entry more.

    Raises NotAllowed, NotFound or StoreUnavailable.
    """
    _must_read(staff)
    lead = _lead(reference, practice.leads)
    practice.accesses.add(lead.lead_id, staff, "opened", at)
    return _seen(lead, staff, practice, at)


def work_lead(reference: str, action: Action, staff: Staff, practice: Practice, at: datetime) -> dict[str, Any]:
    """Do something with a lead, and show it as it is then. An alert that goes out at the same moment is no conflict.

    Raises NotAllowed, InvalidInput, NotFound, AlreadyTaken, WrongState or StoreUnavailable.
    """
    _must_read(staff)
    lead = _lead(reference, practice.leads)
    practice.accesses.add(lead.lead_id, staff, action.action, at)
    after = _worked(lead, action, staff, practice, at)
    return _seen(after, staff, practice, at)


def show_rules(staff: Staff, rule_sets: Iterable[RuleSet]) -> list[dict[str, str]]:
    """Which rules are in use, and whether a physician has approved them. Raises NotAllowed."""
    _must_read(staff)
    return [
        {
            "id": rule_set.id,
            "version": rule_set.version,
            "content_hash": rule_set.content_hash,
            "approved_by": rule_set.approved_by,
            "approved_on": rule_set.approved_on,
            "questionnaire": rule_set.questionnaire.id,
            "questionnaire_version": rule_set.questionnaire.version,
            "questionnaire_approved_by": rule_set.questionnaire.approved_by,
            "questionnaire_approved_on": rule_set.questionnaire.approved_on,
        }
        for rule_set in rule_sets
    ]


def export_leads(query: ExportQuery, staff: Staff, records: Records, at: datetime) -> Exported:
    """A page of the leads of some days, in the order of arrival, each noted in the access log. A page may be empty and
    still have more after it.

    Raises NotAllowed, InvalidInput or StoreUnavailable.
    """
    _must_administer(staff)
    zone = records.hours.zone
    found: list[Lead] = []
    size, mark = 0, query.after(at, zone)
    for reads, arrival in enumerate(records.leads.arrivals(query.period(at, zone), mark)):
        if len(found) >= LEADS_IN_EXPORT or size >= BYTES_IN_EXPORT or reads >= READS_FOR_EXPORT:
            break
        mark, lead = arrival, records.leads.get(arrival.lead_id)
        if lead is not None and query.tier in (None, lead.tier):
            found.append(lead)
            size += len(lead.model_dump_json())
    else:
        mark = None
    return Exported(tuple(_taken_out(lead, staff, records, at) for lead in found), mark)


def export_lead(reference: str, staff: Staff, records: Records, at: datetime) -> Exported:
    """One lead, for the clinic's own system. Raises NotAllowed, NotFound or StoreUnavailable."""
    if not (staff.may_judge or staff.may_administer):
        raise NotAllowed("Only clinicians and administrators export a lead.")
    return Exported((_taken_out(_lead(reference, records.leads), staff, records, at),), None)


def export_person(reference: str, staff: Staff, records: Records, at: datetime) -> dict[str, Any]:
    """What is stored about the person behind a lead, for them: every lead with the same number or address, and the
    names on them, since a family may share a number.

    Raises NotAllowed, NotFound or StoreUnavailable.
    """
    _must_administer(staff)
    lead = _lead(reference, records.leads)
    same_person = records.leads.of_person(lead.phone_key, lead.email_key)
    others = [summary.reference for summary in same_person if summary.reference != lead.reference]
    leads = [lead, *(_lead(other, records.leads) for other in others)]
    return {
        "exported_at": at.isoformat(),
        "leads": [
            person_data(taken, _rule_set_of(taken, records.rule_sets), at)
            for taken, _ in (_taken_out(each, staff, records, at) for each in leads)
        ],
    }


def erase_lead(reference: str, person_key: str, staff: Staff, records: Records, at: datetime) -> Remainder:
    """Leave a tombstone and the ledger of consents with hashed contacts in the place of a lead.

    Raises NotAllowed, NotFound or StoreUnavailable.
    """
    _must_administer(staff)
    lead = _lead(reference, records.leads)
    records.accesses.add(lead.lead_id, staff, "erased", at)
    for _ in range(ATTEMPTS_TO_WORK):
        left = erased(lead, staff.id, at, person_key)
        try:
            records.leads.replace(lead, left)
        except LeadChanged:  # an alert went out, or a colleague was at it: it goes all the same
            lead = records.leads.get(lead.lead_id) or _gone()
        else:
            return left
    raise StoreUnavailable


def retire_leads(leads: Archive, retention: Retention, clock: Callable[[], datetime], until: datetime) -> Retired:
    """Let go of what has been kept long enough. Reads only what is due; one lead that fails never holds up the others.

    Stops taking leads at `until`; the next run goes on. Raises StoreUnavailable when what is due cannot be read.
    """
    done = dict.fromkeys(Stage, 0)
    failed: list[tuple[UUID, Exception]] = []
    for stage in Stage:
        for lead_id in leads.in_stage(stage, retention.began_before(stage, clock())):
            if clock() >= until:
                return Retired(done, tuple(failed))
            try:
                done[stage] += _retire(lead_id, leads, retention, clock())
            except LeadChanged:  # somebody works on it: tomorrow is early enough
                continue
            except Exception as error:  # noqa: BLE001  whatever is wrong with this lead, the next one is due too
                failed.append((lead_id, error))
    return Retired(done, tuple(failed))


def _retire(lead_id: UUID, leads: Archive, retention: Retention, at: datetime) -> bool:
    kept = leads.kept(lead_id)
    after = retired(kept, retention, at) if kept else None
    if kept is None or after is kept:  # the index was a little behind
        return False
    if after is None:
        leads.remove(kept)
    else:
        leads.replace(kept, after)
    return True


def _taken_out(lead: Lead, staff: Staff, records: Records, at: datetime) -> tuple[Lead, RuleSet | None]:
    records.accesses.add(lead.lead_id, staff, "exported", at)
    return lead, records.rule_sets.of(lead.questionnaire)


def _must_administer(staff: Staff) -> None:
    if not staff.may_administer:
        raise NotAllowed("Only an administrator does this.")


def _record(claimed: Lead, level: int, ladder: tuple[LadderStep, ...], alerting: Alerting) -> None:
    """That staff were told. Whoever wrote to the lead meanwhile is not overwritten: a note or a call changes nothing in
    what is due, and a lead that somebody took needs no record."""
    for _ in range(ATTEMPTS_TO_WORK):
        try:
            alerting.leads.replace(claimed, claimed.told(level, ladder, alerting.hours))
        except LeadChanged:
            now = alerting.leads.get(claimed.lead_id)
            if now is None or now.next_at != claimed.next_at:
                return
            claimed = now
        else:
            return


def _must_read(staff: Staff) -> None:
    if not staff.may_read:
        raise NotAllowed("Ask an administrator to put you into a group: clinician, desk or admin.")


def _lead(reference: str, leads: Worklist) -> Lead:
    written = reference_in(reference)
    lead_id = leads.id_of(written) if written else None
    lead = leads.get(lead_id) if lead_id else None
    if lead is None:
        raise NotFound
    return lead


def _worked(lead: Lead, action: Action, staff: Staff, practice: Practice, at: datetime) -> Lead:
    rules = _work_rules(lead, practice)
    for _ in range(ATTEMPTS_TO_WORK):
        after = work(lead, action, staff, at, rules)
        if after is lead:
            return lead
        try:
            practice.leads.replace(lead, after)
        except LeadChanged:
            lead = practice.leads.get(lead.lead_id) or _gone()
        else:
            return after
    raise StoreUnavailable


def _gone() -> Lead:
    raise NotFound


def _work_rules(lead: Lead, practice: Practice) -> WorkRules:
    rule_set = _rule_set_of(lead, practice.rule_sets)
    return WorkRules(rule_set.tiers, practice.hours)


def _seen(lead: Lead, staff: Staff, practice: Practice, at: datetime) -> dict[str, Any]:
    same_person = practice.leads.of_person(lead.phone_key, lead.email_key)
    others = [summary for summary in same_person if summary.reference != lead.reference]
    actions = possible(lead, staff, at, _work_rules(lead, practice))
    return lead_view(lead, _rule_set_of(lead, practice.rule_sets), others, actions, at)


def send_digest(digesting: Digesting, at: datetime) -> Digest | None:
    """Tell the manager how many leads wait and how quickly they were taken; nothing on a day without office hours.

    Raises StoreUnavailable or an error of the publisher.
    """
    if digesting.hours.on(at.astimezone(digesting.hours.zone).date()) is None:
        return None
    since, leads = at - LOOKS_BACK, digesting.leads
    oldest = next(closed_shelves(since))
    months = takewhile(lambda shelf: shelf >= oldest, closed_shelves(at))
    digest = digest_of(
        [lead for shelf in leads.open_shelves() for lead in _on_shelf(leads, shelf)],
        [lead for shelf in months for lead in takewhile(lambda lead: _done(lead) > since, _on_shelf(leads, shelf))],
        at,
        digesting.inbox,
    )
    digesting.publisher.publish(digest)
    return digest


def deliver_webhook(lead: WaitingLead, receiver: WebhookReceiver, at: datetime) -> None:
    """Tell a pager or a CRM that a lead is waiting. Raises NotDelivered; the same again later is safe."""
    receiver.deliver(lead, at)


def watch_delivery(watch: Watch, clock: Callable[[], datetime]) -> Watched:
    """Send a canary through the whole path and wait for its alert; look whether everyone is subscribed who should be.

    Whatever fails is what is watched for, so it is part of the answer and never an error.
    """
    began, took, error = clock(), None, ""
    try:
        reference = watch.canary.send()
        while took is None and clock() - began < watch.within:
            if any(reference in alert for alert in watch.canary.alerts()):
                took = clock() - began
    except Exception as failure:  # noqa: BLE001  any break of the path is a canary that did not come out
        error = type(failure).__name__
    try:
        missing = len(watch.expected - watch.subscribers.confirmed())
    except Exception as failure:  # noqa: BLE001  who cannot be seen to be subscribed is missing
        missing, error = max(1, len(watch.expected)), error or type(failure).__name__
    return Watched(took, error, missing, not watch.page_hours.is_open(began))


def _on_shelf(leads: Worklist, shelf: str) -> Iterator[LeadSummary]:
    place: Place | None = Place(shelf)
    while place is not None:
        page, place = leads.on_shelf(place, PAGE_OF_LEADS)
        yield from page


def _done(lead: LeadSummary) -> datetime:
    """Its place on the shelf of done leads."""
    return lead.closed_at or lead.received_at


def _unstored(rule_set: RuleSet, result: TriageResult, at: datetime) -> Captured:
    """The advice alone: nobody can call."""
    shown = advice(rule_set, result.messages, clinic_open=False, will_call=False)
    disposition = rule_set.tiers[result.tier].disposition
    return Captured(Receipt(reference=None, disposition=disposition, messages=shown, received_at=at), None, False)


def _again(earlier: Lead, lead: Lead, leads: Leads, rule_set: RuleSet) -> Captured:
    """The id is taken: by the same content, by a finished form that this one trails, by other content (a conflict), or
    by an unfinished form, which this one continues."""
    if earlier.content_hash == lead.content_hash or (earlier.complete and not lead.complete):
        return Captured(earlier.receipt, earlier, False)
    if earlier.complete:
        raise SubmissionConflict
    later = earlier.continued_by(lead, rule_set.tiers, tier_after_return(earlier, lead, rule_set.tiers))
    try:
        leads.replace(earlier, later)
    except LeadChanged as error:  # staff or another tab got in between: the page sends again
        raise StoreUnavailable from error
    return Captured(later.receipt, later, False)


def _rule_set(rule_sets: RuleSets, questionnaire_id: str, language: str = "") -> RuleSet:
    rule_set = rule_sets.of(questionnaire_id, language)
    if rule_set is None:
        raise InvalidInput((FieldProblem("/questionnaire/id", "There is no such questionnaire."),))
    return rule_set


def _score(rule_set: RuleSet, answers: Answers, version: str, last_page: str | None = None) -> TriageResult:
    """A page that shows another version may send answers this one does not know: those are no reason to turn a patient
    away, they are scored as a failure of scoring (OPS-03)."""
    problems = rule_set.questionnaire.problems(answers)
    if problems and version == rule_set.questionnaire.version:
        raise InvalidInput(problems)
    if problems:
        return triage_after_failure(rule_set, answers, last_page)
    try:
        return triage(rule_set, answers, last_page)
    except Exception:  # noqa: BLE001  any defect in scoring must end with a person reading the lead
        return triage_after_failure(rule_set, answers, last_page)


def _screen(rule_set: RuleSet, answers: Answers, version: str, page: str) -> Screened:
    result = _score(rule_set, answers, version, page)
    emergency = rule_set.tiers[result.tier].disposition == EMERGENCY
    if result.failed and not emergency:
        raise ScoringFailed
    ids = result.messages if emergency else (*_age_notice(rule_set, result), rule_set.net) if result.minor else ()
    shown = advice(rule_set, ids, clinic_open=True, will_call=False)
    return Screened(EMERGENCY if emergency else CONTINUE, result.minor, shown)


def _screen_form(form: FilledForm, rule_sets: RuleSets, *, texts: bool = False) -> Screened:
    """A form in pages goes on when its answers cannot be checked now: every page carries the advice, and the rules
    score them again when it is sent."""
    questionnaire = form.questionnaire
    rule_set = _rule_set(rule_sets, questionnaire.id, questionnaire.language)
    page = form.step if form.step in questionnaire.page_ids else questionnaire.page_ids[-1]
    try:
        return _screen(rule_set, form.answers_to_screen(texts=texts), questionnaire.version, page)
    except ScoringFailed:
        return Screened(CONTINUE, form.minor, ())


def _missing(submission: Submission) -> Iterable[FieldProblem]:
    if submission.contact is None:
        yield FieldProblem("/contact", "Give a phone number or an e-mail address.")
    if submission.consents is None or not submission.consents.contact:
        yield FieldProblem("/consents/contact", "Tick this box so that we may contact you.")


def _free_text(rule_set: RuleSet, answers: Answers) -> Iterable[FieldProblem]:
    for code in answers:
        question = rule_set.questionnaire.questions.get(code)
        if question is not None and question.type == "text":
            yield FieldProblem(f"/answers/{code}", "Free text is not taken here.")


def _age_notice(rule_set: RuleSet, result: TriageResult) -> tuple[str, ...]:
    fired = {rule.id for rule in result.not_fit_rules}
    return tuple(rule.message for rule in rule_set.not_fit if rule.id in fired)[:1]


def _ladder(lead: Lead, rule_sets: RuleSets) -> tuple[LadderStep, ...]:
    return lead.ladder(_rule_set_of(lead, rule_sets).tiers)


def _rule_set_of(lead: Lead, rule_sets: RuleSets) -> RuleSet:
    rule_set = rule_sets.of(lead.questionnaire)
    if rule_set is None:
        raise NotFound
    return rule_set
