"""GET /leads: a page of the worklist, for signed-in staff. Nothing in it says who a person is."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger

from shared.adapters.aws import PATIENT_FACING, client
from shared.adapters.dynamodb import LeadsTable
from shared.domain.leads.worklist import WorklistQuery
from shared.http import api
from shared.settings import TableSettings
from shared.usecases.inbox import list_leads

logger = Logger()
table = TableSettings.from_environment()
leads = LeadsTable(client("dynamodb", PATIENT_FACING), table.leads_table, table.index_shards)


@logger.inject_lambda_context(correlation_id_path=api.REQUEST_ID)
@api.answers_staff(logger.error)
def handler(event: api.Event, context: Any) -> api.Response:
    query = api.query(event, WorklistQuery)
    page = list_leads(query, api.staff(event), leads, datetime.now(UTC))
    return api.respond(HTTPStatus.OK, page.shown())
