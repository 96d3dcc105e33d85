"""GET /rules: shows signed-in staff the active rule sets, and which physician approved each."""

from http import HTTPStatus
from typing import Any

from functions import wiring
from functions.wiring import logger
from shared.http.requests import REQUEST_ID, Request
from shared.http.responses import Response, respond
from shared.http.rules_responses import Rules
from shared.usecases.listing import must_read

rulebook = wiring.rulebook()


@logger.inject_lambda_context(correlation_id_path=REQUEST_ID)
@wiring.answers_staff()
def handler(request: Request, context: Any) -> Response:
    must_read(request.staff)
    return respond(HTTPStatus.OK, Rules.of(rulebook.rule_sets.values()))
