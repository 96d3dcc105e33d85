"""Provides events that invoke no function here, and malformed events."""

from __future__ import annotations

import copy
from typing import Any

from tests.functions.calls import Json, event

REST_API: Json = {
    "version": "1.0",
    "resource": "/submissions",
    "path": "/submissions",
    "httpMethod": "POST",
    "headers": {"content-type": "application/json"},
    "multiValueHeaders": {"content-type": ["application/json"]},
    "queryStringParameters": None,
    "multiValueQueryStringParameters": None,
    "requestContext": {"accountId": "123456789012", "identity": {"sourceIp": "203.0.113.10"}, "stage": "prod"},
    "pathParameters": None,
    "stageVariables": None,
    "body": "{}",
    "isBase64Encoded": False,
}
LOAD_BALANCER: Json = {
    "requestContext": {
        "elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/a/b"}
    },
    "httpMethod": "POST",
    "path": "/submissions",
    "queryStringParameters": {},
    "headers": {"content-type": "application/json"},
    "body": "{}",
    "isBase64Encoded": False,
}
WEB_SOCKET: Json = {
    "requestContext": {"routeKey": "$default", "eventType": "MESSAGE", "connectionId": "a="},
    "body": "{}",
    "isBase64Encoded": False,
}
S3: Json = {
    "Records": [
        {
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "eventName": "ObjectCreated:Put",
            "s3": {"bucket": {"name": "b"}, "object": {"key": "k", "size": 1}},
        }
    ]
}
SQS: Json = {
    "Records": [
        {
            "messageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
            "receiptHandle": "r",
            "body": "text",
            "attributes": {"ApproximateReceiveCount": "1"},
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:q",
        }
    ]
}
SNS: Json = {
    "Records": [
        {
            "EventSource": "aws:sns",
            "EventVersion": "1.0",
            "Sns": {
                "Type": "Notification",
                "MessageId": "95df01b4-ee98-5cb9-9903-4c221d41eb5e",
                "Subject": None,
                "Message": "somebody else's",
                "Timestamp": "2026-01-14T16:00:01.337Z",
                "MessageAttributes": {},
            },
        }
    ]
}
KINESIS: Json = {"Records": [{"kinesis": {"sequenceNumber": "1", "data": "YQ=="}, "eventSource": "aws:kinesis"}]}
EVENT_BRIDGE: Json = {"version": "0", "detail-type": "EC2 Instance State-change", "source": "aws.ec2", "detail": {}}
LOGS: Json = {"awslogs": {"data": "H4sIAAAAAAAA"}}
COGNITO: Json = {
    "version": "1",
    "triggerSource": "PreSignUp_SignUp",
    "userPoolId": "us-east-1_EXAMPLE",
    "userName": "nurse",
    "callerContext": {"clientId": "c"},
    "request": {"userAttributes": {"email": "nurse@clinic.example"}},
    "response": {},
}
OTHER_TABLE: Json = copy.deepcopy(event("alert_staff"))
OTHER_TABLE["Records"][0]["dynamodb"]["Keys"] = {"id": {"N": "1"}}
FOREIGN: dict[str, Any] = {
    "REST API": REST_API,
    "load balancer": LOAD_BALANCER,
    "web socket": WEB_SOCKET,
    "S3": S3,
    "SQS": SQS,
    "SNS": SNS,
    "Kinesis": KINESIS,
    "EventBridge": EVENT_BRIDGE,
    "logs": LOGS,
    "Cognito": COGNITO,
    "empty": {},
    "none": None,
    "list": [],
    "text": "text",
    "number": 1,
    "records of nothing": {"Records": None},
    "no records": {"Records": []},
    "records that are none": {"Records": [None, 1, "a", [], {}]},
    "a record of a stream and one of S3": {"Records": [*event("alert_staff")["Records"], *S3["Records"]]},
    "a stream without its change": {"Records": [{"eventSource": "aws:dynamodb", "dynamodb": None}]},
    "a topic without its message": {"Records": [{"EventSource": "aws:sns", "Sns": None}]},
}


def misshapen(request: Json) -> dict[str, Any]:
    """Returns description -> a copy of the event in which one part has the wrong type."""
    context = request["requestContext"]
    return {
        "no context": request | {"requestContext": None},
        "context of text": request | {"requestContext": "a"},
        "no http": request | {"requestContext": {**context, "http": None}},
        "headers in a list": request | {"headers": [["content-type", "application/json"]]},
        "a header that is a list": request | {"headers": {"content-type": ["application/json"]}},
        "a header that is none": request | {"headers": {"content-type": None}},
        "a query of text": request | {"queryStringParameters": "a=b"},
        "a query of lists": request | {"queryStringParameters": {"language": ["es"]}},
        "a path of numbers": request | {"pathParameters": {"reference": 1, "submission_id": 1, "id": 1, "file": 1}},
        "a body that was read": request | {"body": {"a": 1}},
        "a body of bytes": request | {"body": b"{}"},
    }
