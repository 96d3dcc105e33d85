"""Compares the AWS calls that functions make with the permissions in the template."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from types import FrameType
from typing import Any, NamedTuple
from unittest.mock import patch

from botocore.client import BaseClient

from dev import template
from infra.build import module_name
from tests.aws import ENVIRONMENT

EVERY_CALL = "_make_api_call"  # the method of boto3's clients that makes every call
SES_RESOURCES = ("identity/${Domain}", "configuration-set/${AWS::StackName}-mail")
NAMES = ("TableName", "QueueUrl", "TopicArn", "UserPoolId")


class Use(NamedTuple):
    """A permission that a function uses or has.

    function: logical id of the function
    resource: logical id, or an index, such as "LeadsTable/index/worklist"
    """

    function: str
    action: str
    resource: str


class Difference(NamedTuple):
    missing: list[Use]
    excess: list[Use]
    wild: list[Use]


def difference(used: Iterable[Use], granted: Iterable[Use]) -> Difference:
    """Compares permissions as text, so a grant with `*` matches no call."""
    asked, given = set(used), set(granted)
    wild = [use for use in given if "*" in use.action + use.resource]
    return Difference(sorted(asked - given), sorted(given - asked), sorted(wild))


@cache
def resources() -> dict[str, Any]:
    found: dict[str, Any] = template.expand()["Resources"]
    return found


@cache
def functions() -> dict[str, str]:
    kinds = ((name, resource["Type"]) for name, resource in resources().items())
    return {f"functions.{module_name(name)}": name for name, kind in kinds if kind == "AWS::Lambda::Function"}


@contextmanager
def recording() -> Iterator[set[Use]]:
    """Yields a set that collects the calls of functions, on any thread."""
    call = getattr(BaseClient, EVERY_CALL)
    uses: set[Use] = set()

    def recorded(client: Any, operation: str, values: dict[str, Any]) -> Any:
        function = _caller()
        if function and operation == "TransactWriteItems":
            for entry in values["TransactItems"]:
                ((kind, item),) = entry.items()
                uses.add(Use(function, f"dynamodb:{kind}Item", _resource(function, item)))
        elif function:
            # The IAM action has the operation's name.
            action = f"{client.meta.service_model.service_name}:{operation}".replace("sesv2:", "ses:")
            called = values.get("RequestItems", ())
            resources = [_resource(function, {"TableName": table}) for table in called] or [_resource(function, values)]
            used = SES_RESOURCES if action == "ses:SendEmail" else resources
            uses.update(Use(function, action, resource) for resource in used)
        return call(client, operation, values)

    with patch.object(BaseClient, EVERY_CALL, recorded):
        yield uses


def _caller() -> str | None:
    """Returns the nearest function on the call stack, or None if a test is nearer."""
    frame: FrameType | None = sys._getframe(2)  # `inspect.stack` is too slow, because it reads each frame's source
    while frame:
        module = str(frame.f_globals.get("__name__"))
        if module in functions() or module.startswith("tests."):
            return functions().get(module)
        frame = frame.f_back
    return None


def _resource(function: str, values: dict[str, Any]) -> str:
    """Returns the logical id of a call's resource, or its name if no single environment variable has it."""
    name = next((values[key] for key in NAMES if key in values), "*")
    variables = resources()[function]["Properties"]["Environment"]["Variables"]
    meant = {value["Ref"] for key, value in variables.items() if ENVIRONMENT.get(key) == name and "Ref" in value}
    resource = meant.pop() if len(meant) == 1 else str(name)
    return f"{resource}/index/{values['IndexName']}" if "IndexName" in values else resource


def sent_by_lambda() -> set[Use]:
    """Returns the calls to failure queues that Lambda makes with functions' roles."""
    found = set()
    for resource in resources().values():
        properties = resource.get("Properties", {})
        if "OnFailure" in properties.get("DestinationConfig", {}):
            queue = properties["DestinationConfig"]["OnFailure"]["Destination"]
            found.add(Use(_called(properties), "sqs:SendMessage", _name(queue)))
    return found


def read_by_lambda() -> set[tuple[str, str]]:
    """Returns (function, resource) for each stream or queue that Lambda reads for a function."""
    mappings = [
        each["Properties"] for each in resources().values() if each["Type"] == "AWS::Lambda::EventSourceMapping"
    ]
    return {(_called(mapping), _name(mapping["EventSourceArn"])) for mapping in mappings}


def _called(properties: dict[str, Any]) -> str:
    return str(properties["FunctionName"]["Ref"]).removesuffix("Aliaslive")


def statements(function: str) -> list[dict[str, Any]]:
    policies = resources()[f"{function}Role"]["Properties"].get("Policies", [])
    return [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]


@cache
def granted() -> frozenset[Use]:
    return frozenset(
        Use(function, action, _name(resource))
        for function in functions().values()
        for statement in statements(function)
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
        if not action.startswith("kms:")
    )


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _name(resource: Any) -> str:
    """Returns a policy statement's resource in the form of `Use.resource`."""
    match resource:
        case {"Ref": str(name)}:
            return name
        case {"Fn::GetAtt": [str(name), "Arn" | "StreamArn"]}:
            return name
        case {"Fn::Sub": str(text)} if found := re.fullmatch(r"\$\{(\w+)\.Arn\}(/index/\w+)", text):
            return found[1] + found[2]
        case {"Fn::Sub": str(text)} | {"Fn::Sub": [str(text), _]} if ":ses:" in text:
            return text.partition("${AWS::AccountId}:")[2]
    return str(resource)
