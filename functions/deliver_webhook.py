"""Alert topic: tell a pager or a CRM by a signed webhook. A failure is tried again by Lambda, then kept in a queue."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from shared.adapters.webhook import Webhook
from shared.domain.leads.webhook import WaitingLead
from shared.settings import WebhookSettings
from shared.triggers import notifications
from shared.usecases.alerting import deliver_webhook

logger = Logger()
metrics = Metrics()
settings = WebhookSettings.from_environment()
webhook = Webhook(settings.address, settings.secret)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> None:
    for sent in notifications(event):  # SNS sends one
        lead = WaitingLead.of(sent.message_id, sent.at, sent.attributes)
        deliver_webhook(lead, webhook, datetime.now(UTC))
        metrics.add_metric("webhooks", MetricUnit.Count, 1)
        logger.info("webhook delivered", extra={"reference": lead.reference, "tier": lead.tier})
