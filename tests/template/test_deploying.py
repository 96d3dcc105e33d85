"""Tests the parameters of a deploy, a first deploy and a second stack."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from collections import Counter
from datetime import date
from graphlib import TopologicalSorter
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from dev import template
from dev.cloud import PARAMETERS
from dev.deploy_local import SAM
from tests.template.stack import EXPANDED, PROJECT, SOURCE, TOPIC, listed, of_type

# (resource type, property) of each literal name -> where the name must be unique, or why it may repeat
LITERAL_NAMES = {
    ("AWS::ApiGatewayV2::Stage", "StageName"): "in its API",
    ("AWS::ApiGatewayV2::Authorizer", "Name"): "in its API",
    ("AWS::AppConfig::ConfigurationProfile", "Name"): "in its application",
    ("AWS::CloudWatch::Alarm", "MetricName"): "not the alarm's own name",
    ("AWS::Cognito::UserPoolClient", "ClientName"): "in its pool; Cognito allows duplicates",
    ("AWS::Cognito::UserPoolGroup", "GroupName"): "in its pool",
    ("AWS::Lambda::Alias", "Name"): "for its function",
}

HIDDEN = {name: parameter for name, parameter in SOURCE["Parameters"].items() if parameter.get("NoEcho")}


def references(value: Any) -> set[str]:
    if isinstance(value, list):
        return {name for item in value for name in references(item)}
    if not isinstance(value, dict):
        return set()
    found = {name for key, item in value.items() if key != "Fn::Sub" for name in references(item)}
    if isinstance(value.get("Ref"), str):
        found.add(value["Ref"])
    if "Fn::GetAtt" in value:
        found.add(str(value["Fn::GetAtt"][0]))
    if "Fn::Sub" in value:
        text, variables = value["Fn::Sub"] if isinstance(value["Fn::Sub"], list) else (value["Fn::Sub"], {})
        found |= {name.split(".")[0] for name in re.findall(r"\$\{([\w.:]+)\}", text)} - set(variables)
        found |= references(variables)
    return found


def test_one_deploy_is_enough_for_the_first_time() -> None:
    """The sign-in refers to the API, and routes refer to the sign-in, without a cycle."""
    resources = EXPANDED["Resources"]
    after = {
        name: (references(resource.get("Properties", {})) | set(listed(resource.get("DependsOn", [])))) & set(resources)
        for name, resource in resources.items()
    }

    order = list(TopologicalSorter(after).static_order())  # raises CycleError, which names a cycle
    assert order.index("Api") < order.index("InboxClient") < order.index("StaffSignIn") < order.index("GetLeads")


def test_two_stacks_fit_into_one_account() -> None:
    """A literal name must be unique per account and region, a dashboard's name per account."""
    literal = {
        (resource["Type"], name)
        for resource in EXPANDED["Resources"].values()
        for name, value in resource.get("Properties", {}).items()
        if name in ("Name", "Domain", "Id") or name.endswith("Name")
        if value and not references(value)
        if not str(value).startswith("{'Fn::Sub': ['CodeDeployDefault.")
    }

    assert literal == set(LITERAL_NAMES)
    assert EXPANDED["Resources"]["Dashboard"]["Properties"]["DashboardName"] == {
        "Fn::Sub": "${AWS::StackName}-${AWS::Region}"
    }


def test_without_a_domain_no_address_is_needed_before_the_deploy() -> None:
    required = {name for name, parameter in SOURCE["Parameters"].items() if "Default" not in parameter}
    address = EXPANDED["Resources"]["SiteAddress"]["Properties"]["Value"]
    (client,) = of_type("AWS::Cognito::UserPoolClient").values()

    assert required == {"ClinicName", "ClinicPhone", "AlertEmail"}
    assert address == {
        "Fn::If": ["HasDomain", {"Fn::Sub": "https://${DomainName}"}, {"Fn::GetAtt": ["Api", "ApiEndpoint"]}]
    }
    assert client["CallbackURLs"] == client["LogoutURLs"] == [{"Fn::Sub": "${SiteAddress.Value}/inbox"}]


def test_a_custom_domain_is_used_everywhere() -> None:
    """Only SiteAddress uses AWS's host name for the API, and only without a custom domain."""
    written = re.findall(r"execute-api\.|ApiEndpoint", template.TEMPLATE.read_text())

    assert written == ["ApiEndpoint"]
    for name in ("ApiDomain", "ApiDomainMapping"):
        assert EXPANDED["Resources"][name]["Condition"] == "HasDomain"
    assert "DomainHasCertificate" in SOURCE["Rules"]


def test_there_are_two_stages_and_prod_shows_its_change_set() -> None:
    stages = tomllib.loads((PROJECT / "infra" / "samconfig.toml").read_text(encoding="utf-8"))
    dev, prod = (stages[name]["deploy"]["parameters"] for name in ("dev", "prod"))

    assert dev["stack_name"] != prod["stack_name"]
    assert (dev["confirm_changeset"], prod["confirm_changeset"]) == (False, True)
    for stage in (dev, prod):
        assert stage["capabilities"] == "CAPABILITY_IAM"
        assert set(re.findall(r"(\w+)=", stage.get("parameter_overrides", ""))) <= set(SOURCE["Parameters"])


def test_parameters_have_descriptions_and_constraints() -> None:
    for name, parameter in SOURCE["Parameters"].items():
        assert parameter["Description"], name
        assert {"AllowedPattern", "AllowedValues", "MaxValue"} & set(parameter), name


@pytest.mark.parametrize(
    ("parameter", "good", "bad"),
    [
        ("ClinicPhone", "(312) 555-0100", "call us"),
        ("ClinicPhone", "1-800-SPINE-MD", "555-01"),
        ("ClinicPhone", "+1 312 555 0100 ext. 4", "<a href=tel:3125550100>"),
        ("ClinicTimeZone", "America/Indiana/Knox", "CST?"),
        ("ClinicHours", "Mon-Fri 08:00-17:00", "mornings"),
        ("ClinicHolidays", "2026-12-25,2027-01-01", "Christmas"),
        ("DomainName", "leads.clinic.example", "https://leads.clinic.example"),
        ("DomainName", "", "localhost"),
        ("CertificateArn", "arn:aws:acm:us-east-1:123456789012:certificate/" + "0" * 36, "certificate"),
        ("SignInDomain", "spine-clinic", "Spine_Clinic"),
        ("SignInDomain", "", "spine-on-aws"),  # Cognito refuses aws, amazon and cognito
        ("AlertEmail", "alerts@clinic.example", "desk"),
        ("AlertEmail", "alerts+leads@clinic.example", "a@clinic.example,b@clinic.example"),
        ("AlertEmail", "alerts@clinic.example", "MAILTO:alerts@clinic.example"),
        ("DeskEmail", "desk@clinic.example", "Desk <desk@clinic.example>"),
        ("DeskEmail", "desk@clinic.example", "desk@clinic.example,other@clinic.example"),
        ("UrgentPhone", "+13125550100", "(312) 555-0100"),
        ("WebhookAddress", "https://pager.clinic.example/hook?x=1", "http://pager.clinic.example/hook"),
        ("WebhookAddress", "http://127.0.0.1:9000/hook", "http://127.0.0.1.evil.example/hook"),
        *(
            ("WebhookAddress", f"https://{good}", f"https://{bad}")
            for good, bad in (
                ("pager.clinic.example", "169.254.169.254/"),
                ("pager.clinic.example:8443/a", "[fd00:ec2::254]/"),
                ("hooks.xn--e1afmkfd.xn--p1ai/", "2852039166/"),
                ("pager.clinic.example?x=1", "0xa9.0xfe.0xa9.0xfe/"),
                ("a-b.clinic.example", "localhost/"),
                ("pager.clinic.example/@x", "pager.clinic.example@169.254.169.254/"),
                ("pager.clinic.example/%20", "pager.clinic.example#@169.254.169.254"),
                ("x.clinic.example/\\", "pager.clinic.example\\.169.254.169.254/"),
            )
        ),
        ("BookingLink", "https://booking.clinic.example/new?visit=first", "http://booking.clinic.example/new"),
        ("BookingLink", "", "javascript:alert(1)//https://booking.clinic.example"),
        ("BookingLink", "https://booking.clinic.example:8443", 'https://booking.clinic.example/" onclick="'),
        ("BookingLink", "https://booking.clinic.example/a@b", "https://clinic.example@other.example/"),
        ("PageHours", "Mon-Sun 09:00-21:00", "always"),
        ("AllowedOrigins", "https://www.clinic.example", "*"),
        ("GoogleAdsKey", "0123456789abcdef", "short"),
    ],
)
def test_a_parameters_pattern_accepts_good_and_refuses_bad_values(parameter: str, good: str, bad: str) -> None:
    pattern = SOURCE["Parameters"][parameter]["AllowedPattern"]

    assert re.fullmatch(pattern, good)
    assert not re.fullmatch(pattern, bad)


def test_a_holiday_must_be_a_valid_date() -> None:
    pattern = SOURCE["Parameters"]["ClinicHolidays"]["AllowedPattern"]
    written = [f"20{y:02}-{m:02}-{d:02}" for y in range(24, 33) for m in range(14) for d in range(33)]
    taken = [day for day in written if re.fullmatch(pattern, day)]

    assert taken == [day for day in written if is_a_day(day)]
    assert [text for text in ("", ",".join(taken[:3])) if not re.fullmatch(pattern, text)] == []
    assert [text for text in (",", f"{taken[0]},", f",{taken[0]}", taken[0] * 2) if re.fullmatch(pattern, text)] == []


def is_a_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def test_a_hidden_parameter_can_be_disabled_as_documented() -> None:
    page = (PROJECT / "docs" / "deploy.md").read_text(encoding="utf-8")

    assert HIDDEN
    for name, parameter in HIDDEN.items():
        word = parameter["Default"]
        assert re.fullmatch(parameter["AllowedPattern"], word)
        assert f"`{name}`" in page
        assert f"type `{word}`" in page
        variables = [
            value["Fn::If"]
            for function in of_type("AWS::Lambda::Function").values()
            for value in function["Environment"]["Variables"].values()
            if name in references(value)
        ]
        assert variables == [[f"Has{name}", {"Ref": name}, ""]]
        for value, holds in ((word, False), ("", False), ("0123456789abcdef", True)):
            assert held(SOURCE["Conditions"][f"Has{name}"], {name: value}) is holds


def test_a_hidden_parameter_is_a_secret_of_the_pipeline() -> None:
    workflow = (PROJECT / ".github" / "workflows" / "deploy.yml").read_text(encoding="utf-8")
    for name in HIDDEN:
        (secret,) = re.findall(rf"\b{name}=\$(\w+)", workflow)
        assert f'{secret}: "${{{{ secrets.{secret} }}}}"' in workflow


@pytest.mark.build
def test_the_guided_questions_can_be_answered_to_their_end(tmp_path: Path) -> None:
    """Answers only the questions about required and hidden parameters. Without an AWS endpoint, SAM then fails."""
    for name in ("template.yaml", "samconfig.toml"):
        shutil.copyfile(PROJECT / "infra" / name, tmp_path / name)
    stack_and_region, afterwards = ["", ""], [""] * 10
    parameters = [
        PARAMETERS[name] if "Default" not in parameter else parameter["Default"] if name in HIDDEN else ""
        for name, parameter in SOURCE["Parameters"].items()
    ]
    aws = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    done = subprocess.run(
        [str(SAM), "deploy", "--guided", "--config-env", "prod"],
        cwd=tmp_path,
        env={**os.environ, **aws, "AWS_MAX_ATTEMPTS": "1", "SAM_CLI_TELEMETRY": "0"},
        input="\n".join([*stack_and_region, *parameters, *afterwards]),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        start_new_session=True,  # without a terminal, SAM reads hidden answers from standard input
    )

    asked = Counter(re.findall(r"Parameter (\w+)", done.stdout + done.stderr))
    assert asked == Counter(list(SOURCE["Parameters"]))
    assert "Looking for resources needed for deployment" in done.stdout


def test_a_duplicate_address_is_refused_before_the_deploy() -> None:
    parameters = {
        subscription["Endpoint"]["Ref"]
        for subscription in of_type("AWS::SNS::Subscription").values()
        if (subscription["TopicArn"], subscription["Protocol"]) == (TOPIC, "email")
    }
    required = [name for name in sorted(parameters) if "Default" not in SOURCE["Parameters"][name]]
    none_given = {name: "a@clinic.example" if name in required else "" for name in SOURCE["Parameters"]}

    assert (len(parameters), refusals(none_given)) == (4, [])
    assert refusals(none_given | {name: f"{name}@clinic.example" for name in parameters}) == []
    for pair in combinations(sorted(parameters), 2):
        (message,) = refusals(none_given | dict.fromkeys(required, "b@x.example") | dict.fromkeys(pair, "a@x.example"))
        assert set(re.findall(r"\w+Email", message)) == set(pair)


def refusals(values: dict[str, str]) -> list[str]:
    return [
        assertion["AssertDescription"]
        for rule in SOURCE["Rules"].values()
        if held(rule["RuleCondition"], values)
        for assertion in rule["Assertions"]
        if not held(assertion["Assert"], values)
    ]


def held(condition: Any, values: dict[str, str]) -> bool:
    ((function, arguments),) = condition.items()
    match function:
        case "Fn::Not":
            return not held(arguments[0], values)
        case "Fn::Or":
            return any(held(argument, values) for argument in arguments)
        case _:
            assert function == "Fn::Equals"
            left, right = (values[side["Ref"]] if isinstance(side, dict) else side for side in arguments)
            return bool(left == right)
