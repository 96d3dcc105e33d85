"""Tests that staff routes accept no ID tokens, because functions do not check `token_use`."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from dev import template
from infra.build import module_name
from tests.aws import aws_in_process
from tests.functions.calls import CONTEXT, event
from tests.template.stack import of_type

CLIENT = {"Ref": "InboxClient"}
# Source of the claims: Cognito developer guide, "Understanding user pool JSON web tokens".
ID_TOKEN = {"token_use": "id", "sub": "s", "aud": CLIENT, "cognito:groups": ["admin"]}
ACCESS_TOKEN = {"token_use": "access", "sub": "s", "client_id": CLIENT, "scope": "openid", "cognito:groups": ["admin"]}


def admits(route: str, claims: dict[str, Any]) -> bool:
    """Returns whether API Gateway admits the token.

    Source of the checks: API Gateway developer guide, "Control access to HTTP APIs with JWT authorizers".
    """
    (asked,) = (entry for entry in of_type("AWS::ApiGatewayV2::Route").values() if entry["RouteKey"] == route)
    (authorizer,) = of_type("AWS::ApiGatewayV2::Authorizer").values()
    ours = claims.get("aud", claims.get("client_id")) in authorizer["JwtConfiguration"]["Audience"]
    scopes = set(asked.get("AuthorizationScopes", []))
    return ours and (not scopes or bool(scopes & set(claims.get("scope", "").split())))


def asks_who_is_signed_in(function: str) -> bool:
    name = module_name(function)
    call = event(name)
    call["requestContext"].pop("authorizer", None)
    with aws_in_process():
        return bool(importlib.import_module(f"functions.{name}").handler(call, CONTEXT)["statusCode"] == 401)


@pytest.mark.parametrize(("route", "function"), template.routes().items())
def test_no_id_token_opens_a_staff_route(route: str, function: str) -> None:
    if asks_who_is_signed_in(function):
        assert admits(route, ACCESS_TOKEN)
        assert not admits(route, ID_TOKEN)
    else:
        assert not route.partition(" ")[2].startswith(("/leads", "/rules"))
