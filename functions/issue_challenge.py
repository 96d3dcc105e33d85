"""GET /challenges/{submission_id}: issues a signed form token and a proof-of-work challenge for one submission."""

from http import HTTPStatus
from typing import Any

from functions import wiring
from functions.wiring import logger
from shared.http.requests import REQUEST_ID, Request
from shared.http.responses import Response, respond
from shared.http.visitor_responses import Challenge, ProofOfWork

guard = wiring.form_guard()


@logger.inject_lambda_context(correlation_id_path=REQUEST_ID)
@wiring.answers_visitors()
def handler(request: Request, context: Any) -> Response:
    work = guard.challenge(request.uuid_parameter("submission_id"), wiring.now())
    return respond(HTTPStatus.OK, Challenge(token=guard.token(), challenge=ProofOfWork(**work)))
