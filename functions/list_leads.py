"""GET /leads: returns a page of the worklist to signed-in staff. The access log records the leads on the page."""

from http import HTTPStatus
from typing import Any

from functions import wiring
from functions.wiring import logger
from shared.domain.leads.worklist import WorklistQuery
from shared.http.requests import REQUEST_ID, Request
from shared.http.responses import Response, respond
from shared.http.worklist_responses import WorklistPage
from shared.usecases.listing import list_leads

listing = wiring.listing()


@logger.inject_lambda_context(correlation_id_path=REQUEST_ID)
@wiring.answers_staff()
def handler(request: Request, context: Any) -> Response:
    page = list_leads(request.query_as(WorklistQuery), request.staff, listing, wiring.now())
    return respond(HTTPStatus.OK, WorklistPage.of(page))
