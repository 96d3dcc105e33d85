"""f: Chalice, no validation."""

import json
import os

import boto3
from chalice import Chalice, Response
from rules import triage

app = Chalice(app_name="leads")
client = boto3.client("dynamodb")


@app.route("/submissions", methods=["POST"])
def capture() -> Response:
    submission = app.current_request.json_body
    tier, fired = triage(submission["answers"])
    client.put_item(
        TableName=os.environ["LEADS_TABLE"],
        Item={
            "lead_id": {"S": submission["submission_id"]},
            "lead": {"S": json.dumps(submission | {"tier": tier, "fired": fired})},
        },
        ConditionExpression="attribute_not_exists(lead_id)",
    )
    return Response({"tier": tier}, status_code=201)


handler = app
