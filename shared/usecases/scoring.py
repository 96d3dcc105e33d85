"""The rules for a submission or a lead, and what they say of it."""

from __future__ import annotations

from shared.domain.errors import FieldProblem, InvalidInput, NotFound
from shared.domain.leads.lead import Lead
from shared.domain.rules.questionnaire import Answers
from shared.domain.rules.triage import RuleSet, TriageResult, triage, triage_after_failure
from shared.usecases.ports import RuleSets

EMERGENCY = "seek-emergency-care"


def rule_set_for(rule_sets: RuleSets, questionnaire_id: str, language: str = "") -> RuleSet:
    rule_set = rule_sets.of(questionnaire_id, language)
    if rule_set is None:
        raise InvalidInput((FieldProblem("/questionnaire/id", "There is no such questionnaire."),))
    return rule_set


def rule_set_of(lead: Lead, rule_sets: RuleSets) -> RuleSet:
    rule_set = rule_sets.of(lead.submitted.questionnaire)
    if rule_set is None:
        raise NotFound
    return rule_set


def score(rule_set: RuleSet, answers: Answers, version: str, last_page: str | None = None) -> TriageResult:
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
