"""Table stream: tell staff about a new lead. Records hold keys only; the lead says what is due."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from shared.adapters.aws import PATIENT_FACING, client
from shared.adapters.dynamodb import LeadsTable
from shared.adapters.sns import AlertTopic
from shared.domain.errors import cause_of
from shared.domain.leads.alert import Alert
from shared.domain.leads.lead import reference_of
from shared.rulebook.loading import load
from shared.settings import AlertSettings, TableSettings, opening_hours
from shared.triggers import lead_id_of, stream_batch
from shared.usecases.alerting import Alerting, alert_staff

logger = Logger()
metrics = Metrics()
processor = BatchProcessor(EventType.DynamoDBStreams, raise_on_entire_batch_failure=False)
table = TableSettings.from_environment()
alerts = AlertSettings.from_environment()
alerting = Alerting(
    LeadsTable(client("dynamodb", PATIENT_FACING), table.leads_table, table.index_shards),
    load(),
    AlertTopic(client("sns", PATIENT_FACING), alerts.topic_arn),
    opening_hours(),
    alerts.staff_link,
)


def tell(record: dict[str, Any]) -> None:
    lead_id = lead_id_of(record)
    try:
        alert = alert_staff(lead_id, alerting, datetime.now(UTC))
    except Exception as error:
        logger.error(  # noqa: TRY400  the text of an error may quote a patient: its kind only
            "alert failed",
            extra={
                "reference": reference_of(lead_id),
                "lead_id": str(lead_id),
                "error": type(error).__name__,
                "cause": cause_of(error),
            },
        )
        raise
    if alert is not None:
        logger.info(
            "alerted",
            extra={
                "reference": alert.reference,
                "lead_id": alert.lead_id,
                "tier": alert.tier,
                "ladder_level": alert.level,
            },
        )
        if not alert.is_canary:
            count(alert, datetime.now(UTC))


def count(alert: Alert, at: datetime) -> None:
    metrics.add_metric("alerted", MetricUnit.Count, 1)
    if alert.received_at:  # the stream tells first alerts only
        metrics.add_metric("seconds_to_alert", MetricUnit.Seconds, (at - alert.received_at).total_seconds())


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> Any:
    return process_partial_response(
        event=stream_batch(event), record_handler=tell, processor=processor, context=context
    )
