"""Every day: let go of what has been kept long enough (shared/rulebook/retention.toml)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from shared.adapters.aws import PATIENT_FACING, client
from shared.adapters.dynamodb import LeadsTable
from shared.domain.errors import cause_of
from shared.domain.leads.lead import reference_of
from shared.rulebook.retention import retention
from shared.settings import TableSettings
from shared.usecases.records import retire_leads

STOPS_AFTER = timedelta(minutes=4)  # less than the function's timeout; the next run goes on

logger = Logger()
metrics = Metrics()
table = TableSettings.from_environment()
leads = LeadsTable(client("dynamodb", PATIENT_FACING), table.leads_table, table.index_shards)
kept_for = retention()


def now() -> datetime:
    return datetime.now(UTC)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    retired = retire_leads(leads, kept_for, now, now() + STOPS_AFTER)
    metrics.add_metric("retired", MetricUnit.Count, sum(retired.done.values()))
    for lead_id, error in retired.failed:
        logger.error(
            "retiring failed",
            extra={
                "reference": reference_of(lead_id),
                "lead_id": str(lead_id),
                "error": type(error).__name__,
                "cause": cause_of(error),
            },
        )
    if retired.failed:
        raise RuntimeError(f"{len(retired.failed)} leads could not be retired; see the log")
    return {stage.value: count for stage, count in retired.done.items()}
