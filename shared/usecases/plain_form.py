"""Chooses the next page of the plain form for visitors without JavaScript. Stores nothing."""

from __future__ import annotations

from shared.domain.errors import FieldProblem, ScoringFailed
from shared.domain.intake.filled_form import WHOLE, CheckContact, FilledForm
from shared.domain.intake.form_view import FormView
from shared.domain.rules.triage import SEEK_EMERGENCY_CARE
from shared.usecases.ports import RuleSets
from shared.usecases.scoring import rule_set_for
from shared.usecases.screening import CONTINUE, Screened, screen

ASKED_BESIDE_ADVICE = ("/contact/phone", "/consents/contact")


def draw_form(form: FilledForm, rule_sets: RuleSets, check_contact: CheckContact) -> FormView:
    """Returns the view that the visitor sees after sending a page of the plain form.

    Emergency advice comes before everything else, and the page of the pressed button before errors.

    check_contact: returns the problems with contact details.
    """
    last = form.questionnaire.page_ids[-1]
    screened = _screen_form(form, rule_sets, texts=form.step == last and not form.wanted)
    if form.asked and screened.disposition == SEEK_EMERGENCY_CARE:
        return FormView(form, "emergency", form.step, messages=screened.messages)
    if form.wanted:
        return FormView(form, "page", form.wanted)
    if problems := form.problems(check_contact):
        return FormView(form, "follow-ups" if form.first("follow_ups") else "page", form.step, problems)
    if form.asked and form.not_asked_yet:
        return FormView(form, "follow-ups", form.step)
    if screened.minor and not form.first("minor_notice_shown"):
        return FormView(form, "minor", form.step, messages=screened.messages)
    if form.first("checking") or form.step == last:
        incomplete = form.incomplete_page(check_contact)
        return FormView(form, "page", incomplete) if incomplete else FormView(form, "check", last)
    return FormView(form, "page", form.next_step)


def redraw_form(form: FilledForm, problems: tuple[FieldProblem, ...], rule_sets: RuleSets) -> FormView:
    """Returns the view that the visitor sees if the finished form is invalid.

    On the first page with emergency advice, shows only the problems with fields of that page.
    """
    screened = _screen_form(form, rule_sets, texts=True)
    if screened.disposition == SEEK_EMERGENCY_CARE:
        if not form.in_emergency:
            problems = tuple(problem for problem in problems if problem.pointer in ASKED_BESIDE_ADVICE)
        return FormView(form, "emergency", form.step or WHOLE, problems, screened.messages)
    return FormView(form, "page", form.page_of(problems), problems)


def _screen_form(form: FilledForm, rule_sets: RuleSets, *, texts: bool) -> Screened:
    """Screens the answers of a plain form for emergencies.

    If scoring fails, the form continues, because every page shows general emergency advice.
    """
    questionnaire = form.questionnaire
    rule_set = rule_set_for(rule_sets, questionnaire.id, questionnaire.language)
    page = form.step if form.step in questionnaire.page_ids else questionnaire.page_ids[0 if form.asks_for_call else -1]
    try:
        return screen(rule_set, form.answers_to_screen(texts=texts), questionnaire.version, page)
    except ScoringFailed:
        return Screened(CONTINUE, form.minor, ())
