"""Alert topic: sends a signed webhook to a pager or a CRM. Lambda retries a failure, then keeps it in a queue."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from functions import wiring
from functions.wiring import logger, metrics
from shared.domain.leads.webhook import WaitingLead
from shared.triggers import notifications

webhook = wiring.webhook()


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> None:
    for sent in notifications(event):  # SNS sends one at a time
        lead = WaitingLead.of(sent.message_id, sent.at, sent.attributes)
        webhook.deliver(lead, wiring.now())
        metrics.add_metric("webhooks", MetricUnit.Count, 1)
        logger.info("webhook delivered", extra={"reference": lead.reference, "tier": lead.tier})
