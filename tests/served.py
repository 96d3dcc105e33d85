"""Serves all routes from this process, with a sign-in page without passwords."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from importlib import import_module
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs, parse_qsl, urlsplit

from dev import template
from dev.front import LocalServer
from functions import show_page
from shared.adapters.web_files import FOLDER, WebFiles
from tests.functions.calls import CONTEXT, event
from tests.functions.staff_calls import GROUPS, IDS

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


_CONDITION, CORS, _OTHERWISE = template.read()["Resources"]["Api"]["Properties"]["CorsConfiguration"]["Fn::If"]

# All functions share one logger, so they need one request at a time.
one_at_a_time = threading.Lock()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
        match urlsplit(self.path).path:
            case "/oauth2/token":
                tokens = {"access_token": _token(parse_qs(body)["code"][0]), "expires_in": 3600}
                self._answer(HTTPStatus.OK, {"content-type": "application/json"}, json.dumps(tokens).encode())
            case "/oauth2/authorize" | "/logout" as path:
                page = AUTHORIZE if path == "/oauth2/authorize" else LOGOUT
                self._answer(HTTPStatus.OK, {"content-type": "text/html"}, page.encode())
            case _:
                with one_at_a_time:
                    answer = self._call(body)
                self._answer(*answer)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815

    def do_OPTIONS(self) -> None:
        allowed = {"access-control-allow-methods": ",".join(CORS["AllowMethods"]), "access-control-allow-headers": "*"}
        self._answer(HTTPStatus.NO_CONTENT, allowed, b"")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass

    def _call(self, body: str) -> tuple[int, dict[str, str], bytes]:
        """Calls the route's function as API Gateway would. Returns status, headers and body."""
        parts = urlsplit(self.path)
        for key, function, parameters in _matches(self.command, parts.path):
            call = event("list_leads")
            call |= {"routeKey": key, "rawPath": parts.path, "rawQueryString": parts.query, "body": body or None}
            call |= {"queryStringParameters": dict(parse_qsl(parts.query)), "pathParameters": parameters}
            headers = {name.lower(): value for name, value in self.headers.items()}
            call["headers"] |= headers
            call["requestContext"]["routeKey"] = key
            call["requestContext"]["http"] |= {"method": self.command, "path": parts.path}
            _authorize(call, headers.get("authorization", ""))
            answer = import_module(f"functions.{function}").handler(call, CONTEXT)
            text = answer.get("body", "")
            content = base64.b64decode(text) if answer.get("isBase64Encoded") else text.encode()
            return answer["statusCode"], answer["headers"], content
        return HTTPStatus.NOT_FOUND, {}, b""

    def _answer(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.send_response(status)
        if origin := self.headers.get("origin"):
            exposed = ",".join(CORS["ExposeHeaders"])
            headers = headers | {"access-control-allow-origin": origin, "access-control-expose-headers": exposed}
        for name, value in (headers | {"content-length": str(len(content))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def served() -> Iterator[str]:
    """Serves all routes at localhost, where browsers allow crypto.subtle, and yields the address."""
    with LocalServer(("localhost", 0), _Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        address = f"http://localhost:{server.server_port}"
        with patch.object(show_page, "inbox", _inbox(address)):
            yield f"{address}/"
        server.shutdown()


def _inbox(address: str) -> WebFiles:
    words = {**show_page.clinic.words(), **show_page.sign_in._replace(address=address).words()}
    return WebFiles(lambda _language: words, FOLDER / "inbox")


def _token(username: str) -> str:
    groups = [GROUPS[username]] if GROUPS[username] else []
    claims = {"sub": IDS[username], "username": username, "cognito:groups": groups}
    return f"head.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode()}.signature"


def _matches(method: str, path: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yields (route key, function, path parameters) of each matching route."""
    for key, function in _routes():
        asked, _, pattern = key.partition(" ")
        found = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern), path)
        if found and asked == method:
            yield key, re.sub(r"(?<!^)(?=[A-Z])", "_", function).lower(), found.groupdict()


@cache
def _routes() -> list[tuple[str, str]]:
    return sorted(template.routes().items(), key=lambda item: "{" in item[0])


def _authorize(call: dict[str, Any], header: str) -> None:
    claims = call["requestContext"]["authorizer"]["jwt"]["claims"]
    if not header:
        return
    said = json.loads(base64.urlsafe_b64decode(header.split(".")[1]))
    claims |= said | {"cognito:groups": f"[{' '.join(said['cognito:groups'])}]"}
