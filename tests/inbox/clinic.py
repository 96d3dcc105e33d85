"""Serves the inbox to a browser from this process: the functions on moto, and a sign-in page without passwords.

Playwright intercepts every request, so a page takes milliseconds. test_on_the_local_cloud.py uses the real user pool.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from playwright.sync_api import BrowserContext, Request, Route

from dev import template
from tests.aws import ENVIRONMENT
from tests.functions.calls import CONTEXT, Json, event
from tests.functions.staff_calls import GROUPS, IDS

ORIGIN = "https://staff.clinic.example"
SIGN_IN = ENVIRONMENT["SIGN_IN_ADDRESS"]
AUTHORIZE = """<!doctype html><title>Sign in</title><form>
<label>Username <input name="username"></label><label>Password <input name="password" type="password"></label>
<button>Sign in</button></form>
<script>document.forms[0].onsubmit = (event) => {
  event.preventDefault();
  const asked = new URLSearchParams(location.search);
  const given = {code: document.forms[0].username.value, state: asked.get("state")};
  location.assign(`${asked.get("redirect_uri")}?${new URLSearchParams(given)}`);
};</script>"""
LOGOUT = '<!doctype html><script>location.replace(new URLSearchParams(location.search).get("logout_uri"))</script>'


def serve(context: BrowserContext) -> None:
    """Handles every request of the browser in this process."""
    context.route(f"{ORIGIN}/**", _answer)
    context.route(f"{SIGN_IN}/**", _sign_in)


def _sign_in(route: Route) -> None:
    match urlsplit(route.request.url).path:
        case "/oauth2/token":
            username = parse_qs(route.request.post_data or "")["code"][0]
            tokens = {"access_token": _token(username), "expires_in": 3600}
            route.fulfill(json=tokens, headers={"access-control-allow-origin": "*"})
        case path:
            route.fulfill(body=AUTHORIZE if path == "/oauth2/authorize" else LOGOUT, content_type="text/html")


def _token(username: str) -> str:
    groups = [GROUPS[username]] if GROUPS[username] else []
    claims = {"sub": IDS[username], "username": username, "cognito:groups": groups}
    return f"head.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode()}.signature"


def _answer(route: Route) -> None:
    request = route.request
    function, call = _call(request)
    if function is None:
        return route.fulfill(status=404, body="")
    answer = import_module(f"functions.{function}").handler(call, CONTEXT)
    body = answer.get("body", "")
    content = base64.b64decode(body) if answer.get("isBase64Encoded") else body
    return route.fulfill(status=answer["statusCode"], headers=answer["headers"], body=content)


def _call(request: Request) -> tuple[str | None, Json]:
    """Returns the name of the function for a request (None: no route), and the event that API Gateway would pass."""
    parts = urlsplit(request.url)
    for key, function, parameters in _matches(request.method, parts.path):
        call = event("list_leads")
        call |= {"routeKey": key, "rawPath": parts.path, "rawQueryString": parts.query, "body": request.post_data}
        call |= {"queryStringParameters": dict(parse_qsl(parts.query)), "pathParameters": parameters}
        call["headers"] |= request.headers | {"accept-encoding": "identity"}
        call["requestContext"]["routeKey"] = key
        call["requestContext"]["http"] |= {"method": request.method, "path": parts.path}
        _authorize(call, request.headers.get("authorization", ""))
        return function, call
    return None, {}


def _matches(method: str, path: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yields (route key, function, path parameters) of matching routes, those without parameters first.

    API Gateway prefers routes without parameters too.
    """
    for key, function in _routes():
        asked, _, pattern = key.partition(" ")
        found = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern), path)
        if found and asked == method:
            yield key, re.sub(r"(?<!^)(?=[A-Z])", "_", function).lower(), found.groupdict()


@cache
def _routes() -> list[tuple[str, str]]:
    """Returns (route key, function), those without parameters first. Cached: a page makes dozens of requests."""
    return sorted(template.routes().items(), key=lambda item: "{" in item[0])


def _authorize(call: dict[str, Any], header: str) -> None:
    claims = call["requestContext"]["authorizer"]["jwt"]["claims"]
    if not header:
        return
    said = json.loads(base64.urlsafe_b64decode(header.split(".")[1]))
    claims |= said | {"cognito:groups": f"[{' '.join(said['cognito:groups'])}]"}
