"""Peer b: uses json and boto3's resource, without validation or logs."""

import json
import os
from typing import Any

import boto3
from rules import triage

table = boto3.resource("dynamodb").Table(os.environ["LEADS_TABLE"])


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    submission = json.loads(event["body"])
    tier, fired = triage(submission["answers"])
    item = submission | {"lead_id": submission["submission_id"], "tier": tier, "fired": fired}
    table.put_item(Item=item, ConditionExpression="attribute_not_exists(lead_id)")
    return {"statusCode": 201, "body": json.dumps({"tier": tier})}
