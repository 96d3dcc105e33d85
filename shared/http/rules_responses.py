"""The response models of the rule sets in use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from shared.domain.rules.triage import Change, RuleSet
from shared.http.visitor_responses import ResponseModel


class RuleSetInUse(ResponseModel):
    """A rule set with its last change and its approvals. Fields of a missing change or approval are empty."""

    id: str
    version: str
    content_hash: str
    changed_on: str
    change: str
    changed_by: str
    approved_by: str
    approved_on: str
    questionnaire: str
    questionnaire_version: str
    questionnaire_approved_by: str
    questionnaire_approved_on: str

    @classmethod
    def of(cls, rule_set: RuleSet) -> Self:
        last = rule_set.changes[-1] if rule_set.changes else Change("", "", "", "")
        questionnaire = rule_set.questionnaire
        return cls(
            id=rule_set.id,
            version=rule_set.version,
            content_hash=rule_set.content_hash,
            changed_on=last.on,
            change=last.what,
            changed_by=last.by,
            approved_by=rule_set.approved_by,
            approved_on=rule_set.approved_on,
            questionnaire=questionnaire.id,
            questionnaire_version=questionnaire.version,
            questionnaire_approved_by=questionnaire.approved_by,
            questionnaire_approved_on=questionnaire.approved_on,
        )


class Rules(ResponseModel):
    rule_sets: tuple[RuleSetInUse, ...]

    @classmethod
    def of(cls, rule_sets: Iterable[RuleSet]) -> Self:
        return cls(rule_sets=tuple(map(RuleSetInUse.of, rule_sets)))
