"""Tests the API's routes: who may call them, from which origins, and how often."""

from __future__ import annotations

import json
import re
from typing import Any

from shared.domain.leads.staff import GROUPS
from tests.template.stack import EXPANDED, called, of_type

ROUTES = {
    "POST /submissions": "CaptureLead",
    "POST /submissions/{submission_id}/answers": "CaptureLead",
    "POST /callbacks": "CaptureLead",
    "POST /intake/google-ads": "CaptureAdLead",
    "GET /challenges/{submission_id}": "CaptureLead",
    "GET /form": "DrawForm",
    "POST /form": "DrawForm",
    "GET /received/{submission_id}": "ShowReceipt",
    "POST /stops": "ShowReceipt",
    "GET /unsubscribe/{token}": "Unsubscribe",
    "POST /unsubscribe/{token}": "Unsubscribe",
    "POST /screenings": "DrawForm",
    "GET /questionnaires/{id}": "DrawForm",
    "GET /": "ShowPage",
    "GET /web/{file}": "ShowPage",
    "GET /inbox": "ShowPage",
    "GET /inbox/{file}": "ShowPage",
    "GET /leads": "ListLeads",
    "POST /leads/search": "SearchLeads",
    "GET /report": "ShowReport",
    "GET /leads/{reference}": "ShowLead",
    "POST /leads/{reference}/actions": "WorkLead",
    "GET /staff": "ListStaff",
    "GET /rota": "KeepRota",
    "PUT /rota": "KeepRota",
    "GET /rules": "ShowRules",
    "GET /leads/export": "ExportLeads",
    "GET /leads/accesses": "ShowAccesses",
    "GET /leads/{reference}/fhir": "ExportLeads",
    "GET /leads/{reference}/person": "ExportPerson",
    "DELETE /leads/{reference}": "EraseLead",
}
ELSEWHERE = "/{proxy+}"
STAFF_ROUTES = ("/leads", "/report", "/rules", "/staff", "/rota")


def the_routes() -> dict[str, dict[str, Any]]:
    return {route["RouteKey"]: route for route in of_type("AWS::ApiGatewayV2::Route").values()}


def is_for_staff(route: str) -> bool:
    return route.split(" ")[1].startswith(STAFF_ROUTES)


def test_the_template_has_exactly_these_routes() -> None:
    integrations = of_type("AWS::ApiGatewayV2::Integration")
    routes = {
        key: integrations[re.findall(r"\$\{(\w+)\}", route["Target"]["Fn::Sub"])[0]]["IntegrationUri"]
        for key, route in the_routes().items()
    }

    of_visitors = {key: name for key, name in ROUTES.items() if key.startswith("GET ") and not is_for_staff(key)}
    heads = {key.replace("GET ", "HEAD "): name for key, name in of_visitors.items()}
    elsewhere = {f"{method} {ELSEWHERE}": "ShowPage" for method in ("GET", "HEAD")}
    assert routes == {key: called(name) for key, name in (ROUTES | heads | elsewhere).items()}


def test_the_api_may_call_only_the_functions_of_its_routes() -> None:
    callers = [
        permission
        for permission in of_type("AWS::Lambda::Permission").values()
        if permission["Principal"] == "apigateway.amazonaws.com"
    ]
    source = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*"

    assert {permission["FunctionName"]["Ref"].removesuffix("Aliaslive") for permission in callers} == set(
        ROUTES.values()
    )
    assert all(permission["SourceArn"] == {"Fn::Sub": source} for permission in callers)


def test_exactly_the_staff_routes_require_a_sign_in() -> None:
    """Only access tokens have the required scope."""
    guards = {
        key: (route.get("AuthorizationType"), route.get("AuthorizerId"), route.get("AuthorizationScopes"))
        for key, route in the_routes().items()
    }
    staff = {route for route in guards if is_for_staff(route)}

    assert len(staff) >= 5
    assert {guards[route][0] for route in staff} == {"JWT"}
    assert all(guards[route][1:] == ({"Ref": "StaffSignIn"}, ["openid"]) for route in staff)
    assert not {route: guard for route, guard in guards.items() if any(guard) and route not in staff}


def test_tokens_must_come_from_our_pool_for_our_inbox() -> None:
    (authorizer,) = of_type("AWS::ApiGatewayV2::Authorizer").values()

    assert authorizer["AuthorizerType"] == "JWT"
    assert authorizer["IdentitySource"] == ["$request.header.Authorization"]
    assert authorizer["JwtConfiguration"]["Audience"] == [{"Ref": "InboxClient"}]
    assert authorizer["JwtConfiguration"]["Issuer"]["Fn::Sub"].endswith("/${StaffPool}")


def test_only_added_users_may_sign_in_and_only_with_pkce() -> None:
    (pool,) = of_type("AWS::Cognito::UserPool").values()
    (client,) = of_type("AWS::Cognito::UserPoolClient").values()

    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] >= 14
    assert client["GenerateSecret"] is False
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["AllowedOAuthScopes"] == ["openid"]
    assert client["ExplicitAuthFlows"] == ["ALLOW_REFRESH_TOKEN_AUTH"]
    assert client["AccessTokenValidity"] <= 60


def test_a_second_factor_is_required() -> None:
    """Without this requirement, the sign-in page does not let users set up a second factor."""
    (pool,) = of_type("AWS::Cognito::UserPool").values()

    assert (pool["MfaConfiguration"], pool["EnabledMfas"]) == ("ON", ["SOFTWARE_TOKEN_MFA"])


def test_a_user_name_is_the_same_in_capitals() -> None:
    (pool,) = of_type("AWS::Cognito::UserPool").values()

    assert pool["UsernameConfiguration"] == {"CaseSensitive": False}


def test_an_invitation_names_the_clinic_and_the_inbox() -> None:
    (pool,) = of_type("AWS::Cognito::UserPool").values()
    invitation = {
        name: text["Fn::Sub"] for name, text in pool["AdminCreateUserConfig"]["InviteMessageTemplate"].items()
    }

    assert set(invitation) == {"EmailSubject", "EmailMessage"}
    assert all("${ClinicName}" in text for text in invitation.values())
    for needed in ("{username}", "{####}", "${SiteAddress.Value}/inbox"):  # Cognito requires the first two
        assert needed in invitation["EmailMessage"]
    assert len(invitation["EmailSubject"]) + 80 - len("${ClinicName}") <= 140, "Cognito's limit, with the longest name"


def test_the_groups_are_those_that_the_code_knows() -> None:
    groups = {group["GroupName"] for group in of_type("AWS::Cognito::UserPoolGroup").values()}

    assert groups == GROUPS


def test_only_the_named_origins_may_post() -> None:
    cors = of_type("AWS::ApiGatewayV2::Api")["Api"]["CorsConfiguration"]

    condition, allowed, otherwise = cors["Fn::If"]
    assert condition == "HasAllowedOrigins"
    assert allowed["AllowOrigins"] == {"Fn::Split": [",", {"Ref": "AllowedOrigins"}]}
    assert allowed["AllowMethods"] == ["GET", "POST"]
    assert otherwise == {"Ref": "AWS::NoValue"}


def test_a_page_elsewhere_may_add_headers_but_never_a_sign_in() -> None:
    """In the Fetch standard (4.9), `*` excludes Authorization. Without AllowCredentials, browsers send no cookies."""
    _condition, allowed, _otherwise = of_type("AWS::ApiGatewayV2::Api")["Api"]["CorsConfiguration"]["Fn::If"]

    assert allowed["AllowHeaders"] == ["*"]
    assert "AllowCredentials" not in allowed


def test_api_gateway_throttles_a_flood() -> None:
    (stage,) = of_type("AWS::ApiGatewayV2::Stage").values()

    assert stage["DefaultRouteSettings"] == {"ThrottlingRateLimit": 50, "ThrottlingBurstLimit": 200}
    staff = {route for route in ROUTES if is_for_staff(route)}
    taking_out = {
        route for route in staff if ROUTES[route] in {"ExportLeads", "ExportPerson", "EraseLead", "ShowAccesses"}
    }
    limited = staff | {"POST /stops"}
    assert set(stage["RouteSettings"]) == limited
    routes = of_type("AWS::ApiGatewayV2::Route")
    assert {
        routes[name]["RouteKey"] for name in EXPANDED["Resources"]["ApiStage"]["DependsOn"]
    } == limited  # AWS must create a route before its limit
    for route, limit in stage["RouteSettings"].items():
        assert limit["ThrottlingRateLimit"] == (1 if route in taking_out else 10 if route in staff else 5), route


def test_access_log_lines_name_the_route_and_no_person() -> None:
    (stage,) = of_type("AWS::ApiGatewayV2::Stage").values()
    logged = set(re.findall(r"\$context\.([\w.]+)", stage["AccessLogSettings"]["Format"]))

    assert json.loads(stage["AccessLogSettings"]["Format"])
    assert logged == {
        "requestTime",
        "requestId",
        "routeKey",
        "status",
        "responseLatency",
        "responseLength",
        "error.responseType",
        "integrationErrorMessage",
    }
