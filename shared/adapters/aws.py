"""Creates AWS clients whose calls end before the Lambda function times out."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Literal, overload

import boto3
import botocore.session
from botocore.config import Config
from botocore.handlers import BUILTIN_HANDLERS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient

    from shared.adapters.ses import SesClient
    from shared.adapters.staff_pool import CognitoClient

SERVICES = ("dynamodb", "sns", "sqs", "sesv2", "cognito-idp")


def _config(**settings: Any) -> Config:
    """Returns a configuration without botocore's parameter validation, which takes a sixth of a request's CPU time."""
    return Config(parameter_validation=False, user_agent="spine-leads", **settings)


# For requests that a visitor or staff member waits for. A call ends within 4 s.
PATIENT_FACING = _config(
    connect_timeout=0.5, read_timeout=1, retries={"total_max_attempts": 2, "mode": "standard"}, tcp_keepalive=True
)
# For the spool. A patient gets an answer within 6 s even after the table has timed out.
SPOOLING = _config(
    connect_timeout=0.4, read_timeout=0.8, retries={"total_max_attempts": 1, "mode": "standard"}, tcp_keepalive=True
)
# For SES. A second attempt after a lost reply would send the mail twice.
MAILING = _config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 1, "mode": "standard"})
BACKGROUND = _config(connect_timeout=2, read_timeout=15, retries={"total_max_attempts": 3, "mode": "standard"})


@overload
def client(service: Literal["dynamodb"], config: Config) -> DynamoDBClient: ...
@overload
def client(service: Literal["sns"], config: Config) -> SNSClient: ...
@overload
def client(service: Literal["sqs"], config: Config) -> SQSClient: ...
@overload
def client(service: Literal["sesv2"], config: Config) -> SesClient: ...
@overload
def client(service: Literal["cognito-idp"], config: Config) -> CognitoClient: ...
def client(service: Literal["dynamodb", "sns", "sqs", "sesv2", "cognito-idp"], config: Config) -> Any:
    return _session().client(service, config=config)


@cache
def _session() -> boto3.Session:
    """Returns a session without the event handlers of unused services, whose registration slows a cold start."""
    session = botocore.session.Session(include_builtin_handlers=False)
    for event, handler, *_ in BUILTIN_HANDLERS:
        kind, _, service = event.partition(".")
        if kind != "docs" and service.partition(".")[0] in ("", "*", *SERVICES):
            session.register(event, handler)
    return boto3.Session(botocore_session=session)
