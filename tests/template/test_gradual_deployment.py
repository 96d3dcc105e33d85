"""Tests which functions shift traffic gradually, and which alarms trigger a rollback."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from dev import template
from dev.cloud import PARAMETERS

SOURCE = template.read()
RESOURCES: dict[str, Any] = template.expand()["Resources"]
AT_ONCE: dict[str, Any] = template.expand({"GradualDeployment": "false"})["Resources"]
REQUESTS, RUNS = "Canary10Percent5Minutes", "Linear10PercentEvery1Minute"
GRADUAL: dict[str, tuple[str, list[str]]] = {
    "CaptureLead": (REQUESTS, ["CaptureFailing", "ApiErrors", "ScoringFailed"]),
    "DrawForm": (REQUESTS, ["ApiErrors"]),
    "WorkLead": (REQUESTS, ["ApiErrors"]),
    "AlertStaff": (RUNS, ["AlertFailing", "StreamBatchFailed"]),
    "EscalateLeads": (RUNS, ["SweepFailing", "SweepSilent"]),
}


def of_type(kind: str, resources: dict[str, Any] = RESOURCES) -> dict[str, Any]:
    return {name: entry.get("Properties", {}) for name, entry in resources.items() if entry["Type"] == kind}


def refers(value: object, name: str) -> bool:
    text = json.dumps(value)
    return bool(re.search(rf'"(?:Ref": "|Fn::GetAtt": \["){name}"|\$\{{{name}[.}}]', text))


def test_these_functions_deploy_gradually_and_these_alarms_roll_back() -> None:
    groups = of_type("AWS::CodeDeploy::DeploymentGroup")

    assert set(groups) == {f"{name}DeploymentGroup" for name in GRADUAL}
    for name, (kind, alarms) in GRADUAL.items():
        group = groups[f"{name}DeploymentGroup"]
        assert group["DeploymentConfigName"]["Fn::Sub"][1] == {"ConfigName": kind}
        assert group["AlarmConfiguration"] == {"Enabled": True, "Alarms": [{"Name": {"Ref": a}} for a in alarms]}
        assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]
        assert group["AutoRollbackConfiguration"]["Enabled"] is True
        assert set(alarms) <= set(of_type("AWS::CloudWatch::Alarm"))


@pytest.mark.parametrize("name", GRADUAL)
def test_callers_use_the_alias(name: str) -> None:
    """Calls without the alias would reach the new version at once, even after a rollback."""
    about = ("AWS::Lambda::Version", "AWS::Lambda::Alias", "AWS::Lambda::EventInvokeConfig", "AWS::CloudWatch::")
    around = {
        who
        for who, entry in RESOURCES.items()
        if refers(entry, name) and not entry["Type"].startswith(about) and who != "DeploymentRole"
    }
    callers = [who for who, entry in RESOURCES.items() if refers(entry, f"{name}Aliaslive")]

    assert around == set()
    assert callers


def test_stream_schedule_and_routes_use_the_alias() -> None:
    live = {name: {"Ref": f"{name}Aliaslive"} for name in GRADUAL}

    assert of_type("AWS::Lambda::EventSourceMapping")["AlertStaffNewLead"]["FunctionName"] == live["AlertStaff"]
    assert of_type("AWS::Events::Rule")["EscalateLeadsEveryMinute"]["Targets"][0]["Arn"] == live["EscalateLeads"]
    assert of_type("AWS::Lambda::EventInvokeConfig")["EscalateLeadsEventInvokeConfig"]["Qualifier"] == "live"
    for name in ("CaptureLead", "DrawForm", "WorkLead"):
        assert of_type("AWS::ApiGatewayV2::Integration")[f"{name}Integration"]["IntegrationUri"] == live[name]
        assert of_type("AWS::Lambda::Permission")[f"{name}Permission"]["FunctionName"] == live[name]


@pytest.mark.parametrize("name", GRADUAL)
def test_a_changed_parameter_publishes_a_version(name: str) -> None:
    """SAM publishes a version for a changed description, but not for a changed parameter."""
    variables = RESOURCES[name]["Properties"]["Environment"]
    settings = SOURCE["Resources"]["SettingsVersion"]["Properties"]["Content"]["Fn::Join"][1]
    used = {parameter for parameter in SOURCE["Parameters"] if refers(variables, parameter)}
    (version,) = (entry for who, entry in RESOURCES.items() if re.fullmatch(rf"{name}Version[0-9a-f]{{10}}", who))

    used |= {"Tracing"}
    assert used <= {entry["Ref"] for entry in settings}
    description = {"Fn::Sub": "Settings ${SettingsVersion}"}
    assert (version["Properties"]["Description"], RESOURCES[name]["Properties"]["Description"]) == (
        description,
        description,
    )


def test_a_rotation_reaches_every_function_with_a_key_in_one_deploy() -> None:
    """CloudFormation reads a function's secrets again only if the function changes."""
    settings = SOURCE["Resources"]["SettingsVersion"]["Properties"]["Content"]["Fn::Join"][1]
    with_keys = {
        name: entry["Properties"]["Description"]["Fn::Sub"]
        for name, entry in RESOURCES.items()
        if entry["Type"] == "AWS::Lambda::Function" and "resolve:secretsmanager" in json.dumps(entry["Properties"])
    }

    assert {"Ref": "KeysVersion"} in settings
    assert set(with_keys) >= {"CaptureLead", "DrawForm", "WatchDelivery", "SearchLeads", "EraseLead"}
    for name, description in with_keys.items():
        assert description == ("Settings ${SettingsVersion}" if name in GRADUAL else "Keys ${KeysVersion}")


def test_a_secret_parameter_is_in_no_settings() -> None:
    settings = SOURCE["Resources"]["SettingsVersion"]["Properties"]["Content"]["Fn::Join"][1]

    assert not [entry["Ref"] for entry in settings if SOURCE["Parameters"][entry["Ref"]].get("NoEcho")]


def test_a_stage_without_visitors_deploys_all_at_once() -> None:
    assert not [entry["Type"] for entry in AT_ONCE.values() if entry["Type"].startswith("AWS::CodeDeploy")]
    assert not [name for name in of_type("AWS::Lambda::Alias", AT_ONCE) if "UpdatePolicy" in AT_ONCE[name]]
    assert set(of_type("AWS::Lambda::Alias", AT_ONCE)) == {f"{name}Aliaslive" for name in GRADUAL}
    assert PARAMETERS["GradualDeployment"] == "false"


def test_the_deployment_role_may_change_only_these_aliases() -> None:
    (policy,) = RESOURCES["DeploymentRole"]["Properties"]["Policies"]
    shift, look = policy["PolicyDocument"]["Statement"]

    assert {
        group["ServiceRoleArn"]["Fn::GetAtt"][0] for group in of_type("AWS::CodeDeploy::DeploymentGroup").values()
    } == {"DeploymentRole"}
    assert "CodeDeployServiceRole" not in RESOURCES
    functions = {json.dumps({"Fn::GetAtt": [name, "Arn"]}) for name in GRADUAL}
    versions = {json.dumps({"Fn::Sub": f"${{{name}.Arn}}:*"}) for name in GRADUAL}
    assert {json.dumps(resource) for resource in shift["Resource"]} == functions | versions
    assert {action.split(":")[0] for action in shift["Action"]} == {"lambda"}
    assert "lambda:UpdateFunctionCode" not in shift["Action"]
    assert (look["Action"], look["Resource"]) == ("cloudwatch:DescribeAlarms", "*")
