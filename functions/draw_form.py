"""Serves the form: draws it, screens its answers and shows its definition. Stores nothing.

GET /form draws the first page, or the whole form for the script of <lead-form>. POST /form draws the next page.
POST /screenings checks whether the answers so far require emergency advice.
GET /questionnaires/{id} returns the form's definition, JSON Schema or FHIR R4 Questionnaire, by the Accept header.
"""

import json
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from functions import wiring
from functions.wiring import logger, metrics
from shared.domain.errors import NotFound
from shared.domain.intake.screening import Screening
from shared.domain.rules.advice import ShownMessage
from shared.domain.rules.triage import SEEK_EMERGENCY_CARE, RuleSet
from shared.http.requests import REQUEST_ID, Request
from shared.http.responses import Response, cacheable, respond
from shared.http.visitor_responses import Screened
from shared.usecases.plain_form import draw_form
from shared.usecases.screening import emergency_in, screen_answers

MAX_AGE = 300  # seconds; short, so that a changed questionnaire soon reaches every visitor

rulebook = wiring.rulebook()
guard = wiring.form_guard()
forms = wiring.plain_forms()
# query parameter `mode` -> function that draws the form for the script of <lead-form>
DRAWN_FOR_SCRIPT = {"element": forms.element, "added": forms.added}
Screening.model_rebuild()  # builds the validator now, so that no screening waits for it


def show_problem(request: Request, error: Exception) -> Response | None:
    return forms.show_problem(request, error) if request.route in ("GET /form", "POST /form") else None


def advise(request: Request) -> tuple[ShownMessage, ...]:
    body = {**json.loads(request.body), "language": request.language()}
    return emergency_in(body, rulebook, next(iter(rulebook.rule_sets)))


@logger.inject_lambda_context(correlation_id_path=REQUEST_ID)
@metrics.log_metrics
@wiring.answers_visitors(show_problem, advise)
def handler(request: Request, context: Any) -> Response:
    match request.route:
        case "GET /form":
            return first_view(request)
        case "POST /screenings":
            return screen(request)
        case "GET /questionnaires/{id}":
            return definition(request)
        case _:
            return next_view(request)


def first_view(request: Request) -> Response:
    if not wiring.form_is_open():
        return forms.closed(request)
    if draw := DRAWN_FOR_SCRIPT.get(request.query.get("mode", "")):
        vary = {"vary": "accept-language"}
        return cacheable(request, draw(request), "text/html; charset=utf-8", MAX_AGE, vary)
    return forms.view(request, forms.first_view(request, forms.blank(request, guard.token())))


def next_view(request: Request) -> Response:
    view = draw_form(forms.read(request), rulebook, forms.check_contact)
    count_advice(shown=view.kind == "emergency")
    return forms.view(request, view)


def screen(request: Request) -> Response:
    screening = request.read(Screening)
    language = request.language(rulebook.languages(screening.questionnaire.id))
    screened = screen_answers(screening, rulebook, language)
    count_advice(shown=screened.disposition == SEEK_EMERGENCY_CARE)
    return respond(HTTPStatus.OK, Screened.model_validate(screened))


def count_advice(*, shown: bool) -> None:
    if shown:
        metrics.add_metric("emergency_advice_shown", MetricUnit.Count, 1)


def definition(request: Request) -> Response:
    questionnaire_id = request.parameter("id")
    rule_set = rulebook.of(questionnaire_id, request.language(rulebook.languages(questionnaire_id)))
    if rule_set is None:
        raise NotFound
    media_type = request.accepted(tuple(REPRESENTATIONS))
    content = json.dumps(REPRESENTATIONS[media_type](rule_set), separators=(",", ":"), ensure_ascii=False).encode()
    return cacheable(request, content, media_type, MAX_AGE, {"vary": "accept, accept-language"})


def page(rule_set: RuleSet) -> dict[str, Any]:
    from shared.rulebook.form_definition import form  # few requests need it  # noqa: PLC0415

    return form(rule_set, rulebook.languages(rule_set.questionnaire.id))


def schema(rule_set: RuleSet) -> dict[str, Any]:
    from shared.formats.submission_schema import submission_schema  # noqa: PLC0415

    return submission_schema(rule_set.questionnaire)


def fhir(rule_set: RuleSet) -> dict[str, Any]:
    from shared.formats.fhir.questionnaire import as_fhir  # noqa: PLC0415

    return as_fhir(rule_set)


REPRESENTATIONS = {
    "application/json": page,
    "application/schema+json": schema,
    "application/fhir+json; fhirVersion=4.0": fhir,
}
