"""Peer c: uses Powertools as its documentation shows."""

import os
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.metrics import MetricUnit
from models import Submission
from rules import triage

logger = Logger()
metrics = Metrics()
tracer = Tracer()
app = APIGatewayHttpResolver(enable_validation=True)
table = boto3.resource("dynamodb").Table(os.environ["LEADS_TABLE"])


@app.post("/submissions")
@tracer.capture_method
def capture(submission: Submission) -> Response[dict[str, str]]:
    tier, fired = triage(submission.answers)
    item = submission.model_dump(mode="json") | {"lead_id": str(submission.submission_id), "tier": tier, "fired": fired}
    table.put_item(Item=item, ConditionExpression="attribute_not_exists(lead_id)")
    metrics.add_metric("captured", MetricUnit.Count, 1)
    logger.info("captured", extra={"tier": tier})
    return Response(status_code=201, content_type="application/json", body={"tier": tier})


@logger.inject_lambda_context
@tracer.capture_lambda_handler
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return app.resolve(event, context)
