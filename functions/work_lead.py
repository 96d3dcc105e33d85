"""POST /leads/{reference}/actions: signed-in staff do something with a lead; the table decides who was first."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from shared.adapters.aws import PATIENT_FACING, client
from shared.adapters.dynamodb import AccessLog, LeadsTable
from shared.domain.leads.work import Action
from shared.http import api
from shared.rulebook.loading import load
from shared.settings import TableSettings, access_log, opening_hours
from shared.usecases.inbox import Practice, Worked, work_lead

logger = Logger()
metrics = Metrics()
rulebook = load()
table = TableSettings.from_environment()
dynamodb = client("dynamodb", PATIENT_FACING)
practice = Practice(
    LeadsTable(dynamodb, table.leads_table, table.index_shards),
    rulebook,
    AccessLog(dynamodb, access_log()),
    opening_hours(),
)


def tell(worked: Worked, action: str) -> None:
    logger.info("worked", extra={"reference": worked.reference, "tier": worked.tier, "action": action})
    metrics.add_metric("worked", MetricUnit.Count, 1)
    if worked.taken_after is not None:
        minutes = worked.taken_after / timedelta(minutes=1)
        metrics.add_metric(f"minutes_to_acknowledgement_{worked.tier}", MetricUnit.NoUnit, minutes)


@logger.inject_lambda_context(correlation_id_path=api.REQUEST_ID)
@metrics.log_metrics
@api.answers_staff(logger.error)
def handler(event: api.Event, context: Any) -> api.Response:
    staff, action = api.staff(event), api.read(event, Action)
    reference = api.path_parameter(event, "reference")
    worked = work_lead(reference, action, staff, practice, datetime.now(UTC))
    tell(worked, action.action)
    return api.respond(HTTPStatus.OK, worked.shown)
