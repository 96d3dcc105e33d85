"""GET /leads/{reference}: all of a lead, for signed-in staff. Opening it changes nothing but the access log."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger

from shared.adapters.aws import PATIENT_FACING, client
from shared.adapters.dynamodb import AccessLog, LeadsTable
from shared.http import api
from shared.rulebook.loading import load
from shared.settings import TableSettings, access_log, opening_hours
from shared.usecases.inbox import Practice, show_lead

logger = Logger()
rulebook = load()
table = TableSettings.from_environment()
dynamodb = client("dynamodb", PATIENT_FACING)
practice = Practice(
    LeadsTable(dynamodb, table.leads_table, table.index_shards),
    rulebook,
    AccessLog(dynamodb, access_log()),
    opening_hours(),
)


@logger.inject_lambda_context(correlation_id_path=api.REQUEST_ID)
@api.answers_staff(logger.error)
def handler(event: api.Event, context: Any) -> api.Response:
    reference = api.path_parameter(event, "reference")
    shown = show_lead(reference, api.staff(event), practice, datetime.now(UTC))
    return api.respond(HTTPStatus.OK, shown)
