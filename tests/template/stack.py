"""The template, as written (SOURCE) and after the SAM transform (EXPANDED)."""

from __future__ import annotations

from typing import Any

from dev import template

PROJECT = template.TEMPLATE.parents[1]
SOURCE = template.read()
EXPANDED = template.expand()
MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
TOPIC = {"Ref": "AlertTopic"}


def of_type(kind: str) -> dict[str, Any]:
    resources = EXPANDED["Resources"].items()
    return {name: resource.get("Properties", {}) for name, resource in resources if resource["Type"] == kind}


FUNCTIONS = of_type("AWS::Lambda::Function")


def called(name: str) -> dict[str, Any]:
    """Returns a reference to the function's alias, if any, which callers must use."""
    alias = f"{name}Aliaslive"
    return {"Ref": alias} if alias in EXPANDED["Resources"] else {"Fn::GetAtt": [name, "Arn"]}


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
