"""POST /leads/search: finds leads by name, reference, phone or e-mail. A POST keeps personal data out of the URL."""

from http import HTTPStatus
from typing import Any

from functions import wiring
from functions.wiring import logger
from shared.domain.leads.worklist import Search
from shared.http.requests import REQUEST_ID, Request
from shared.http.responses import Response, respond
from shared.http.worklist_responses import WorklistPage
from shared.settings import person_keys
from shared.usecases.listing import search_leads

listing = wiring.listing()
keys = person_keys()


@logger.inject_lambda_context(correlation_id_path=REQUEST_ID)
@wiring.answers_staff()
def handler(request: Request, context: Any) -> Response:
    staff = request.staff
    found = search_leads(request.read(Search), keys, staff, listing, wiring.now())
    return respond(HTTPStatus.OK, WorklistPage.of(found))
