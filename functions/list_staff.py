"""GET /staff: returns the members of staff to whom a lead can be handed over."""

from http import HTTPStatus
from typing import Any

from functions import wiring
from functions.wiring import logger
from shared.http.requests import REQUEST_ID, Request
from shared.http.responses import Response, respond
from shared.http.staff_responses import Colleagues
from shared.usecases.listing import must_read

colleagues = wiring.colleagues()


@logger.inject_lambda_context(correlation_id_path=REQUEST_ID)
@wiring.answers_staff()
def handler(request: Request, context: Any) -> Response:
    must_read(request.staff)
    return respond(HTTPStatus.OK, Colleagues.of(colleagues.who_work()))
