"""Runs every minute and sends all alerts and reminders that are due."""

from datetime import timedelta
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from functions import telemetry, wiring
from functions.wiring import logger, metrics
from shared.adapters.sns import SWEEP_PACE
from shared.domain.leads.alert import Alert
from shared.usecases.alerting import escalate_leads

# The function's timeout is longer, so that the run can finish the current lead.
TIME_LIMIT = timedelta(seconds=30)

alerting = wiring.alerting(SWEEP_PACE)
SAFETY_TIERS = {
    tier.name for rule_set in wiring.rulebook().rule_sets.values() for tier in rule_set.tiers.values() if tier.safety
}


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    swept = escalate_leads(alerting, wiring.now, wiring.now() + TIME_LIMIT)
    metrics.add_metric("swept", MetricUnit.Count, 1)
    count([alert for alert in swept.alerts if not alert.is_canary])
    for alert in swept.alerts:
        telemetry.alerted(alert)
    for lead_id, error in swept.failed:
        telemetry.lead_failed("alert failed", lead_id, error)
    if swept.failed:
        raise RuntimeError(f"{len(swept.failed)} alerts failed; see the log")
    return {"alerted": len(swept.alerts)}


def count(alerts: list[Alert]) -> None:
    """Counts the sent alerts.

    The metric `untaken` triggers an alarm. It counts leads in a safety tier that nobody took until the last alert.
    """
    metrics.add_metric("alerted", MetricUnit.Count, len(alerts))
    metrics.add_metric("escalated", MetricUnit.Count, sum(alert.level > 1 for alert in alerts))
    untaken = [alert for alert in alerts if alert.last and alert.tier in SAFETY_TIERS and not alert.suspect]
    metrics.add_metric("untaken", MetricUnit.Count, len(untaken))
    for alert in alerts:
        telemetry.count_seconds_to_alert(alert, wiring.now())
