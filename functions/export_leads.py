"""GET /leads/export: exports leads of a date range as CSV or FHIR. GET /leads/{reference}/fhir: exports one lead."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from functions import wiring
from functions.wiring import logger
from shared.domain.leads.export import ExportQuery
from shared.formats import leads_csv
from shared.formats.fhir.bundle import as_bundle
from shared.http.requests import REQUEST_ID, Request
from shared.http.responses import CSV, Response, document
from shared.usecases.exporting import Exported, export_lead, export_leads

FHIR = "application/fhir+json; fhirVersion=4.0"

workspace = wiring.workspace()
zone = workspace.hours.zone


@logger.inject_lambda_context(correlation_id_path=REQUEST_ID)
@wiring.answers_staff()
def handler(request: Request, context: Any) -> Response:
    staff, at = request.staff, wiring.now()
    if "reference" in request.path_parameters:
        page = export_lead(request.parameter("reference"), staff, workspace, at)
        return document(as_fhir(page, at), FHIR, {})
    query = request.query_as(ExportQuery)
    page = export_leads(query, staff, workspace, at)
    content, kind = (as_csv(page, query), CSV) if query.format == "csv" else (as_fhir(page, at), FHIR)
    return document(content, kind, page_headers(page, query, at))


def as_csv(page: Exported, query: ExportQuery) -> str:
    """Only the first page has the header line, so that pages can be concatenated."""
    lines = leads_csv.rows((lead for lead, _ in page.leads), zone)
    return lines if query.cursor else leads_csv.header() + lines


def as_fhir(page: Exported, at: datetime) -> str:
    return json.dumps(as_bundle(page.leads, at), separators=(",", ":"), ensure_ascii=False)


def page_headers(page: Exported, query: ExportQuery, at: datetime) -> dict[str, str]:
    """Includes a Link to the next page, if there is one (RFC 8288)."""
    first, last = query.days(at, zone)
    name = {"content-disposition": f'attachment; filename="leads-{first}-{last}.{query.format}"'}
    if page.next_cursor is None:
        return name
    parameters = urlencode(query.next_page(page.next_cursor, at, zone))
    return name | {"link": f'</leads/export?{parameters}>; rel="next"'}
