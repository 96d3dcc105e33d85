"""GET /leads/{reference}/person: all that is stored about the person behind a lead, for whoever asks for their data."""

from http import HTTPStatus
from typing import Any

from functions import wiring
from functions.wiring import logger
from shared.http.requests import REQUEST_ID, Request
from shared.http.responses import Response, respond
from shared.http.staff_responses import PersonData
from shared.usecases.records import export_person

workspace = wiring.workspace()


@logger.inject_lambda_context(correlation_id_path=REQUEST_ID)
@wiring.answers_staff()
def handler(request: Request, context: Any) -> Response:
    found = export_person(request.parameter("reference"), request.staff, workspace, wiring.now())
    return respond(HTTPStatus.OK, PersonData.of(found))
