"""Stops mail to an address after a bounce or a complaint. The SNS topic of mail events invokes this function."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from functions import wiring
from functions.wiring import logger, metrics
from shared.adapters.ses import returned_mail
from shared.domain.leads.lead import reference_of
from shared.triggers import notifications
from shared.usecases.mailing import close_address

ending = wiring.ending_mails()


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> None:
    for sent in notifications(event):  # an event from SNS has one message
        returned = returned_mail(sent.text)
        if returned is None:
            continue
        close_address(returned, ending, wiring.now())
        metrics.add_metric("mails_returned", MetricUnit.Count, 1)
        reference = reference_of(returned.lead_id)
        logger.info("mail returned", extra={"reference": reference, "lead_id": str(returned.lead_id)})
