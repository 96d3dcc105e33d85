"""Answers are checked before anything is sent: page by page, with or without JavaScript. Stores nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shared.domain.errors import FieldProblem, InvalidInput, ScoringFailed
from shared.domain.intake.filled_form import WHOLE, FilledForm, FormView
from shared.domain.intake.submission import Screening
from shared.domain.rules.advice import ShownMessage, advice
from shared.domain.rules.questionnaire import Answers
from shared.domain.rules.triage import RuleSet, TriageResult
from shared.usecases.ports import RuleSets
from shared.usecases.rules import EMERGENCY, rule_set_for, score

CONTINUE = "continue"


@dataclass(frozen=True, slots=True)
class Screened:
    """`messages` are empty while the form can go on without a word."""

    disposition: str
    minor: bool
    messages: tuple[ShownMessage, ...]


def screen_answers(screening: Screening, rule_sets: RuleSets, language: str = "") -> Screened:
    """Whether the answers so far call for emergency advice at once, in that language where there is a translation.

    Stores nothing. Raises InvalidInput, or ScoringFailed when the answers cannot be checked.
    """
    rule_set = rule_set_for(rule_sets, screening.questionnaire.id, language)
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
    if screened.minor and not form.first("minor_notice_shown"):
        return FormView(form, "minor", form.step, messages=screened.messages)
    return FormView(form, "page", form.next_step)


def mend_form(form: FilledForm, problems: tuple[FieldProblem, ...], rule_sets: RuleSets) -> FormView:
    """What a visitor without JavaScript sees when a form cannot be sent as it is: nothing typed is lost, and an
    emergency is never hidden behind a mistyped phone number."""
    screened = _screen_form(form, rule_sets, texts=True)
    if screened.disposition == EMERGENCY:
        return FormView(form, "emergency", form.step or WHOLE, problems, screened.messages)
    return FormView(form, "page", form.page_of(problems), problems)


def _screen(rule_set: RuleSet, answers: Answers, version: str, page: str) -> Screened:
    result = score(rule_set, answers, version, page)
    emergency = rule_set.tiers[result.tier].disposition == EMERGENCY
    if result.failed and not emergency:
        if problems := rule_set.questionnaire.problems(answers):  # of another version: no failure of ours
            raise InvalidInput(problems)
        raise ScoringFailed
    ids = result.messages if emergency else (*_age_notice(rule_set, result), rule_set.net) if result.minor else ()
    shown = advice(rule_set, ids, clinic_open=True, will_call=False)
    return Screened(EMERGENCY if emergency else CONTINUE, result.minor, shown)


def _screen_form(form: FilledForm, rule_sets: RuleSets, *, texts: bool = False) -> Screened:
    """A form in pages goes on when its answers cannot be checked now: every page carries the advice, and the rules
    score them again when it is sent."""
    questionnaire = form.questionnaire
    rule_set = rule_set_for(rule_sets, questionnaire.id, questionnaire.language)
    page = form.step if form.step in questionnaire.page_ids else questionnaire.page_ids[-1]
    try:
        return _screen(rule_set, form.answers_to_screen(texts=texts), questionnaire.version, page)
    except ScoringFailed:
        return Screened(CONTINUE, form.minor, ())


def _free_text(rule_set: RuleSet, answers: Answers) -> Iterable[FieldProblem]:
    for code in answers:
        question = rule_set.questionnaire.questions.get(code)
        if question is not None and question.type == "text":
            yield FieldProblem(f"/answers/{code}", "Free text is not accepted here.")


def _age_notice(rule_set: RuleSet, result: TriageResult) -> tuple[str, ...]:
    fired = {rule.id for rule in result.not_fit_rules}
    return tuple(rule.message for rule in rule_set.not_fit if rule.id in fired)[:1]
