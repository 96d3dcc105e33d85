"""Peer d: uses pydantic, Logger and Metrics around boto3's client."""

import json
import os
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from boto3.dynamodb.types import TypeSerializer
from models import Submission
from pydantic import ValidationError
from rules import triage

logger = Logger()
metrics = Metrics()
client = boto3.client("dynamodb")
serialize = TypeSerializer().serialize


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    try:
        submission = Submission.model_validate_json(event["body"])
    except ValidationError as error:
        return {"statusCode": 422, "body": error.json(include_input=False)}
    tier, fired = triage(submission.answers)
    item = submission.model_dump(mode="json") | {"lead_id": str(submission.submission_id), "tier": tier, "fired": fired}
    client.put_item(
        TableName=os.environ["LEADS_TABLE"],
        Item={name: serialize(value) for name, value in item.items()},
        ConditionExpression="attribute_not_exists(lead_id)",
    )
    metrics.add_metric("captured", MetricUnit.Count, 1)
    logger.info("captured", extra={"tier": tier})
    return {"statusCode": 201, "body": json.dumps({"tier": tier})}
