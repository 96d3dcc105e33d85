"""GET /report: shows managers and administrators figures about the leads of a date range, as JSON or CSV."""

from http import HTTPStatus
from typing import Any

from functions import wiring
from functions.wiring import logger
from shared.domain.leads.report import ReportQuery
from shared.formats.report_csv import report_csv
from shared.http.report_responses import ReportShown
from shared.http.requests import REQUEST_ID, Request
from shared.http.responses import CSV, Response, document, respond
from shared.usecases.counting import make_report

counts, rulebook, hours = wiring.reporting()


@logger.inject_lambda_context(correlation_id_path=REQUEST_ID)
@wiring.answers_staff()
def handler(request: Request, context: Any) -> Response:
    query = request.query_as(ReportQuery)
    report = make_report(query, request.staff, counts, rulebook, hours, wiring.now())
    if query.format == "json":
        return respond(HTTPStatus.OK, ReportShown.model_validate(report))
    name = f'attachment; filename="report-{report.first}-{report.last}.csv"'
    return document(report_csv(report), CSV, {"content-disposition": name})
