"""A lead as staff see it: a summary for the worklist, without a person in it, and everything for whoever opens it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from pydantic_core import to_jsonable_python

from shared.domain.leads.consent import chain_intact
from shared.domain.leads.lead import Lead
from shared.domain.model import Stored
from shared.domain.rules.condition import options_of
from shared.domain.rules.questionnaire import Answer, Answers, Question
from shared.domain.rules.triage import FiredRule, RuleSet, SafetyRule, TriageResult

UNSURE = "unsure"
HOW_TO_ANSWER = "Check all that apply."  # on the form, not on the phone


class LeadSummary(Stored):
    """What the worklist's index holds: no name, no way to reach the person, no answer. `tags` are rule ids."""

    reference: str
    version: int
    tier: str
    status: str
    deadline: datetime | None
    received_at: datetime
    acknowledged_at: datetime | None
    closed_at: datetime | None
    closed_reason: str
    owner: str
    owner_name: str
    attempts: int
    suspect: bool
    complete: bool
    language: str
    tags: tuple[str, ...]
    sent_more: bool = False

    @property
    def done_at(self) -> datetime:
        """Of a lead that needs nobody: when staff ended it, or when it came in."""
        return self.closed_at or self.received_at

    @classmethod
    def of(cls, lead: Lead) -> LeadSummary:
        work = lead.work
        return cls(
            reference=lead.reference,
            version=lead.version,
            tier=lead.tier,
            status=work.status,
            deadline=lead.escalation.deadline,
            received_at=lead.assessment.received_at,
            acknowledged_at=work.acknowledged_at,
            closed_at=work.closed_at,
            closed_reason=work.closed_reason,
            owner=work.owner,
            owner_name=work.owner_name,
            attempts=work.attempts,
            suspect=lead.assessment.suspicion.suspect,
            complete=lead.submitted.complete,
            language=lead.submitted.language,
            tags=tuple(rule.id for rule in lead.assessment.triage.tags),
            sent_more=lead.sent_more,
        )


def lead_view(
    lead: Lead, rule_set: RuleSet, others: Iterable[LeadSummary], actions: tuple[str, ...], at: datetime
) -> dict[str, Any]:
    """As JSON values. `others`: leads of the same person. `actions`: what the reader may do with it now."""
    triage, submitted = lead.assessment.triage, lead.submitted
    floors = {rule.id: rule.floor for rule in (*rule_set.safety, rule_set.scoring_failure)}
    return {
        "summary": LeadSummary.of(lead).model_dump(mode="json"),
        "actions": list(actions),
        "triage": {
            "tier": triage.tier,
            "staff_tier": lead.work.staff_tier,
            "clinic_does": lead.response(rule_set.tiers).clinic_does if lead.tier in rule_set.tiers else "",
            "safety_rules": [rule | {"floor": floors.get(rule["id"], "")} for rule in _rules(triage.safety_rules)],
            "not_fit_rules": _rules(triage.not_fit_rules),
            "fit_rules": _rules(triage.fit_rules),
            "fit_score": triage.fit_score,
            "marketing_allowed": triage.marketing_allowed,
        },
        "tags": _rules(triage.tags),
        "messages_shown": [to_jsonable_python(message) for message in lead.assessment.messages_shown],
        "answers": list(_answers(lead.submitted.answers, triage, rule_set)),
        "to_ask": list(_to_ask(lead, rule_set)),
        "contact": to_jsonable_python(submitted.contact, exclude_none=True),
        "consents": {
            "given": {record.consent: lead.consents_to(record.consent) for record in submitted.consent_records},
            "intact": chain_intact(submitted.consent_records),
            "ledger": [to_jsonable_python(record) for record in submitted.consent_records],
        },
        "attribution": submitted.attribution,
        "source": lead.source,
        "earlier": [
            {
                "received_at": earlier.received_at.isoformat(),
                "tier": earlier.triage.tier,
                "answers": list(_answers(earlier.answers, earlier.triage, rule_set)),
            }
            for earlier in reversed(lead.earlier)
        ],
        "suspicion": to_jsonable_python(lead.assessment.suspicion),
        "history": [to_jsonable_python(entry, exclude={"before"}) for entry in lead.history],
        "others": [
            other.model_dump(mode="json", include={"reference", "received_at", "status", "tier"}) for other in others
        ],
        "rule_set": {"id": triage.rule_set, "version": triage.rule_set_version, "approved_by": rule_set.approved_by},
        "now": at.isoformat(),
    }


def _rules(rules: Iterable[FiredRule]) -> list[dict[str, Any]]:
    return [to_jsonable_python(rule) for rule in rules]


def _answers(answers: Answers, triage: TriageResult, rule_set: RuleSet) -> Iterator[dict[str, Any]]:
    """In the order of the questionnaire; what it does not know, from another version, comes last as it was sent."""
    known = rule_set.questionnaire.questions
    fired = {rule.id for rule in triage.safety_rules}
    signs = _looked_for(rule for rule in rule_set.safety if rule.id in fired)
    for page in rule_set.questionnaire.pages:
        for question in page.questions:
            if question.code in answers:
                yield _answer(page.title, question, answers[question.code], signs)
    for code, answer in answers.items():
        if code not in known:
            codes = _codes(answer)
            yield {
                "page": "",
                "question": code,
                "type": "",
                "text": code,
                "codes": codes,
                "answer": codes,
                "positive": False,
            }


def _looked_for(rules: Iterable[SafetyRule]) -> frozenset[tuple[str, str]]:
    return frozenset[tuple[str, str]]().union(*(options_of(rule.when) for rule in rules))


def _answer(page: str, question: Question, answer: Answer, signs: frozenset[tuple[str, str]]) -> dict[str, Any]:
    """`positive`: a safety rule fired that looks for this answer."""
    labels = {option.code: option.label for option in question.options}
    codes = _codes(answer)
    return {
        "page": page,
        "question": question.code,
        "type": question.type,
        "text": question.text,
        "codes": codes,
        "answer": [labels.get(code, code) for code in codes],
        "positive": any((question.code, code) in signs for code in codes),
    }


def _codes(answer: Answer) -> list[str]:
    return list(answer) if isinstance(answer, list) else [str(answer)]


def _to_ask(lead: Lead, rule_set: RuleSet) -> Iterator[dict[str, Any]]:
    """Safety questions that the patient skipped or could not answer: the first of them is the one to call with.

    `options`: what to read out; that it is none of them, or that one is not sure, people say by themselves.
    """
    facts = rule_set.questionnaire.facts(lead.submitted.answers)
    counts = _looked_for(rule_set.safety)
    for question in rule_set.questionnaire.questions.values():
        shown = question.shown_when is None or question.shown_when.holds(facts)
        if (question.code, UNSURE) not in counts or not shown:
            continue
        given = lead.submitted.answers.get(question.code)
        if given is not None and UNSURE not in _codes(given):
            continue
        yield {
            "question": question.code,
            "text": question.text.replace(HOW_TO_ANSWER, "").strip(),
            "options": [option.label for option in question.options if not option.exclusive and option.code != UNSURE],
            "why": "not answered" if given is None else "not sure",
        }
