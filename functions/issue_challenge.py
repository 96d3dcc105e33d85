"""GET /challenges/{submission_id}: a signed form token and a proof of work, made for one submission."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger

from shared.adapters.form_guard import FormGuard
from shared.http import api
from shared.rulebook.loading import load
from shared.rulebook.words import words
from shared.settings import ClinicSettings, form_key
from shared.usecases.capture import issue_challenge

logger = Logger()
guard = FormGuard(form_key())
safety = api.Safety(load().emergency_advice_in, words, ClinicSettings.from_environment().phone)


@logger.inject_lambda_context(correlation_id_path=api.REQUEST_ID)
@api.answers_problems(safety, logger.error)
def handler(event: api.Event, context: Any) -> api.Response:
    submission_id = api.uuid_parameter(event, "submission_id")
    return api.respond(HTTPStatus.OK, issue_challenge(submission_id, guard, datetime.now(UTC)))
