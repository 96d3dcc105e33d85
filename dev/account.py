"""Explains why a command on an AWS account failed. Names the command as the user typed it."""

from __future__ import annotations

from botocore.exceptions import NoCredentialsError, NoRegionError

ADVICE: dict[type[Exception], str] = {
    NoRegionError: " Set AWS_DEFAULT_REGION, since boto3 does not read AWS_REGION.",
    NoCredentialsError: " Sign in to AWS, or set AWS_PROFILE.",
}


def failure(command: str, error: Exception, left: str = "") -> str:
    """Returns one line: the command (such as "make smoke STACK=leads-dev"), the error, and what to do about it.

    left: a sentence about what the command may have left behind. If credentials or region are missing, no call reached
        AWS, so advice about these replaces the sentence.
    """
    text = " ".join(str(error).split()).rstrip(".")
    advice = ADVICE.get(type(error), f" {left}".rstrip())
    return f"{command}: {type(error).__name__}: {text}.{advice}"
