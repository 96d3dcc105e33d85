"""POST /screenings: checks whether the answers so far require emergency advice now. Stores nothing."""

import json
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from functions import wiring
from functions.wiring import logger, metrics
from shared.domain.intake.submission import Screening
from shared.domain.rules.advice import ShownMessage
from shared.http.requests import REQUEST_ID, Request
from shared.http.responses import Response, respond
from shared.http.visitor_responses import Screened
from shared.usecases.scoring import EMERGENCY
from shared.usecases.screening import emergency_in, screen_answers

rulebook = wiring.rulebook()


def advise(request: Request) -> tuple[ShownMessage, ...]:
    body = {**json.loads(request.body), "language": request.language()}
    return emergency_in(body, rulebook, next(iter(rulebook.rule_sets)))


@logger.inject_lambda_context(correlation_id_path=REQUEST_ID)
@metrics.log_metrics
@wiring.answers_visitors(advise=advise)
def handler(request: Request, context: Any) -> Response:
    screening = request.read(Screening)
    language = request.language(rulebook.languages(screening.questionnaire.id))
    screened = screen_answers(screening, rulebook, language)
    if screened.disposition == EMERGENCY:
        metrics.add_metric("emergency_advice_shown", MetricUnit.Count, 1)
    return respond(HTTPStatus.OK, Screened.model_validate(screened))
