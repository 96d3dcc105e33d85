"""Signs in to a deployed stack with a temporary user, on the hosted page and with a second factor."""

import base64
import hashlib
import hmac
import json
import secrets
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPMessage
from http.cookiejar import CookieJar
from typing import IO, Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from dev.stage import Stage, expect

GROUPS = ("clinician", "admin")
TYPED = ("text", "number", "tel", "email", "password")  # types of the fields that a person fills in
CODE_LASTS = 30  # seconds


class Authenticator:
    """An authenticator app (RFC 6238). Returns each code only once, because Cognito refuses a used code."""

    def __init__(self, secret: str, clock: Callable[[], float] = time.time, wait: Callable[[float], None] = time.sleep):
        self._key = base64.b32decode(secret + "=" * (-len(secret) % 8), casefold=True)
        self._clock, self._wait = clock, wait
        self._used = -1

    def code(self) -> str:
        """Returns the current code. Waits for the next code if the current code was already returned."""
        if int(self._clock() / CODE_LASTS) == self._used:
            self._wait(CODE_LASTS - self._clock() % CODE_LASTS + 1)
        self._used = int(self._clock() / CODE_LASTS)
        digest = hmac.digest(self._key, self._used.to_bytes(8), "sha1")
        at = digest[-1] & 0xF
        return f"{(int.from_bytes(digest[at : at + 4]) & 0x7FFFFFFF) % 1_000_000:06}"


@dataclass(frozen=True)
class Colleague:
    """A temporary member of staff. `app` is None if the user pool asks for no second factor."""

    name: str
    password: str = field(repr=False)
    app: Authenticator | None = field(repr=False)


@contextmanager
def colleague(stage: Stage) -> Iterator[Colleague]:
    """Yields a new user, with an authenticator app if required. Deletes the user at the end."""
    identities, pool = stage.client("cognito-idp"), stage.outputs["StaffPoolId"]
    name, password = f"smoke-{secrets.token_hex(4)}", f"aA1{secrets.token_urlsafe(24)}"
    identities.admin_create_user(UserPoolId=pool, Username=name, TemporaryPassword=password, MessageAction="SUPPRESS")
    try:
        identities.admin_set_user_password(UserPoolId=pool, Username=name, Password=password, Permanent=True)
        for group in GROUPS:
            identities.admin_add_user_to_group(UserPoolId=pool, Username=name, GroupName=group)
        yield Colleague(name, password, enrol(identities, pool, name, password))
    finally:
        identities.admin_delete_user(UserPoolId=pool, Username=name)


def enrol(identities: Any, pool: str, name: str, password: str) -> Authenticator | None:
    """Connects an authenticator app to a new user. Returns None if the user pool requires none.

    Uses a temporary app client, because the sign-in page shows the authenticator secret only as a QR code.
    """
    created = identities.create_user_pool_client(
        UserPoolId=pool, ClientName=name, ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
    )
    client = {"UserPoolId": pool, "ClientId": created["UserPoolClient"]["ClientId"]}
    try:
        asked = identities.admin_initiate_auth(
            **client, AuthFlow="ADMIN_USER_PASSWORD_AUTH", AuthParameters={"USERNAME": name, "PASSWORD": password}
        )
        if asked.get("ChallengeName") != "MFA_SETUP":
            return None
        offered = identities.associate_software_token(Session=asked["Session"])
        app = Authenticator(offered["SecretCode"])
        proved = identities.verify_software_token(Session=offered["Session"], UserCode=app.code())
        identities.admin_respond_to_auth_challenge(
            **client, ChallengeName="MFA_SETUP", Session=proved["Session"], ChallengeResponses={"USERNAME": name}
        )
        return app
    finally:
        identities.delete_user_pool_client(**client)


class _Form(HTMLParser):
    """The first form of a page.

    asked: names of the fields that a person fills in
    """

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.asked: list[str] = []
        self._done = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form" and not self._done:
            self.action = given.get("action") or ""
        elif tag == "input" and given.get("name") and not self._done:
            self.fields[str(given["name"])] = given.get("value") or ""
            if (given.get("type") or "text") in TYPED:
                self.asked.append(str(given["name"]))

    def handle_endtag(self, tag: str) -> None:
        self._done = self._done or tag == "form"


class _StopsAt(urllib.request.HTTPRedirectHandler):
    """Follows no redirect to the inbox, because the redirect's URL contains the authorization code."""

    def __init__(self, inbox: str) -> None:
        self._inbox = inbox

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        if newurl.startswith(self._inbox):
            return None
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def sign_in(stage: Stage, person: Colleague) -> str:
    """Signs in with the authorization code flow and PKCE, as the inbox does. Returns an access token."""
    inbox, client_id = stage.outputs["Inbox"], stage.outputs["InboxClientId"]
    verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": inbox,
        "scope": "openid",
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    browser = urllib.request.build_opener(_StopsAt(inbox), urllib.request.HTTPCookieProcessor(CookieJar()))
    with browser.open(f"{stage.sign_in}/oauth2/authorize?{urlencode(query)}", timeout=60) as page:
        address, form = page.url, _Form(page.read().decode())
    expect(form.fields, "the sign-in page has no form")
    typed = {"username": person.name, "password": person.password}
    address, form, back = _submit(browser, address, form, typed)
    if person.app and not back:
        expect(len(form.asked) == 1, "after the password, the sign-in page does not ask for a code")
        _, _, back = _submit(browser, address, form, {form.asked[0]: person.app.code()})
    returned = parse_qs(urlsplit(back).query)
    expect(returned.get("state") == [state] and "code" in returned, "the sign-in page did not redirect to the inbox")
    exchange = {
        "grant_type": "authorization_code",
        "client_id": client_id,
        "code": returned["code"][0],
        "redirect_uri": inbox,
        "code_verifier": verifier,
    }
    with browser.open(f"{stage.sign_in}/oauth2/token", urlencode(exchange).encode(), timeout=60) as tokens:
        return str(json.loads(tokens.read())["access_token"])


def _submit(
    browser: urllib.request.OpenerDirector, address: str, form: _Form, typed: dict[str, str]
) -> tuple[str, _Form, str]:
    body = urlencode(form.fields | typed).encode()
    try:
        with browser.open(urljoin(address, form.action or address), body, timeout=60) as page:
            return page.url, _Form(page.read().decode()), ""
    except urllib.error.HTTPError as answer:
        return address, _Form(""), answer.headers.get("location", "")
