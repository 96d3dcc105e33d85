"""Explains why a command on an AWS account failed."""

from __future__ import annotations

from botocore.exceptions import NoCredentialsError, NoRegionError

ADVICE: dict[type[Exception], str] = {
    NoRegionError: " Set AWS_DEFAULT_REGION, since boto3 does not read AWS_REGION.",
    NoCredentialsError: " Sign in to AWS, or set AWS_PROFILE.",
}


def failure(command: str, error: Exception, left: str = "") -> str:
    """Returns one line with the command, the error and advice.

    command: as the user typed it, such as "make smoke STACK=leads-dev"
    left: what the command may have left on the account; not shown if nothing reached AWS
    """
    text = " ".join(str(error).split()).rstrip(".")
    advice = ADVICE.get(type(error), f" {left}".rstrip())
    return f"{command}: {type(error).__name__}: {text}.{advice}"
