"""GET /leads/{reference}/person: returns everything stored about a lead's person, to answer a data access request."""

from http import HTTPStatus
from typing import Any

from functions import wiring
from functions.wiring import logger
from shared.domain.leads.export import PersonQuery
from shared.http.person_responses import PersonData
from shared.http.requests import REQUEST_ID, Request
from shared.http.responses import Response, respond
from shared.usecases.exporting import export_person

workspace = wiring.workspace()


@logger.inject_lambda_context(correlation_id_path=REQUEST_ID)
@wiring.answers_staff()
def handler(request: Request, context: Any) -> Response:
    query = request.query_as(PersonQuery)
    found = export_person(request.parameter("reference"), query, request.staff, workspace, wiring.now())
    return respond(HTTPStatus.OK, PersonData.of(found))
