"""POST /screenings: whether the answers so far call for emergency advice at once. Stores nothing."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from shared.domain.intake.submission import Screening
from shared.http import api
from shared.rulebook.loading import load
from shared.rulebook.words import words
from shared.settings import ClinicSettings
from shared.usecases.rules import EMERGENCY
from shared.usecases.screening import screen_answers

logger = Logger()
metrics = Metrics()
rulebook = load()
safety = api.Safety(rulebook.emergency_advice_in, words, ClinicSettings.from_environment().phone)


@logger.inject_lambda_context(correlation_id_path=api.REQUEST_ID)
@metrics.log_metrics
@api.answers_problems(safety, logger.error)
def handler(event: api.Event, context: Any) -> api.Response:
    screening = api.read(event, Screening)
    spoken = api.language(event, rulebook.languages(screening.questionnaire.id))
    screened = screen_answers(screening, rulebook, spoken)
    if screened.disposition == EMERGENCY:
        metrics.add_metric("emergency_advice_shown", MetricUnit.Count, 1)
    return api.respond(HTTPStatus.OK, screened.shown())
