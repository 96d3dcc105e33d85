"""GET /leads/export: leads of some days as CSV or FHIR, in pages. GET /leads/{reference}/fhir: one lead as FHIR."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from aws_lambda_powertools import Logger

from shared.adapters.aws import PATIENT_FACING, client
from shared.adapters.dynamodb import AccessLog, LeadsTable
from shared.domain.leads.export import ExportQuery
from shared.formats import leads_csv as lead_csv
from shared.formats.fhir.bundle import as_bundle
from shared.http import api
from shared.rulebook.loading import load
from shared.settings import TableSettings, access_log, opening_hours
from shared.usecases.records import Exported, Records, export_lead, export_leads

CSV = "text/csv; charset=utf-8; header=present"
FHIR = "application/fhir+json; fhirVersion=4.0"

logger = Logger()
rulebook = load()
table = TableSettings.from_environment()
dynamodb = client("dynamodb", PATIENT_FACING)
hours = opening_hours()
records = Records(
    LeadsTable(dynamodb, table.leads_table, table.index_shards), rulebook, AccessLog(dynamodb, access_log()), hours
)


def as_csv(page: Exported, query: ExportQuery) -> str:
    """The header stands on the first page only: pages put together are one file."""
    lines = lead_csv.rows((lead for lead, _ in page.leads), hours.zone)
    return lines if query.cursor else lead_csv.header() + lines


def as_fhir(page: Exported, at: datetime) -> str:
    return json.dumps(as_bundle(page.leads, at), separators=(",", ":"), ensure_ascii=False)


def leading_on(page: Exported, query: ExportQuery, at: datetime) -> dict[str, str]:
    """A Link to the next page (RFC 8288), and a name for the file."""
    first, last = query.days(at, hours.zone)
    name = {"content-disposition": f'attachment; filename="leads-{first}-{last}.{query.format}"'}
    if page.onward is None:
        return name
    parameters = urlencode(query.onward(page.onward, at, hours.zone))
    return name | {"link": f'</leads/export?{parameters}>; rel="next"'}


@logger.inject_lambda_context(correlation_id_path=api.REQUEST_ID)
@api.answers_staff(logger.error)
def handler(event: api.Event, context: Any) -> api.Response:
    staff, at = api.staff(event), datetime.now(UTC)
    if "reference" in (event.get("pathParameters") or {}):
        page = export_lead(api.path_parameter(event, "reference"), staff, records, at)
        return api.document(as_fhir(page, at), FHIR, {})
    query = api.query(event, ExportQuery)
    page = export_leads(query, staff, records, at)
    content, kind = (as_csv(page, query), CSV) if query.format == "csv" else (as_fhir(page, at), FHIR)
    return api.document(content, kind, leading_on(page, query, at))
