"""DELETE /leads/{reference}: erase a lead on request. A tombstone and the hashed ledger of consents stay."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger

from shared.adapters.aws import PATIENT_FACING, client
from shared.adapters.dynamodb import AccessLog, LeadsTable
from shared.http import api
from shared.rulebook.loading import load
from shared.settings import TableSettings, access_log, opening_hours, person_key
from shared.usecases.records import Records, erase_lead

logger = Logger()
rulebook = load()
table = TableSettings.from_environment()
dynamodb = client("dynamodb", PATIENT_FACING)
key = person_key()
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
    left = erase_lead(reference, key, api.staff(event), records, datetime.now(UTC))
    logger.info("erased", extra={"reference": left.reference})
    return api.respond(HTTPStatus.OK, {"reference": left.reference, "erased_at": left.at.isoformat()})
