"""GET /leads/accesses: returns who opened which lead, as JSON or CSV. Filters by lead, staff member and dates."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from functions import wiring
from functions.wiring import logger
from shared.domain.leads.access import AccessQuery
from shared.formats import accesses_csv
from shared.http.access_responses import Accesses
from shared.http.requests import REQUEST_ID, Request
from shared.http.responses import CSV, Response, document, respond
from shared.settings import opening_hours
from shared.usecases.reading_accesses import read_accesses

accesses = wiring.accesses()
zone = opening_hours().zone


@logger.inject_lambda_context(correlation_id_path=REQUEST_ID)
@wiring.answers_staff()
def handler(request: Request, context: Any) -> Response:
    query, at = request.query_as(AccessQuery), wiring.now()
    page = read_accesses(query, request.staff, accesses, at, zone)
    if query.format == "json":
        return respond(HTTPStatus.OK, Accesses.of(page))
    first, last = query.days(at, zone)
    headers = {"content-disposition": f'attachment; filename="accesses-{first}-{last}.csv"'}
    if page.next_cursor is not None:
        parameters = urlencode(query.next_page(page.next_cursor, at, zone))
        headers["link"] = f'</leads/accesses?{parameters}>; rel="next"'
    lines = accesses_csv.rows(page.entries, zone)
    return document(lines if query.cursor else accesses_csv.header() + lines, CSV, headers)
