"""Tests that GET and HEAD requests change only the access log."""

from __future__ import annotations

import pytest

from dev import template
from functions import capture_lead
from tests.aws import Aws
from tests.functions.calls import CONTEXT, event
from tests.functions.staff_calls import captured, signed_in
from tests.hostile.attacker import Route, routes

READING = [route for route in routes() if route.name.startswith("GET ")]
PREFETCH = {"purpose": "prefetch", "sec-purpose": "prefetch;prerender", "x-moz": "prefetch", "range": "bytes=0-0"}


def test_no_route_accepts_any_method_and_head_only_reads() -> None:
    methods = {route.split(" ")[0] for route in template.all_routes()}
    assert methods == {"GET", "HEAD", "POST", "PUT", "DELETE"}
    heads = {route for route in template.all_routes() if route.startswith("HEAD")}
    assert {route.replace("HEAD", "GET") for route in heads} <= set(template.all_routes())
    assert {route for route in template.routes() if route.startswith("PUT")} == {"PUT /rota"}
    assert {route for route in template.routes() if route.startswith("DELETE")} == {"DELETE /leads/{reference}"}


@pytest.mark.parametrize("route", READING, ids=lambda route: route.name)
def test_a_get_changes_no_lead_and_alerts_nobody(aws: Aws, route: Route) -> None:
    reference = captured()
    before, alerts = aws.items(), aws.alerts()
    assert alerts
    asked = event("show_lead")
    asked |= {"routeKey": route.name, "headers": asked["headers"] | PREFETCH}
    named = {"reference": reference, "submission_id": aws.leads()[0]["lead_id"], "id": "fs-intake", "file": "page.css"}
    asked["pathParameters"] = {name: value for name, value in named.items() if f"{{{name}}}" in route.name} or None
    aws.wire.calls.clear()
    for who in ("nurse", "admin"):
        assert route.handler(signed_in(asked, who), CONTEXT)["statusCode"] in (200, 403, 404)
    opens_leads = "{reference}" in route.name or route.name in (
        "GET /leads",
        "GET /leads/export",
        "GET /leads/accesses",
    )
    assert set(aws.wire.writes()) <= ({"dynamodb.PutItem"} if opens_leads else set()), "the access log"
    assert (aws.items(), aws.alerts()) == (before, [])


def test_a_link_that_is_followed_twice_shows_the_same(aws: Aws) -> None:
    """A mail scanner may open the receipt before the visitor does."""
    assert capture_lead.handler(event("capture_lead"), CONTEXT)["statusCode"] == 201
    (route,) = (route for route in READING if route.name.startswith("GET /received"))
    asked = event("show_receipt")
    first, second = route.handler(asked, CONTEXT), route.handler(asked, CONTEXT)
    assert first == second
