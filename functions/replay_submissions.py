"""The spool's queue: what was taken in while the table was away is stored. What fails stays in the queue for later."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from shared.adapters.aws import PATIENT_FACING, SPOOLING, client
from shared.adapters.dynamodb import LeadsTable
from shared.adapters.spool import SpoolQueue
from shared.domain.errors import cause_of
from shared.rulebook.loading import load
from shared.settings import TableSettings, failure_queue, opening_hours
from shared.triggers import queue_batch
from shared.usecases.replaying import Replay, replay_submissions

logger = Logger()
metrics = Metrics()
processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
table = TableSettings.from_environment()
replay = Replay(
    LeadsTable(client("dynamodb", PATIENT_FACING), table.leads_table, table.index_shards),
    load(),
    SpoolQueue(lambda: client("sqs", SPOOLING), failure_queue()),
    opening_hours(),
)


def deliver(record: dict[str, Any]) -> None:
    try:
        replayed = replay_submissions(record["body"], replay, datetime.now(UTC))
    except Exception as error:
        logger.error(  # noqa: TRY400  the text of an error may quote a patient: its kind only
            "replay failed", extra={"error": type(error).__name__, "cause": cause_of(error)}
        )
        raise
    if lead := replayed.counted:
        metrics.add_metric("captured", MetricUnit.Count, 1)
        metrics.add_metric("suspects", MetricUnit.Count, int(lead.assessment.suspicion.suspect))
        metrics.add_metric("scoring_failed", MetricUnit.Count, int(lead.assessment.triage.failed))
        metrics.add_metric(f"captured_{lead.tier}", MetricUnit.Count, 1)
        logger.info("captured", extra={"reference": lead.reference, "lead_id": str(lead.lead_id), "tier": lead.tier})
    if replayed.error:
        metrics.add_metric("undeliverable", MetricUnit.Count, 1)
        reference = replayed.lead.reference if replayed.lead else ""
        logger.error("undeliverable", extra={"reference": reference, "error": replayed.error})


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> Any:
    batch = queue_batch(event)
    return process_partial_response(event=batch, record_handler=deliver, processor=processor, context=context)
