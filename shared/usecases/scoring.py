"""Chooses the rule set for a submission or a lead, and scores answers with a rule set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.domain.errors import FieldProblem, InvalidInput, NotFound
from shared.domain.rules.condition import FORM
from shared.domain.rules.questionnaire import Answers
from shared.domain.rules.triage import RuleSet, TriageResult, triage, triage_after_failure
from shared.usecases.ports import RuleSets

if TYPE_CHECKING:
    from shared.domain.leads.lead import Lead


def rule_set_for(rule_sets: RuleSets, questionnaire_id: str, language: str = "") -> RuleSet:
    """Raises InvalidInput if there is no such questionnaire."""
    rule_set = rule_sets.of(questionnaire_id, language)
    if rule_set is None:
        raise InvalidInput((FieldProblem("/questionnaire/id", "There is no such questionnaire."),))
    return rule_set


def rule_set_of(lead: Lead, rule_sets: RuleSets) -> RuleSet:
    """Raises NotFound if the lead's questionnaire no longer exists."""
    rule_set = rule_sets.of(lead.submitted.questionnaire)
    if rule_set is None:
        raise NotFound
    return rule_set


def score(
    rule_set: RuleSet, answers: Answers, version: str, last_page: str | None = None, *, door: str = FORM
) -> TriageResult:
    """Scores answers with a rule set. Returns a result even if the rules fail (OPS-03).

    version: the version of the questionnaire that the page showed. Invalid answers to an older version count as a
    scoring failure, so that no patient is turned away. Another major version always counts as a scoring failure.
    last_page: the id of the last page that the visitor completed.
    door: how the answers arrived, one of DOORS.

    Raises: InvalidInput if answers are invalid and the page showed the current version.
    """
    problems = rule_set.questionnaire.problems(answers)
    if problems and version == rule_set.questionnaire.version:
        raise InvalidInput(problems)
    if problems or version.partition(".")[0] != rule_set.questionnaire.version.partition(".")[0]:
        return triage_after_failure(rule_set, answers, last_page, door=door)
    try:
        return triage(rule_set, answers, last_page, door=door)
    except Exception:  # noqa: BLE001  whatever fails in scoring, staff must still get the lead
        return triage_after_failure(rule_set, answers, last_page, door=door)


def score_again(rule_set: RuleSet, answers: Answers, lead: Lead) -> TriageResult:
    """Scores a lead again, with more answers. Ignores answers that are invalid in the current version.

    A scoring failure when the lead arrived still counts.
    """
    readable = rule_set.questionnaire.readable(answers)
    if not lead.assessment.triage.failed:
        try:
            return triage(rule_set, readable, door=lead.door)
        except Exception:  # noqa: BLE001, S110  as in `score`
            pass
    return triage_after_failure(rule_set, readable, door=lead.door)
