"""Builds the JSON Schema (2020-12) of submissions to one questionnaire."""

from __future__ import annotations

from typing import Any

from shared.domain.intake.fields import MAX_OPTIONS
from shared.domain.intake.submission import Submission
from shared.domain.rules.condition import AnyOf, Between, Condition, Defined, Some
from shared.domain.rules.questionnaire import Question, Questionnaire
from shared.rulebook.reader import RulebookError

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]


def submission_schema(questionnaire: Questionnaire) -> Schema:
    """Returns the schema of `Submission`, with the questions and options of this questionnaire.

    The schema cannot express every rule of the server, such as which phone numbers are possible.

    Raises: RulebookError for a condition that JSON Schema cannot express.
    """
    schema = without_trap(Submission.model_json_schema())
    schema["properties"]["answers"] = {
        "title": "Answers",
        "description": "By question code. Leave a question out rather than answer it with nothing.",
        "type": "object",
        "properties": {code: _answer(question) for code, question in questionnaire.questions.items()},
        "additionalProperties": False,
    }
    version = schema["$defs"]["QuestionnaireVersion"]["properties"]
    version["id"] = {"const": questionnaire.id}
    version["version"] = {"const": questionnaire.version}
    agreed = {
        "contact": {"type": "object"},
        "consents": {"type": "object", "properties": {"contact": {"const": True}}},
    }
    return {
        "$schema": DIALECT,
        **schema,
        "title": f"A submission to {questionnaire.id} {questionnaire.version}",
        "if": {"properties": {"answers": _holds(questionnaire.contact.hidden_when)}},
        "else": {"required": ["contact", "consents"], "properties": agreed},
    }


def without_trap(schema: Schema) -> Schema:
    """The trap field for bots must not be documented."""
    properties = {name: value for name, value in schema["properties"].items() if name != "website"}
    return {**schema, "properties": properties, "description": "One filled-in form."}


def _answer(question: Question) -> Schema:
    codes = [option.code for option in question.options]
    match question.type:
        case "integer":
            answer: Schema = {"type": "integer", "minimum": question.minimum, "maximum": question.maximum}
        case "text":
            answer = {"type": "string", "maxLength": question.max_length}
        case "choice-one":
            answer = {"enum": codes}
        case _:
            answer = {"type": "array", "items": {"enum": codes}, "maxItems": MAX_OPTIONS}
    return {"title": question.text, **answer}


def _holds(condition: Condition) -> Schema:
    """The schema accepts exactly the answers for which the condition holds."""
    match condition:
        case Between():
            bounds = {"minimum": condition.at_least, "maximum": condition.at_most}
            given = {keyword: bound for keyword, bound in bounds.items() if bound is not None}
            return {"required": [condition.question], "properties": {condition.question: given}}
        case AnyOf():
            one = {"enum": sorted(condition.options)}
            answer = {"anyOf": [one, {"type": "array", "contains": one}]}
            return {"required": [condition.question], "properties": {condition.question: answer}}
        case Some(at_least=1):
            return {"anyOf": [_holds(part) for part in condition.conditions]}
        case Defined():
            return _holds(condition.condition)
        case _:
            raise RulebookError(f"a schema cannot express {type(condition).__name__}")
