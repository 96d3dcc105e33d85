"""Screens answers for emergencies page by page, before the form is sent. Stores nothing."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.errors import FieldProblem, InvalidInput, ScoringFailed
from shared.domain.intake.language import primary_language
from shared.domain.intake.screening import Screening
from shared.domain.rules.advice import ShownMessage, advice
from shared.domain.rules.condition import FORM
from shared.domain.rules.questionnaire import Answers
from shared.domain.rules.triage import SEEK_EMERGENCY_CARE, RuleSet, TriageResult, triage
from shared.usecases.ports import RuleSets
from shared.usecases.scoring import rule_set_for, score

CONTINUE = "continue"


@dataclass(frozen=True, slots=True)
class Screened:
    """The result of screening answers. `messages` is empty if the form continues without a notice."""

    disposition: str
    minor: bool
    messages: tuple[ShownMessage, ...]


def screen_answers(screening: Screening, rule_sets: RuleSets, language: str) -> Screened:
    """Returns emergency advice for the answers so far.

    language: the language of the advice, if a translation exists.

    Raises: InvalidInput; ScoringFailed if the answers cannot be scored.
    """
    rule_set = rule_set_for(rule_sets, screening.questionnaire.id, language)
    questionnaire = rule_set.questionnaire
    if screening.page not in questionnaire.page_ids:
        raise InvalidInput((FieldProblem("/page", "This questionnaire has no such page."),))
    return screen(rule_set, screening.answers, screening.questionnaire.version, screening.page)


def screen(rule_set: RuleSet, answers: Answers, version: str, page: str) -> Screened:
    """Raises InvalidInput or ScoringFailed."""
    result = score(rule_set, answers, version, page)
    emergency = rule_set.tiers[result.tier].disposition == SEEK_EMERGENCY_CARE
    if result.failed and not emergency:
        # Answers of another version may be invalid in this version, although the rules work.
        if problems := rule_set.questionnaire.problems(answers):
            raise InvalidInput(problems)
        if version == rule_set.questionnaire.version:
            raise ScoringFailed
    ids = result.messages if emergency else _advice_for_minor(rule_set, result) if result.minor else ()
    shown = advice(rule_set, ids, clinic_open=True, calls=False)
    return Screened(SEEK_EMERGENCY_CARE if emergency else CONTINUE, result.minor, shown)


def emergency_in(body: object, rule_sets: RuleSets, usual: str, door: str = FORM) -> tuple[ShownMessage, ...]:
    """Returns the emergency advice that the valid answers of a refused request call for.

    body: the JSON value that was sent.
    usual: the id of the questionnaire to use if `body` names no known questionnaire.
    """
    sent = body if isinstance(body, dict) else {}
    asked, answers = sent.get("questionnaire"), sent.get("answers")
    named = asked.get("id") if isinstance(asked, dict) else None
    language = sent.get("language")
    language = primary_language(language) if isinstance(language, str) else ""
    rule_set = rule_sets.of(str(named), language) or rule_sets.of(usual, language)
    if rule_set is None or not isinstance(answers, dict):
        return ()
    try:
        readable = rule_set.questionnaire.readable(answers)
        result = triage(rule_set, readable, door=door)
    except Exception:  # noqa: BLE001  the request is refused anyway, and the response has the general advice
        return ()
    emergency = rule_set.tiers[result.tier].disposition == SEEK_EMERGENCY_CARE
    return advice(rule_set, result.messages, clinic_open=False, calls=False) if emergency else ()


def _advice_for_minor(rule_set: RuleSet, result: TriageResult) -> tuple[str, ...]:
    """Returns message ids for a minor: those for urgent warning signs, then the age notice, then the safety net.

    Nobody calls a minor, so these messages are all that the minor gets.
    """
    fired = {rule.id for rule in (*result.safety_rules, *result.not_fit_rules)}
    signs = [
        rule.message
        for rule in rule_set.safety
        if rule.id in fired and rule.red_flag and rule.message and rule_set.tiers[rule.floor].safety
    ]
    notice = [rule.message for rule in rule_set.not_fit if rule.id in fired][:1]
    return tuple(dict.fromkeys([*signs, *notice, rule_set.net]))
