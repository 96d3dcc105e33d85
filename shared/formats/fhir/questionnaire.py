"""Exports a questionnaire as FHIR R4. docs/decisions/0006-standards.md lists what R4 cannot express."""

from __future__ import annotations

from typing import Any

from shared.domain.rules.condition import AnyOf, Between, Condition, Defined, Some
from shared.domain.rules.questionnaire import (
    ConsentText,
    ContactBlock,
    ContactField,
    Option,
    Page,
    Question,
    Questionnaire,
)
from shared.domain.rules.triage import RuleSet
from shared.rulebook.reader import RulebookError

BASE = "https://intake.example.org/fhir"
HL7 = "http://hl7.org/fhir"
EXTENSION = f"{HL7}/StructureDefinition"
CONTACT = "contact"
TYPES = {"integer": "integer", "choice-one": "choice", "choice-many": "choice", "text": "text"}
CONTROLS = {"choice-one": "radio-button", "choice-many": "check-box"}

Json = dict[str, Any]


def as_fhir(rule_set: RuleSet) -> Json:
    return _Export(rule_set).resource()


def answer_system(questionnaire_id: str) -> str:
    """Returns the code system of a questionnaire's options. Codes have the form `<question>.<option>`."""
    return f"{BASE}/CodeSystem/{questionnaire_id}-answer"


class _Export:
    def __init__(self, rule_set: RuleSet) -> None:
        self.rule_set = rule_set
        self.questionnaire: Questionnaire = rule_set.questionnaire
        self.answer_system = answer_system(self.questionnaire.id)

    def resource(self) -> Json:
        questionnaire, rule_set = self.questionnaire, self.rule_set
        approved = all(part.approved_by and part.approved_on for part in (questionnaire, rule_set))
        in_force = approved and questionnaire.reviewed
        return {
            "resourceType": "Questionnaire",
            "id": questionnaire.id,
            "language": questionnaire.language,
            "url": f"{BASE}/Questionnaire/{questionnaire.id}",
            "version": questionnaire.version,
            "name": "".join(part.capitalize() for part in questionnaire.id.split("-")),
            "title": questionnaire.title,
            "status": "active" if in_force else "draft",
            "subjectType": ["Patient"],
            **({"approvalDate": max(questionnaire.approved_on, rule_set.approved_on)} if approved else {}),
            "item": [
                self._emergency_advice(),
                *(self._page(page) for page in questionnaire.form_pages),
                self._contact(questionnaire.contact),
                *(self._page(page) for page in questionnaire.pages if page.after_send),
            ],
        }

    def _emergency_advice(self) -> Json:
        """Returns the emergency advice as the first item, because other systems do not run the triage rules."""
        message = self.rule_set.messages[self.rule_set.net]
        return {"linkId": "emergency-advice", "text": message.text, "type": "display"}

    def _page(self, page: Page) -> Json:
        questions = [self._question(question) for question in page.questions]
        return {"linkId": page.id, "text": page.title, "type": "group", "item": questions}

    def _question(self, question: Question) -> Json:
        bounds = {"minValue": question.minimum, "maxValue": question.maximum}
        extensions = [
            {"url": f"{EXTENSION}/{name}", "valueInteger": bound} for name, bound in bounds.items() if bound is not None
        ]
        return {
            **_extended(extensions + _control(question.type)),
            "linkId": question.code,
            **({"code": [_coding(question.standard_code)]} if question.standard_code else {}),
            "text": question.text,
            "type": TYPES[question.type],
            **(self._enable_when(question.shown_when) if question.shown_when else {}),
            "required": question.required,
            **({"repeats": True} if question.type == "choice-many" else {}),
            **({"maxLength": question.max_length} if question.max_length else {}),
            **self._answer_options(question.code, question.options),
            **({"item": [_hint(question)]} if question.hint else {}),
        }

    def _contact(self, contact: ContactBlock) -> Json:
        """Returns the contact group, which is hidden while `hidden_when` holds.

        enableWhen cannot negate a condition or combine 'any' and 'all'. So nested groups express `hidden_when`.
        """
        fields = [self._contact_field(field) for field in contact.fields]
        items = [*fields, *(_consent(consent) for consent in contact.consents)]
        for depth, rows in reversed(list(enumerate(self._shown_unless(contact.hidden_when)))):
            link_id = f"{CONTACT}.{depth}" if depth else CONTACT
            text = {} if depth else {"text": contact.title}
            items = [{"linkId": link_id, **text, "type": "group", **_enabled(rows, "any"), "item": items}]
        (group,) = items
        return group

    def _contact_field(self, field: ContactField) -> Json:
        link_id = f"{CONTACT}.{field.code}"
        return {
            **_extended(_control(field.type)),
            "linkId": link_id,
            "text": field.text,
            "type": "choice" if field.options else "string",
            **(self._enable_when(field.shown_when) if field.shown_when else {}),
            "required": field.required,
            **({"maxLength": field.max_length} if field.max_length else {}),
            **self._answer_options(link_id, field.options),
        }

    def _answer_options(self, link_id: str, options: tuple[Option, ...]) -> Json:
        return {"answerOption": [self._answer_option(link_id, option) for option in options]} if options else {}

    def _answer_option(self, link_id: str, option: Option) -> Json:
        exclusive = [{"url": f"{EXTENSION}/questionnaire-optionExclusive", "valueBoolean": True}]
        coding = {**self._answer(link_id, option.code), "display": option.label}
        return {**_extended(exclusive if option.exclusive else []), "valueCoding": coding}

    def _answer(self, link_id: str, option: str) -> Json:
        return {"system": self.answer_system, "code": f"{link_id}.{option}"}

    def _enable_when(self, condition: Condition) -> Json:
        match condition:
            case Defined():
                return self._enable_when(condition.condition)
            case Between():
                return _enabled(_bounds(condition), "all")
            case AnyOf():
                return _enabled(self._chosen(condition.question, condition.options), "any")
            case Some(at_least=1):
                parts = [self._enable_when(part) for part in condition.conditions]
                if all(part.get("enableBehavior", "any") == "any" for part in parts):
                    return _enabled([row for part in parts for row in part["enableWhen"]], "any")
        raise RulebookError(f"enableWhen cannot express {type(condition).__name__}")

    def _shown_unless(self, condition: Condition) -> list[list[Json]]:
        """Returns the enableWhen rows of each nested group, which together hide the contact group if `condition` holds.

        A group is shown if any of its rows holds or its answer is missing.
        """
        match condition:
            case Defined():
                return self._shown_unless(condition.condition)
            case Some(at_least=1):
                return [rows for part in condition.conditions for rows in self._shown_unless(part)]
            case Between():
                low, high = condition.at_least, condition.at_most
                below = [] if low is None else [_row(condition.question, "<", answerInteger=low)]
                above = [] if high is None else [_row(condition.question, ">", answerInteger=high)]
                return [[_missing(condition.question), *below, *above]]
            case AnyOf() if self.questionnaire.questions[condition.question].type == "choice-one":
                others = self.questionnaire.questions[condition.question].option_codes - condition.options
                return [[_missing(condition.question), *self._chosen(condition.question, others)]]
        raise RulebookError(f"enableWhen cannot express the opposite of {type(condition).__name__}")

    def _chosen(self, question: str, options: frozenset[str]) -> list[Json]:
        known = self.questionnaire.questions[question].options
        return [
            _row(question, "=", answerCoding=self._answer(question, option.code))
            for option in known
            if option.code in options
        ]


def _hint(question: Question) -> Json:
    return {"linkId": f"{question.code}.hint", "text": question.hint, "type": "display"}


def _bounds(condition: Between) -> list[Json]:
    bounds = {">=": condition.at_least, "<=": condition.at_most}
    return [_row(condition.question, sign, answerInteger=bound) for sign, bound in bounds.items() if bound is not None]


def _row(question: str, operator: str, **answer: Any) -> Json:
    return {"question": question, "operator": operator, **answer}


def _missing(question: str) -> Json:
    return _row(question, "exists", answerBoolean=False)


def _enabled(rows: list[Json], behavior: str) -> Json:
    """R4 requires enableBehavior for several rows (que-12)."""
    return {"enableWhen": rows, **({"enableBehavior": behavior} if len(rows) > 1 else {})}


def _consent(consent: ConsentText) -> Json:
    """The item has no initial value, because a consent is never ticked in advance."""
    return {
        "linkId": f"consent.{consent.code}",
        "text": consent.text,
        "type": "boolean",
        "required": consent.required,
    }


def _control(kind: str) -> list[Json]:
    if kind not in CONTROLS:
        return []
    coding = {"system": f"{HL7}/questionnaire-item-control", "code": CONTROLS[kind]}
    return [{"url": f"{EXTENSION}/questionnaire-itemControl", "valueCodeableConcept": {"coding": [coding]}}]


def _extended(extensions: list[Json]) -> Json:
    return {"extension": extensions} if extensions else {}


def _coding(standard_code: str) -> Json:
    system, _, code = standard_code.partition("|")
    return {"system": system, "code": code}
