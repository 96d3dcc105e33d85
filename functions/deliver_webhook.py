"""Delivers each alert as a signed webhook. The alert topic invokes this function.

Lambda retries a failed delivery, then keeps the alert in a failure queue.
"""

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
    for sent in notifications(event):  # an event from SNS has one message
        lead = WaitingLead.of(sent.message_id, sent.at, sent.attributes)
        webhook.deliver(lead, wiring.now())
        metrics.add_metric("webhooks", MetricUnit.Count, 1)
        logger.info("webhook delivered", extra={"reference": lead.reference, "tier": lead.tier})
