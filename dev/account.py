"""Says what went wrong between a command and the account it works on, by the name under which the command was typed."""

from __future__ import annotations

from botocore.exceptions import NoCredentialsError, NoRegionError

ADVICE: dict[type[Exception], str] = {
    NoRegionError: " Set AWS_DEFAULT_REGION, since boto3 does not read AWS_REGION.",
    NoCredentialsError: " Sign in to AWS, or set AWS_PROFILE.",
}


def failure(command: str, error: Exception) -> str:
    """Returns one line: the command, such as "make smoke STACK=leads-dev", the error and what to do about it."""
    text = " ".join(str(error).split()).rstrip(".")
    return f"{command}: {type(error).__name__}: {text}.{ADVICE.get(type(error), '')}"
