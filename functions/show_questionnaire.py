"""GET /questionnaires/{id}: what a page needs to draw the form; by Accept also its JSON Schema, or FHIR R4."""

import json
from typing import Any

from aws_lambda_powertools import Logger

from shared.domain.rules.triage import RuleSet
from shared.http import api
from shared.rulebook.form import form
from shared.rulebook.loading import load
from shared.rulebook.words import words
from shared.settings import ClinicSettings
from shared.usecases.pages import show_questionnaire

MAX_AGE = 300  # seconds: a changed questionnaire reaches every visitor within minutes
VARY = {"vary": "accept, accept-language"}

logger = Logger()
rulebook = load()
safety = api.Safety(rulebook.emergency_advice_in, words, ClinicSettings.from_environment().phone)


def schema(rule_set: RuleSet) -> dict[str, Any]:
    from shared.formats.submission_schema import submission_schema  # few ask for it: not at start  # noqa: PLC0415

    return submission_schema(rule_set.questionnaire)


def fhir(rule_set: RuleSet) -> dict[str, Any]:
    from shared.formats.fhir.questionnaire import as_fhir  # as above  # noqa: PLC0415

    return as_fhir(rule_set)


def page(rule_set: RuleSet) -> dict[str, Any]:
    questionnaire = rule_set.questionnaire
    return form(rule_set, rulebook.languages(questionnaire.id), words(questionnaire.language))


REPRESENTATIONS = {
    "application/json": page,
    "application/schema+json": schema,
    "application/fhir+json; fhirVersion=4.0": fhir,
}


@logger.inject_lambda_context(correlation_id_path=api.REQUEST_ID)
@api.answers_problems(safety, logger.error)
def handler(event: api.Event, context: Any) -> api.Response:
    questionnaire_id = api.path_parameter(event, "id")
    language = api.language(event, rulebook.languages(questionnaire_id))
    rule_set = show_questionnaire(questionnaire_id, language, rulebook)
    media_type = api.accepted(event, tuple(REPRESENTATIONS))
    content = json.dumps(REPRESENTATIONS[media_type](rule_set), separators=(",", ":"), ensure_ascii=False).encode()
    return api.cacheable(event, content, media_type, MAX_AGE, VARY)
