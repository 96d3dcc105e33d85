"""Peer f: uses Chalice, without validation."""

import os

import boto3
from boto3.dynamodb.types import TypeSerializer
from chalice import Chalice, Response
from rules import triage

app = Chalice(app_name="leads")
client = boto3.client("dynamodb")
serialize = TypeSerializer().serialize


@app.route("/submissions", methods=["POST"])
def capture() -> Response:
    submission = app.current_request.json_body
    tier, fired = triage(submission["answers"])
    item = submission | {"lead_id": submission["submission_id"], "tier": tier, "fired": fired}
    client.put_item(
        TableName=os.environ["LEADS_TABLE"],
        Item={name: serialize(value) for name, value in item.items()},
        ConditionExpression="attribute_not_exists(lead_id)",
    )
    return Response({"tier": tier}, status_code=201)


handler = app
