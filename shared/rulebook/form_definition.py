"""Converts a questionnaire to JSON, from which pages on other sites can draw the form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shared.domain.rules.advice import advice_at_once
from shared.domain.rules.condition import AnyOf, Between, Condition, Defined, Some
from shared.domain.rules.questionnaire import ConsentText, ContactField, Option, Question, hash_of
from shared.domain.rules.triage import RuleSet
from shared.rulebook.reader import RulebookError


def form(rule_set: RuleSet, languages: Sequence[str]) -> dict[str, Any]:
    """`languages`: the languages that the questionnaire is available in."""
    questionnaire = rule_set.questionnaire
    contact, at_once = questionnaire.contact, rule_set.messages_at_once
    return {
        "id": questionnaire.id,
        "version": questionnaire.version,
        "language": questionnaire.language,
        "languages": list(languages),
        "title": questionnaire.title,
        "awaiting_approval": not (rule_set.approved_by and questionnaire.approved_by),
        "awaiting_translation_review": not questionnaire.reviewed,
        "emergency_advice": rule_set.messages[rule_set.net].text,
        "pages": [
            {
                "id": page.id,
                "title": page.title,
                "after_send": page.after_send,
                "questions": [_question(question, at_once) for question in page.questions],
            }
            for page in questionnaire.pages
        ],
        "contact": {
            "title": contact.title,
            "emergency_title": contact.emergency_title,
            "hidden_when": drawn_condition(contact.hidden_when),
            "fields": [_field(field) for field in contact.fields],
            "consents": [_consent(consent) for consent in contact.consents],
        },
        "messages": {message.id: message.text for message in advice_at_once(rule_set)},
    }


def _question(question: Question, at_once: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    drawn = {
        "code": question.code,
        "type": question.type,
        "text": question.text,
        "text_other": question.text_other or None,
        "hint": question.hint or None,
        "required": question.required,
        "minimum": question.minimum,
        "maximum": question.maximum,
        "max_length": question.max_length,
        "options": [
            _given(_option(option) | {"message": at_once.get((question.code, option.code))})
            for option in question.options
        ]
        or None,
        "shown_when": drawn_condition(question.shown_when) if question.shown_when else None,
    }
    return _given(drawn)


def _field(field: ContactField) -> dict[str, Any]:
    drawn = {
        "code": field.code,
        "type": field.type,
        "text": field.text,
        "text_other": field.text_other or None,
        "required": field.required,
        "max_length": field.max_length,
        "autocomplete": field.autocomplete,
        "options": [_option(option) for option in field.options] or None,
        "shown_when": drawn_condition(field.shown_when) if field.shown_when else None,
    }
    return _given(drawn)


def _consent(consent: ConsentText) -> dict[str, Any]:
    drawn = {"code": consent.code, "text": consent.text, "text_hash": consent.text_hash, "required": consent.required}
    for name, text in consent.variants.items():
        drawn |= {name: text, f"{name}_hash": hash_of(text)} if text else {}
    return drawn


def _option(option: Option) -> dict[str, Any]:
    drawn = {"code": option.code, "label": option.label, "label_other": option.label_other or None}
    return _given(drawn | {"exclusive": option.exclusive})


def drawn_condition(condition: Condition) -> dict[str, Any]:
    """Raises RulebookError if a page cannot evaluate the condition."""
    match condition:
        case AnyOf():
            return {"question": condition.question, "any_of": sorted(condition.options)}
        case Between():
            bounds = {"at_least": condition.at_least, "at_most": condition.at_most}
            return {"question": condition.question, **_given(bounds)}
        case Some(at_least=1):
            return {"any": [drawn_condition(part) for part in condition.conditions]}
        case Defined():
            return drawn_condition(condition.condition)
        case _:
            raise RulebookError(f"a form cannot evaluate {type(condition).__name__}")


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}
