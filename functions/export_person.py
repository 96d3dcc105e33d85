"""GET /leads/{reference}/person: all that is stored about the person behind a lead, for whoever asks for their data."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger

from shared.adapters.aws import PATIENT_FACING, client
from shared.adapters.dynamodb import AccessLog, LeadsTable
from shared.http import api
from shared.rulebook.loading import load
from shared.settings import TableSettings, access_log, opening_hours
from shared.usecases.records import Records, export_person

logger = Logger()
rulebook = load()
table = TableSettings.from_environment()
dynamodb = client("dynamodb", PATIENT_FACING)
records = Records(
    LeadsTable(dynamodb, table.leads_table, table.index_shards),
    rulebook,
    AccessLog(dynamodb, access_log()),
    opening_hours(),
)


@logger.inject_lambda_context(correlation_id_path=api.REQUEST_ID)
@api.answers_staff(logger.error)
def handler(event: api.Event, context: Any) -> api.Response:
    reference = api.path_parameter(event, "reference")
    found = export_person(reference, api.staff(event), records, datetime.now(UTC))
    return api.respond(HTTPStatus.OK, found)
