"""Deletes data whose retention period is over, every day (periods: shared/rulebook/retention.toml)."""

from datetime import timedelta
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from functions import telemetry, wiring
from functions.wiring import logger, metrics
from shared.rulebook.retention import retention
from shared.usecases.retiring import retire_leads

TIME_LIMIT = timedelta(minutes=4)  # below the function's timeout; the next run continues

leads = wiring.leads_table()
kept_for = retention()


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    retired = retire_leads(leads, kept_for, wiring.now, wiring.now() + TIME_LIMIT)
    metrics.add_metric("retired", MetricUnit.Count, sum(retired.done.values()))
    for lead_id, error in retired.failed:
        telemetry.lead_failed("retiring failed", lead_id, error)
    if retired.failed:
        raise RuntimeError(f"{len(retired.failed)} leads could not be retired; see the log")
    return {stage.value: count for stage, count in retired.done.items()}
