"""Every minute: tell staff whatever is due, be it a first alert that did not get out or the next step of a ladder."""

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from shared.adapters.aws import PATIENT_FACING
from shared.adapters.dynamodb import LeadsTable
from shared.adapters.sns import AlertTopic
from shared.rulebook.loading import load
from shared.settings import AlertSettings, TableSettings, opening_hours
from shared.usecases.alerting import Alerting, escalate_leads

STOPS_AFTER = timedelta(seconds=30)  # with one slow lead still less than the timeout; the next run goes on

logger = Logger()
metrics = Metrics()
table = TableSettings.from_environment()
alerts = AlertSettings.from_environment()
alerting = Alerting(
    LeadsTable(boto3.client("dynamodb", config=PATIENT_FACING), table.leads_table, table.index_shards),
    load(),
    AlertTopic(boto3.client("sns", config=PATIENT_FACING), alerts.topic_arn),
    opening_hours(),
    alerts.staff_link,
)


def now() -> datetime:
    return datetime.now(UTC)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    swept = escalate_leads(alerting, now, now() + STOPS_AFTER)
    metrics.add_metric("swept", MetricUnit.Count, 1)
    metrics.add_metric("alerted", MetricUnit.Count, len(swept.alerts))
    for lead_id, error in swept.failed:
        logger.error("alert failed", extra={"lead_id": str(lead_id), "error": type(error).__name__})
    if swept.failed:
        raise RuntimeError(f"{len(swept.failed)} leads could not be told; see the log")
    return {"alerted": len(swept.alerts)}
