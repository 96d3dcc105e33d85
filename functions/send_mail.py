"""Runs every minute and sends patients the e-mails that are due, such as receipts. Never sends the same mail twice."""

from datetime import timedelta
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from functions import telemetry, wiring
from functions.wiring import logger, metrics
from shared.usecases.mailing import send_mails

# The function's timeout is longer, so that the run can finish the current mail.
TIME_LIMIT = timedelta(seconds=30)
NOT_SENT = {"failed", "unknown"}

mailing = wiring.mailing()


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    swept = send_mails(mailing, wiring.now, wiring.now() + TIME_LIMIT)
    sent = sum(entry.status == "sent" for _, entry in swept.entries)
    metrics.add_metric("mails_sent", MetricUnit.Count, sent)
    for lead_id, entry in swept.entries:
        telemetry.mailed(lead_id, entry)
    for lead_id, error in swept.failed:
        telemetry.lead_failed("mail failed", lead_id, error)
    lost = sum(entry.status in NOT_SENT for _, entry in swept.entries)
    if lost or swept.failed:
        raise RuntimeError(f"{lost + len(swept.failed)} mails failed; see the log")
    return {"sent": sent}
