"""Stores leads from the spool in the leads table. The queue invokes this function."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from functions import telemetry, wiring
from functions.wiring import logger, metrics
from shared.domain.errors import cause_of
from shared.triggers import queue_batch
from shared.usecases.replaying import replay_submissions

processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
replay = wiring.replay()


def deliver(record: dict[str, Any]) -> None:
    try:
        replayed = replay_submissions(record["body"], replay, wiring.now())
    except Exception as error:
        logger.error("replay failed", extra={"error": type(error).__name__, "cause": cause_of(error)})
        raise
    if lead := replayed.counted:
        telemetry.stored(lead)
    if replayed.error:
        metrics.add_metric("undeliverable", MetricUnit.Count, 1)
        reference = replayed.lead.reference if replayed.lead else ""
        logger.error("undeliverable", extra={"reference": reference, "error": replayed.error})


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> Any:
    batch = queue_batch(event)
    return process_partial_response(event=batch, record_handler=deliver, processor=processor, context=context)
