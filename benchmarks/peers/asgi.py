"""Peer e: uses FastAPI behind Mangum."""

import os

import boto3
from fastapi import FastAPI
from mangum import Mangum
from models import Submission
from rules import triage

app = FastAPI()
table = boto3.resource("dynamodb").Table(os.environ["LEADS_TABLE"])


@app.post("/submissions", status_code=201)
def capture(submission: Submission) -> dict[str, str]:
    tier, fired = triage(submission.answers)
    item = submission.model_dump(mode="json") | {"lead_id": str(submission.submission_id), "tier": tier, "fired": fired}
    table.put_item(Item=item, ConditionExpression="attribute_not_exists(lead_id)")
    return {"tier": tier}


handler = Mangum(app, lifespan="off")
