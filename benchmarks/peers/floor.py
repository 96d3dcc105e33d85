"""A handler that does as little as possible with our libraries."""

import os
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from shared.adapters.aws import PATIENT_FACING, client

ATTRIBUTES = 15
LEAD = "x" * 4_000

logger = Logger()
metrics = Metrics()
table = client("dynamodb", PATIENT_FACING)
item: Any = {f"attribute_{number}": {"S": "2026-01-14T16:04:05.000+00:00"} for number in range(ATTRIBUTES)}


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    table.put_item(
        TableName=os.environ["LEADS_TABLE"],
        Item=item | {"lead": {"S": LEAD}},
        ConditionExpression="attribute_not_exists(lead_id)",
    )
    metrics.add_metric("captured", MetricUnit.Count, 1)
    logger.info("captured", extra={"tier": "ROUTINE"})
    return {"statusCode": 201, "body": "{}"}
