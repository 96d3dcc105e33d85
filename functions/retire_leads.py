"""Every day: let go of what has been kept long enough (shared/rulebook/retention.toml)."""

from datetime import timedelta
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from functions import reporting, wiring
from functions.wiring import logger, metrics
from shared.rulebook.retention import retention
from shared.usecases.records import retire_leads

STOPS_AFTER = timedelta(minutes=4)  # less than the function's timeout; the next run goes on

leads = wiring.leads_table()
kept_for = retention()


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    retired = retire_leads(leads, kept_for, wiring.now, wiring.now() + STOPS_AFTER)
    metrics.add_metric("retired", MetricUnit.Count, sum(retired.done.values()))
    for lead_id, error in retired.failed:
        reporting.lead_failed("retiring failed", lead_id, error)
    if retired.failed:
        raise RuntimeError(f"{len(retired.failed)} leads could not be retired; see the log")
    return {stage.value: count for stage, count in retired.done.items()}
