"""GET /leads/{reference}: returns a whole lead to signed-in staff. Opening a lead changes only the access log."""

from http import HTTPStatus
from typing import Any

from functions import wiring
from functions.wiring import logger
from shared.http.lead_responses import LeadView
from shared.http.requests import REQUEST_ID, Request
from shared.http.responses import Response, respond
from shared.usecases.inbox import show_lead

workspace = wiring.workspace()


@logger.inject_lambda_context(correlation_id_path=REQUEST_ID)
@wiring.answers_staff()
def handler(request: Request, context: Any) -> Response:
    medical_reason = request.query.get("contact") == "shown"
    reference, staff = request.parameter("reference"), request.staff
    opened = show_lead(reference, staff, workspace, wiring.now(), medical_reason=medical_reason)
    return respond(HTTPStatus.OK, LeadView.of(opened))
