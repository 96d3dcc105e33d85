"""GET /rules: which rules are in use and whether a physician has approved them, for signed-in staff."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger

from shared.http import api
from shared.rulebook.loading import load
from shared.usecases.inbox import show_rules

logger = Logger()
rulebook = load()


@logger.inject_lambda_context(correlation_id_path=api.REQUEST_ID)
@api.answers_staff(logger.error)
def handler(event: api.Event, context: Any) -> api.Response:
    rules = show_rules(api.staff(event), rulebook.rule_sets.values())
    return api.respond(HTTPStatus.OK, {"rule_sets": rules})
