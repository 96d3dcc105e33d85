"""Updates the counts and search keys when a lead changes. The stream of the leads table invokes this function.

A daily run counts leads that the stream missed.
"""

from datetime import timedelta
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from functions import telemetry, wiring
from functions.wiring import logger
from shared.triggers import is_schedule, lead_id_of, stream_batch
from shared.usecases.counting import count_lead, count_recent_leads

TIME_LIMIT = timedelta(minutes=4)  # less than the function's timeout

processor = BatchProcessor(EventType.DynamoDBStreams, raise_on_entire_batch_failure=False)
counting = wiring.counting()


def process(record: dict[str, Any]) -> None:
    lead_id = lead_id_of(record)
    try:
        count_lead(lead_id, counting)
    except Exception as error:
        telemetry.lead_failed("counting failed", lead_id, error)
        raise


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> Any:
    if is_schedule(event):
        return {"counted": count_recent_leads(counting, wiring.now, wiring.now() + TIME_LIMIT)}
    return process_partial_response(
        event=stream_batch(event), record_handler=process, processor=processor, context=context
    )
