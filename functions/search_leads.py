"""POST /leads/search: leads by reference, phone number or e-mail address, which never stand in an address."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger

from shared.adapters.aws import PATIENT_FACING, client
from shared.adapters.dynamodb import LeadsTable
from shared.domain.leads.worklist import Search
from shared.http import api
from shared.settings import TableSettings, person_key
from shared.usecases.inbox import search_leads

logger = Logger()
table = TableSettings.from_environment()
leads = LeadsTable(client("dynamodb", PATIENT_FACING), table.leads_table, table.index_shards)
key = person_key()


@logger.inject_lambda_context(correlation_id_path=api.REQUEST_ID)
@api.answers_staff(logger.error)
def handler(event: api.Event, context: Any) -> api.Response:
    staff = api.staff(event)
    found = search_leads(api.read(event, Search), key, staff, leads, datetime.now(UTC))
    return api.respond(HTTPStatus.OK, found.shown())
