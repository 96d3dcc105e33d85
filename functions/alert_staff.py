"""Alerts staff about a new lead. The stream of the leads table invokes this function."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from functions import telemetry, wiring
from functions.wiring import logger, metrics
from shared.adapters.sns import STREAM_PACE
from shared.triggers import lead_id_of, stream_batch
from shared.usecases.alerting import alert_staff

processor = BatchProcessor(EventType.DynamoDBStreams, raise_on_entire_batch_failure=False)
alerting = wiring.alerting(STREAM_PACE)


def process(record: dict[str, Any]) -> None:
    lead_id = lead_id_of(record)
    try:
        alert = alert_staff(lead_id, alerting, wiring.now())
    except Exception as error:
        telemetry.lead_failed("alert failed", lead_id, error)
        raise
    if alert is None:
        return
    telemetry.alerted(alert)
    if not alert.is_canary:
        metrics.add_metric("alerted", MetricUnit.Count, 1)
        telemetry.count_seconds_to_alert(alert, wiring.now())


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> Any:
    return process_partial_response(
        event=stream_batch(event), record_handler=process, processor=processor, context=context
    )
