"""DELETE /leads/{reference}: erases a lead on request. A tombstone with the consent ledger remains."""

from http import HTTPStatus
from typing import Any

from functions import wiring
from functions.wiring import logger
from shared.http.person_responses import Erased
from shared.http.requests import REQUEST_ID, Request
from shared.http.responses import Response, respond
from shared.settings import person_keys
from shared.usecases.erasing import erase_lead

workspace = wiring.workspace()
erasures = wiring.erasures()
key = person_keys()[0]


@logger.inject_lambda_context(correlation_id_path=REQUEST_ID)
@wiring.answers_staff()
def handler(request: Request, context: Any) -> Response:
    left = erase_lead(request.parameter("reference"), key, request.staff, workspace, erasures, wiring.now())
    logger.info("erased", extra={"reference": left.reference})
    return respond(HTTPStatus.OK, Erased.of(left))
