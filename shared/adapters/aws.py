"""Creates AWS clients. Few attempts and short timeouts keep each call shorter than the Lambda function's timeout."""

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
    """Returns a client configuration that skips botocore's parameter validation and uses a fixed user agent.

    This saves a sixth of a request's CPU time. mypy, the tests and AWS itself already check the parameters.
    """
    return Config(parameter_validation=False, user_agent="spine-leads", **settings)


# For requests that a visitor or staff member waits for. A call ends within 4 s: two attempts of at most 1.5 s each, and
# a pause between them.
PATIENT_FACING = _config(
    connect_timeout=0.5, read_timeout=1, retries={"total_max_attempts": 2, "mode": "standard"}, tcp_keepalive=True
)
# For the spool: one attempt, so that a patient gets an answer within 6 s even after the table has timed out.
SPOOLING = _config(
    connect_timeout=0.4, read_timeout=0.8, retries={"total_max_attempts": 1, "mode": "standard"}, tcp_keepalive=True
)
# For SES: one attempt, because after a lost reply a second attempt would send the mail twice.
MAILING = _config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 1, "mode": "standard"})
# For scheduled work and long polls, where nobody waits for the answer.
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
    """Returns a session that leaves out botocore's event handlers for services that we do not call.

    Registering the handlers of all services would take a thirtieth of a cold start.
    """
    session = botocore.session.Session(include_builtin_handlers=False)
    for event, handler, *_ in BUILTIN_HANDLERS:
        kind, _, service = event.partition(".")
        if kind != "docs" and service.partition(".")[0] in ("", "*", *SERVICES):
            session.register(event, handler)
    return boto3.Session(botocore_session=session)
