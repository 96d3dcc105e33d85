"""Checks that take too long for every run of the tests."""

import os

from tests.aws import ENVIRONMENT

os.environ.update(ENVIRONMENT)  # before any function is imported: functions are wired when imported
os.environ.pop("AWS_PROFILE", None)
os.environ.pop("AWS_ENDPOINT_URL", None)
