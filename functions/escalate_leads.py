"""Every minute: tell staff whatever is due, be it a first alert that did not get out or the next step of a ladder."""

from datetime import UTC, datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from shared.adapters.aws import PATIENT_FACING, client
from shared.adapters.dynamodb import LeadsTable
from shared.adapters.sns import AlertTopic
from shared.domain.errors import cause_of
from shared.domain.leads.alert import Alert
from shared.domain.leads.lead import reference_of
from shared.rulebook.loading import load
from shared.settings import AlertSettings, TableSettings, opening_hours
from shared.usecases.alerting import Alerting, escalate_leads

STOPS_AFTER = timedelta(seconds=30)  # with one slow lead still less than the timeout; the next run goes on

logger = Logger()
metrics = Metrics()
table = TableSettings.from_environment()
alerts = AlertSettings.from_environment()
rulebook = load()
alerting = Alerting(
    LeadsTable(client("dynamodb", PATIENT_FACING), table.leads_table, table.index_shards),
    rulebook,
    AlertTopic(client("sns", PATIENT_FACING), alerts.topic_arn),
    opening_hours(),
    alerts.staff_link,
)
SAFETY_TIERS = {
    tier.name for rule_set in rulebook.rule_sets.values() for tier in rule_set.tiers.values() if not tier.marketing
}


def now() -> datetime:
    return datetime.now(UTC)


def count(alerts: list[Alert]) -> None:
    """`untaken`: the last one on an urgent lead's ladder was told, so nobody else will be. That is an alarm."""
    metrics.add_metric("alerted", MetricUnit.Count, len(alerts))
    metrics.add_metric("escalated", MetricUnit.Count, sum(alert.level > 1 for alert in alerts))
    untaken = [alert for alert in alerts if alert.last and alert.tier in SAFETY_TIERS and not alert.suspect]
    metrics.add_metric("untaken", MetricUnit.Count, len(untaken))
    for alert in alerts:
        if alert.level == 1 and alert.received_at:
            metrics.add_metric("seconds_to_alert", MetricUnit.Seconds, (now() - alert.received_at).total_seconds())


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    swept = escalate_leads(alerting, now, now() + STOPS_AFTER)
    metrics.add_metric("swept", MetricUnit.Count, 1)
    count([alert for alert in swept.alerts if not alert.is_canary])
    for alert in swept.alerts:
        logger.info(
            "alerted",
            extra={
                "reference": alert.reference,
                "lead_id": alert.lead_id,
                "tier": alert.tier,
                "ladder_level": alert.level,
            },
        )
    for lead_id, error in swept.failed:
        logger.error(
            "alert failed",
            extra={
                "reference": reference_of(lead_id),
                "lead_id": str(lead_id),
                "error": type(error).__name__,
                "cause": cause_of(error),
            },
        )
    if swept.failed:
        raise RuntimeError(f"{len(swept.failed)} leads could not be told; see the log")
    return {"alerted": len(swept.alerts)}
