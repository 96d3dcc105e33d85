"""Tests the smoke test's second factor on a copy of Cognito's pages."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from botocore.stub import ANY, Stubber

from dev.sign_in import Authenticator, Colleague, enrol, sign_in
from dev.stage import Stage, StepFailedError

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # the key in RFC 6238, appendix B  # pragma: allowlist secret
PASSWORD = "a password of tests only"  # pragma: allowlist secret
LOGIN = """
<form action="/login"><input type="hidden" name="_csrf" value="1"><input name="username">
<input name="password" type="password"></form>"""
CODE = """
<form action="/mfa"><input type="hidden" name="_csrf" value="2"><input type="text" name="a_code">
<input type="submit" name="go"></form>"""


@pytest.mark.parametrize(("at", "code"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")])
def test_an_authenticator_shows_the_codes_of_the_standard(at: int, code: str) -> None:
    assert Authenticator(SECRET, lambda: at).code() == code


def test_an_authenticator_shows_no_code_twice() -> None:
    now = [1000.0]
    app = Authenticator(SECRET, lambda: now[0], lambda seconds: now.__setitem__(0, now[0] + seconds))

    first = app.code()
    assert app.code() != first
    assert 1020 < now[0] <= 1022, "it waited for the next half minute"


def test_enrolling_connects_an_app_and_removes_its_client() -> None:
    identities = boto3.client("cognito-idp", region_name="us-east-1", aws_access_key_id="t", aws_secret_access_key="t")
    with Stubber(identities) as answers:
        created = {"UserPoolClient": {"ClientId": "momentary"}}
        answers.add_response("create_user_pool_client", created)
        answers.add_response("admin_initiate_auth", {"ChallengeName": "MFA_SETUP", "Session": "s" * 20})
        answers.add_response("associate_software_token", {"SecretCode": SECRET, "Session": "t" * 20})
        proof = {"Session": "t" * 20, "UserCode": ANY}
        answers.add_response("verify_software_token", {"Status": "SUCCESS", "Session": "u" * 20}, proof)
        answers.add_response("admin_respond_to_auth_challenge", {})
        answers.add_response("delete_user_pool_client", {}, {"UserPoolId": "pool_1", "ClientId": "momentary"})

        assert enrol(identities, "pool_1", "nora", PASSWORD)
        answers.assert_no_pending_responses()


def test_a_failed_enrolment_removes_its_client_too() -> None:
    identities = boto3.client("cognito-idp", region_name="us-east-1", aws_access_key_id="t", aws_secret_access_key="t")
    with Stubber(identities) as answers:
        answers.add_response("create_user_pool_client", {"UserPoolClient": {"ClientId": "momentary"}})
        answers.add_client_error("admin_initiate_auth", "NotAuthorizedException")
        answers.add_response("delete_user_pool_client", {})

        with pytest.raises(identities.exceptions.NotAuthorizedException):
            enrol(identities, "pool_1", "nora", PASSWORD)
        answers.assert_no_pending_responses()


class Pages(BaseHTTPRequestHandler):
    inbox = ""
    state = ""
    asks_for_code = True

    def do_GET(self) -> None:
        Pages.state = parse_qs(urlsplit(self.path).query)["state"][0]
        self._show(LOGIN)

    def do_POST(self) -> None:
        sent = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
        match self.path:
            case "/login" if sent["password"] == [PASSWORD] and Pages.asks_for_code:
                self._show(CODE)
            case "/login" if sent["password"] == [PASSWORD]:
                self._return()
            case "/mfa" if sent["a_code"] == [Authenticator(SECRET, lambda: 59).code()] and sent["_csrf"] == ["2"]:
                self._return()
            case "/oauth2/token":
                self._show(json.dumps({"access_token": "a token"}))
            case _:
                self._show(LOGIN)

    def _return(self) -> None:
        self.send_response(302)
        self.send_header("location", f"{Pages.inbox}?code=c&state={Pages.state}")
        self.end_headers()

    def _show(self, text: str) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def stage() -> Iterator[Stage]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    Pages.inbox, Pages.asks_for_code = f"{address}/inbox", True
    no_client: Any = None
    yield Stage("leads", no_client, {"Inbox": Pages.inbox, "InboxClientId": "inbox"}, address, address)
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_sign_in_answers_the_page_that_asks_for_a_code(stage: Stage) -> None:
    person = Colleague("nora", PASSWORD, Authenticator(SECRET, lambda: 59))

    assert sign_in(stage, person) == "a token"


def test_a_sign_in_without_a_second_factor_goes_straight_to_the_inbox(stage: Stage) -> None:
    Pages.asks_for_code = False

    assert sign_in(stage, Colleague("nora", PASSWORD, None)) == "a token"


def test_a_wrong_code_is_a_failure(stage: Stage) -> None:
    person = Colleague("nora", PASSWORD, Authenticator(SECRET, lambda: 5900))

    with pytest.raises(StepFailedError, match="did not redirect to the inbox"):
        sign_in(stage, person)


def test_a_page_that_asks_for_no_code_is_a_failure(stage: Stage) -> None:
    person = Colleague("nora", "another password", Authenticator(SECRET, lambda: 59))

    with pytest.raises(StepFailedError, match="does not ask for a code"):
        sign_in(stage, person)
