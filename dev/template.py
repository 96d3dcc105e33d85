"""Reads the SAM template, and expands it to plain CloudFormation without network."""

import copy
import json
import logging
import re
from functools import cache
from pathlib import Path
from typing import Any

from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

TEMPLATE = Path(__file__).resolve().parent.parent / "infra" / "template.yaml"
logging.getLogger("samtranslator").setLevel(logging.ERROR)
REGION = "us-east-1"
Template = dict[str, Any]


class _Session:
    """A substitute for a boto3 session, of which the translator reads only the region."""

    region_name = REGION


def read() -> Template:
    return copy.deepcopy(_parsed(TEMPLATE.read_text()))


@cache
def _parsed(text: str) -> Template:
    """Returns a cached template, because parsing is slow."""
    template: Template = yaml_parse(text)
    return template


def variables() -> set[str]:
    """Returns the names of all functions' environment variables."""
    source = read()
    functions = [entry for entry in source["Resources"].values() if entry["Type"] == "AWS::Serverless::Function"]
    described = [source["Globals"]["Function"], *(function["Properties"] for function in functions)]
    return {name for entry in described for name in entry.get("Environment", {}).get("Variables", {})}


def routes() -> dict[str, str]:
    """Returns route -> logical id of its function, without HEAD routes and the catch-all route."""
    return {
        route: function
        for route, function in all_routes().items()
        if not route.startswith("HEAD") and not route.endswith("+}")
    }


def all_routes() -> dict[str, str]:
    resources = read()["Resources"]
    found = {}
    for route in (entry["Properties"] for entry in resources.values() if entry["Type"] == "AWS::ApiGatewayV2::Route"):
        (integration,) = re.findall(r"\$\{(\w+)\}", route["Target"]["Fn::Sub"])
        uri = resources[integration]["Properties"]["IntegrationUri"]
        function = uri["Fn::GetAtt"][0] if "Fn::GetAtt" in uri else uri["Ref"].split(".")[0]
        found[str(route["RouteKey"])] = str(function)
    return found


def expand(parameters: dict[str, str] | None = None, bucket: str = "bucket", key: str = "bundle.zip") -> Template:
    """Returns the template after the SAM transform.

    bucket, key: the S3 object with the code of all functions
    """
    values = json.dumps({"AWS::Region": REGION, **(parameters or {})})
    expanded: Template = json.loads(_expanded(TEMPLATE.read_text(), bucket, key, values))
    return expanded


@cache
def _expanded(text: str, bucket: str, key: str, values: str) -> str:
    """Returns the expanded template as JSON, cached because expanding is slow."""
    source = copy.deepcopy(_parsed(text))
    source["Globals"]["Function"]["CodeUri"] = {"Bucket": bucket, "Key": key}
    expanded: Template = Translator({}, Parser(), boto_session=_Session()).translate(source, json.loads(values))
    expanded.pop("Transform", None)
    return json.dumps(expanded)
