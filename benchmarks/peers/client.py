"""Peer a: uses json and boto3's client, without validation or logs."""

import json
import os
from typing import Any

import boto3
from boto3.dynamodb.types import TypeSerializer
from rules import triage

client = boto3.client("dynamodb")
serialize = TypeSerializer().serialize


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    submission = json.loads(event["body"])
    tier, fired = triage(submission["answers"])
    item = submission | {"lead_id": submission["submission_id"], "tier": tier, "fired": fired}
    client.put_item(
        TableName=os.environ["LEADS_TABLE"],
        Item={name: serialize(value) for name, value in item.items()},
        ConditionExpression="attribute_not_exists(lead_id)",
    )
    return {"statusCode": 201, "body": json.dumps({"tier": tier})}
