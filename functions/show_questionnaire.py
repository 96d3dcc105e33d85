"""GET /questionnaires/{id}: everything a page needs to draw the form."""

import json
from typing import Any

from aws_lambda_powertools import Logger

from shared import api, usecases
from shared.rulebook.form import form
from shared.rulebook.loading import load
from shared.settings import ClinicSettings

MAX_AGE = 300  # seconds: a changed questionnaire reaches every visitor within minutes

logger = Logger()
rulebook = load()
safety = api.Safety(rulebook.emergency_advice, ClinicSettings.from_environment().phone)


@logger.inject_lambda_context
@api.answers_problems(safety, logger.error)
def handler(event: api.Event, context: Any) -> api.Response:
    rule_set = usecases.show_questionnaire(api.path_parameter(event, "id"), rulebook)
    content = json.dumps(form(rule_set), separators=(",", ":"), ensure_ascii=False).encode()
    return api.cacheable(event, content, "application/json", MAX_AGE)
