"""Tests that `make smoke` ends with a one-line error if it cannot start."""

from __future__ import annotations

import json
import sys

import boto3
import pytest
from moto import mock_aws

from dev import smoke


def ended(stack: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(sys, "argv", ["smoke", stack])
    with pytest.raises(SystemExit) as stopped:
        smoke.main()
    assert isinstance(stopped.value.code, str)
    assert "\n" not in stopped.value.code
    return stopped.value.code


def test_a_missing_region_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    said = ended("clinic", monkeypatch)
    assert said.startswith("make smoke STACK=clinic: NoRegionError: ")
    assert "Set AWS_DEFAULT_REGION" in said


@mock_aws
def test_a_missing_or_foreign_stack_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "clinic" in ended("clinic", monkeypatch)
    create({"Other": "a"})
    assert "has no output 'Address'" in ended("clinic", monkeypatch)


@mock_aws
def test_an_unresolvable_address_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    create({"Address": "https://leads.clinic.invalid/", "SignIn": "https://sign-in.clinic.invalid"})
    assert ended("clinic", monkeypatch).startswith("make smoke STACK=clinic: URLError: ")


def create(outputs: dict[str, str]) -> None:
    resources = {"Queue": {"Type": "AWS::SQS::Queue"}}
    body = {"Resources": resources, "Outputs": {name: {"Value": value} for name, value in outputs.items()}}
    boto3.client("cloudformation").create_stack(StackName="clinic", TemplateBody=json.dumps(body))
