"""GET /questionnaires/{id}: returns the form's definition, its JSON Schema, or FHIR R4, depending on Accept."""

import json
from typing import Any

from functions import wiring
from functions.wiring import logger
from shared.domain.errors import NotFound
from shared.domain.rules.triage import RuleSet
from shared.http.requests import REQUEST_ID, Request
from shared.http.responses import Response, cacheable
from shared.rulebook.form_definition import form

MAX_AGE = 300  # seconds: a changed questionnaire reaches every visitor within minutes
VARY = {"vary": "accept, accept-language"}

rulebook = wiring.rulebook()


def schema(rule_set: RuleSet) -> dict[str, Any]:
    from shared.formats.submission_schema import submission_schema  # seldom asked for, so not loaded at start  # noqa: PLC0415

    return submission_schema(rule_set.questionnaire)


def fhir(rule_set: RuleSet) -> dict[str, Any]:
    from shared.formats.fhir.questionnaire import as_fhir  # seldom asked for, so not loaded at start  # noqa: PLC0415

    return as_fhir(rule_set)


def page(rule_set: RuleSet) -> dict[str, Any]:
    return form(rule_set, rulebook.languages(rule_set.questionnaire.id))


REPRESENTATIONS = {
    "application/json": page,
    "application/schema+json": schema,
    "application/fhir+json; fhirVersion=4.0": fhir,
}


@logger.inject_lambda_context(correlation_id_path=REQUEST_ID)
@wiring.answers_visitors()
def handler(request: Request, context: Any) -> Response:
    questionnaire_id = request.parameter("id")
    rule_set = rulebook.of(questionnaire_id, request.language(rulebook.languages(questionnaire_id)))
    if rule_set is None:
        raise NotFound
    media_type = request.accepted(tuple(REPRESENTATIONS))
    content = json.dumps(REPRESENTATIONS[media_type](rule_set), separators=(",", ":"), ensure_ascii=False).encode()
    return cacheable(request, content, media_type, MAX_AGE, VARY)
