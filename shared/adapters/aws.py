"""How this service talks to AWS: few attempts, short waits; a hanging dependency never outlasts a function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, overload

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient


def _config(**settings: Any) -> Config:
    """Types, tests and AWS itself check what is sent. To check it here, too, and to put the user agent together anew
    each time would be a sixth of a request's work."""
    return Config(parameter_validation=False, user_agent="spine-leads", **settings)


# 2 attempts x (0.5 s + 1 s) plus backoff: one call ends within 4 s. Continuing an unfinished form takes two calls.
PATIENT_FACING = _config(
    connect_timeout=0.5, read_timeout=1, retries={"total_max_attempts": 2, "mode": "standard"}, tcp_keepalive=True
)
# The queue that takes over when the table fails: one attempt, so that a patient has an answer within 6 s of both.
SPOOLING = _config(
    connect_timeout=0.4, read_timeout=0.8, retries={"total_max_attempts": 1, "mode": "standard"}, tcp_keepalive=True
)
# For work that nobody waits for, with calls that wait on purpose.
UNHURRIED = _config(connect_timeout=2, read_timeout=15, retries={"total_max_attempts": 3, "mode": "standard"})


@overload
def client(service: Literal["dynamodb"], config: Config) -> DynamoDBClient: ...
@overload
def client(service: Literal["sns"], config: Config) -> SNSClient: ...
@overload
def client(service: Literal["sqs"], config: Config) -> SQSClient: ...
def client(service: Literal["dynamodb", "sns", "sqs"], config: Config) -> Any:
    return boto3.client(service, config=config)
