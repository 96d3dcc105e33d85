"""What an operator meets: parameters, stages, and one deploy from nothing.

Asserted on the template, as AWS gets it after the SAM transform, since the local cloud cannot show it.
"""

from __future__ import annotations

import re
import tomllib
from graphlib import TopologicalSorter
from typing import Any

import pytest

from dev import template
from tests.template.stack import EXPANDED, PROJECT, SOURCE, listed, of_type


def references(value: Any) -> set[str]:
    """Logical ids (and parameters) that must be there before a resource with this description can be made."""
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
    """No resource waits for itself: the sign-in needs the address of the API, and the API's routes the sign-in."""
    resources = EXPANDED["Resources"]
    after = {
        name: (references(resource.get("Properties", {})) | set(listed(resource.get("DependsOn", [])))) & set(resources)
        for name, resource in resources.items()
    }

    order = list(TopologicalSorter(after).static_order())  # raises CycleError, with the cycle
    assert order.index("Api") < order.index("InboxClient") < order.index("StaffSignIn") < order.index("GetLeads")


def test_without_a_domain_nobody_has_to_know_an_address_before_it_exists() -> None:
    required = {name for name, parameter in SOURCE["Parameters"].items() if "Default" not in parameter}
    address = EXPANDED["Resources"]["SiteAddress"]["Properties"]["Value"]
    (client,) = of_type("AWS::Cognito::UserPoolClient").values()

    assert required == {"ClinicName", "ClinicPhone", "AlertEmail"}
    assert address == {
        "Fn::If": ["HasDomain", {"Fn::Sub": "https://${DomainName}"}, {"Fn::GetAtt": ["Api", "ApiEndpoint"]}]
    }
    assert client["CallbackURLs"] == client["LogoutURLs"] == [{"Fn::Sub": "${SiteAddress.Value}/inbox"}]


def test_all_that_says_the_address_follows_a_domain() -> None:
    """The API's own name is written nowhere else."""
    written = re.findall(r"execute-api\.|ApiEndpoint", template.TEMPLATE.read_text())

    assert written == ["ApiEndpoint"]
    for name in ("ApiDomain", "ApiDomainMapping"):
        assert EXPANDED["Resources"][name]["Condition"] == "HasDomain"
    assert "DomainHasCertificate" in SOURCE["Rules"]


def test_an_operator_may_deploy_to_two_stages_and_prod_shows_what_will_change() -> None:
    stages = tomllib.loads((PROJECT / "infra" / "samconfig.toml").read_text(encoding="utf-8"))
    dev, prod = (stages[name]["deploy"]["parameters"] for name in ("dev", "prod"))

    assert dev["stack_name"] != prod["stack_name"]
    assert (dev["confirm_changeset"], prod["confirm_changeset"]) == (False, True)
    for stage in (dev, prod):
        assert stage["capabilities"] == "CAPABILITY_IAM"
        assert set(re.findall(r"(\w+)=", stage.get("parameter_overrides", ""))) <= set(SOURCE["Parameters"])


def test_parameters_explain_themselves_and_refuse_nonsense() -> None:
    for name, parameter in SOURCE["Parameters"].items():
        assert parameter["Description"], name
        assert {"AllowedPattern", "AllowedValues", "MaxValue"} & set(parameter), name


@pytest.mark.parametrize(
    ("parameter", "good", "bad"),
    [
        ("ClinicPhone", "(312) 555-0100", "call us"),
        ("ClinicTimeZone", "America/Indiana/Knox", "CST?"),
        ("ClinicHours", "Mon-Fri 08:00-17:00", "mornings"),
        ("ClinicHolidays", "2026-12-25,2027-01-01", "Christmas"),
        ("DomainName", "leads.clinic.example", "https://leads.clinic.example"),
        ("DomainName", "", "localhost"),
        ("CertificateArn", "arn:aws:acm:us-east-1:123456789012:certificate/" + "0" * 36, "certificate"),
        ("SignInDomain", "spine-clinic", "Spine_Clinic"),
        ("AlertEmail", "alerts@clinic.example", "desk"),
        ("DeskEmail", "desk@clinic.example", "desk@clinic.example,other@clinic.example"),
        ("UrgentPhone", "+13125550100", "(312) 555-0100"),
        ("WebhookAddress", "https://pager.clinic.example/hook?x=1", "http://pager.clinic.example/hook"),
        ("WebhookAddress", "http://127.0.0.1:9000/hook", "http://127.0.0.1.evil.example/hook"),
        ("PageHours", "Mon-Sun 09:00-21:00", "always"),
        ("AllowedOrigins", "https://www.clinic.example", "*"),
    ],
)
def test_patterns(parameter: str, good: str, bad: str) -> None:
    pattern = SOURCE["Parameters"][parameter]["AllowedPattern"]

    assert re.fullmatch(pattern, good)
    assert not re.fullmatch(pattern, bad)
