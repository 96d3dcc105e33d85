"""a: json and boto3's client, no validation, no logs."""

import json
import os
from typing import Any

import boto3
from rules import triage

client = boto3.client("dynamodb")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    submission = json.loads(event["body"])
    tier, fired = triage(submission["answers"])
    client.put_item(
        TableName=os.environ["LEADS_TABLE"],
        Item={
            "lead_id": {"S": submission["submission_id"]},
            "lead": {"S": json.dumps(submission | {"tier": tier, "fired": fired})},
        },
        ConditionExpression="attribute_not_exists(lead_id)",
    )
    return {"statusCode": 201, "body": json.dumps({"tier": tier})}
