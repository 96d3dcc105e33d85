"""Signs in like a browser, with an authorization code and PKCE."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import secrets
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlencode, urlsplit

from dev.cloud import PASSWORD, LocalCloud
from tests.e2e.conftest import Answer, Json, Service

FORM = {"content-type": "application/x-www-form-urlencoded"}


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input" and given.get("name"):
            self.found[str(given["name"])] = given.get("value") or ""


@dataclass(frozen=True)
class SignIn:
    cloud: LocalCloud
    service: Service
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)

    @property
    def client(self) -> str:
        return self.cloud.resources["InboxClient"]

    def page(self, **changes: str) -> Answer:
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": self.client,
            "redirect_uri": f"{self.service.site}inbox",
            "scope": "openid",
            "state": "a-state",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return self.service.get(f"oauth2/authorize?{urlencode(query | changes)}")

    def code(self, who: str, password: str = PASSWORD) -> str:
        """Returns the authorization code from the redirect to the inbox, or "" if sign-in failed."""
        fields = _Fields()
        fields.feed(self.page().body.decode())
        body = urlencode(fields.found | {"username": who, "password": password})
        site = urlsplit(self.service.site)
        connection = http.client.HTTPConnection(site.netloc, timeout=30)
        connection.request("POST", "/login", body, FORM)
        back = urlsplit(connection.getresponse().headers.get("location", ""))
        connection.close()
        return parse_qs(back.query).get("code", [""])[0]

    def exchange(self, code: str, **changes: str) -> Answer:
        body = {
            "grant_type": "authorization_code",
            "client_id": self.client,
            "code": code,
            "redirect_uri": f"{self.service.site}inbox",
            "code_verifier": self.verifier,
        }
        return self.service.call("POST", "oauth2/token", urlencode(body | changes).encode(), FORM)


@dataclass(frozen=True)
class Colleague:
    service: Service
    tokens: Json = field(repr=False)

    @property
    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.tokens['access_token']}"}

    def get(self, path: str) -> Answer:
        return self.service.get(path, self._headers)

    def post(self, path: str, value: object) -> Answer:
        return self.service.post(path, value, self._headers)

    def put(self, path: str, value: object) -> Answer:
        headers = {**self._headers, "content-type": "application/json"}
        return self.service.call("PUT", path, json.dumps(value).encode(), headers)

    def delete(self, path: str) -> Answer:
        return self.service.call("DELETE", path, None, self._headers)

    def works(self, reference: str, action: str, version: int, **fields: object) -> Answer:
        return self.post(f"leads/{reference}/actions", {"action": action, "version": version, **fields})


def sign_in(cloud: LocalCloud, service: Service, who: str) -> Colleague:
    attempt = SignIn(cloud, service)
    return Colleague(service, attempt.exchange(attempt.code(who)).json)
