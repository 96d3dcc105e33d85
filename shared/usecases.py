"""Everything the service does, one function each. What a use case needs from outside it states as a Protocol."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, TypeVar
from uuid import UUID

from shared.domain.ad_lead import AdLead
from shared.domain.advice import ShownMessage, advice
from shared.domain.alert import Alert, alert_for
from shared.domain.consent import Revocation
from shared.domain.errors import (
    FieldProblem,
    Forbidden,
    InvalidInput,
    LeadChanged,
    NotFound,
    StoreUnavailable,
    SubmissionConflict,
)
from shared.domain.filled_form import WHOLE, FilledForm, FormView
from shared.domain.lead import Arrival, Lead, Receipt
from shared.domain.opening_hours import OpeningHours
from shared.domain.questionnaire import Answers
from shared.domain.shadow import shadow
from shared.domain.submission import QuestionnaireVersion, Screening, Submission
from shared.domain.triage import LadderStep, RuleSet, TriageResult, triage, triage_after_failure
from shared.domain.work import tier_after_return

F_co = TypeVar("F_co", covariant=True)

EMERGENCY = "seek-emergency-care"
CONTINUE = "continue"
RECEIPT_SHOWN_FOR = timedelta(hours=24)


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


class Publisher(Protocol):
    def publish(self, alert: Alert, /) -> None:
        """Hand the alert over for delivery. Raises any error of the channel."""


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
class Captured:
    """`lead`: None when nothing was stored (a minor). `created`: False when the same submission came before."""

    receipt: Receipt
    lead: Lead | None
    created: bool


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
class Swept:
    """What a sweep told staff, and the leads that it could not tell."""

    alerts: tuple[Alert, ...]
    failed: tuple[tuple[UUID, Exception], ...]


def capture_lead(submission: Submission, arrival: Arrival, intake: Intake) -> Captured:
    """Score a submission and store it as a lead, once; an unfinished one is replaced when the visitor comes back.

    Raises InvalidInput, SubmissionConflict, or StoreUnavailable.
    """
    rule_set = _rule_set(intake.rule_sets, submission.questionnaire.id, submission.language)
    result = _score(rule_set, submission.answers, submission.questionnaire.version)
    clinic_open = intake.hours.is_open(arrival.at)
    shown = advice(rule_set, result.messages, clinic_open=clinic_open, will_call=not result.minor)
    if result.minor:  # nothing identifying is stored about a minor, so nothing is stored
        disposition = rule_set.tiers[result.tier].disposition
        return Captured(
            Receipt(reference=None, disposition=disposition, messages=shown, received_at=arrival.at), None, False
        )
    contact = submission.contact
    if contact is None or submission.consents is None or not submission.consents.contact:
        raise InvalidInput(tuple(_missing(submission)))
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
    return _again(earlier, lead, rule_set, intake.leads)


def capture_ad_lead(
    ad_lead: AdLead, key: str, arrival: Arrival, intake: Intake, questionnaire_id: str
) -> Captured | None:
    """A lead form of an ad network as a lead; None for the network's test leads, which are checked and not kept.

    Raises Forbidden when the key is not ours, InvalidInput, SubmissionConflict, or StoreUnavailable.
    """
    if not key or not hmac.compare_digest(ad_lead.google_key.encode(), key.encode()):
        raise Forbidden
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

    Stores nothing. Raises InvalidInput.
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
    screened = _screen_form(form, rule_sets)
    if screened.disposition == EMERGENCY:
        return FormView(form, "emergency", form.step or WHOLE, problems, screened.messages)
    return FormView(form, "page", form.page_of(problems), problems)


def show_receipt(lead_id: UUID, leads: Leads, at: datetime) -> Lead:
    """The lead whose receipt may still be shown: for a day, since others may use the same device. Raises NotFound or
    StoreUnavailable."""
    lead = leads.get(lead_id)
    if lead is None or at - lead.received_at > RECEIPT_SHOWN_FOR:
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
    alerting.leads.replace(claimed, claimed.told(level, ladder, hours))
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


def _again(earlier: Lead, lead: Lead, rule_set: RuleSet, leads: Leads) -> Captured:
    """The id is taken: by the same content, by a finished form that this one trails, by other content (a conflict), or
    by an unfinished form, which this one continues."""
    if earlier.content_hash == lead.content_hash or (earlier.complete and not lead.complete):
        return Captured(earlier.receipt, earlier, False)
    if earlier.complete:
        raise SubmissionConflict
    later = earlier.continued_by(lead, tier_after_return(earlier, lead, rule_set.tiers))
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
    ids = result.messages if emergency else (*_age_notice(rule_set, result), rule_set.net) if result.minor else ()
    shown = advice(rule_set, ids, clinic_open=True, will_call=False)
    return Screened(EMERGENCY if emergency else CONTINUE, result.minor, shown)


def _screen_form(form: FilledForm, rule_sets: RuleSets) -> Screened:
    questionnaire = form.questionnaire
    rule_set = _rule_set(rule_sets, questionnaire.id, questionnaire.language)
    page = form.step if form.step in questionnaire.page_ids else questionnaire.page_ids[-1]
    return _screen(rule_set, form.answers_to_screen(), questionnaire.version, page)


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
    rule_set = rule_sets.of(lead.questionnaire)
    if rule_set is None:
        raise NotFound
    return lead.ladder(rule_set.tiers)
