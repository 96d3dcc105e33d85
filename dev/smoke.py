"""Takes one lead through a deployed stack, from the form to the closed lead, and cleans up.

    make smoke STACK=...             (python -m dev.smoke STACK; credentials and region as for any AWS tool)

Everything that the program needs is in the stack's outputs. It adds a user and a subscription while it runs, and erases
its lead. Staff get the lead's alert; the lead's name says that it is a test.
"""

import base64
import hashlib
import hmac
import json
import re
import secrets
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email.message import Message
from html.parser import HTMLParser
from http import HTTPStatus
from http.client import HTTPMessage
from http.cookiejar import CookieJar
from pathlib import Path
from typing import IO, Any, Self
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from dev.account import failure

SAMPLE = Path(__file__).resolve().parent.parent / "tests" / "data" / "submission.json"
PERSON = {"name": "TEST - please ignore", "phone": "(312) 555-0199", "email": "smoke.test@example.com"}
ALERT_WITHIN = 150  # seconds; if the stream is off, the sweep takes two minutes
GROUPS = ("clinician", "admin")
TYPED = ("text", "number", "tel", "email", "password")  # types of fields that a person types into
CODE_LASTS = 30  # seconds
Json = dict[str, Any]

console = Console(highlight=False, soft_wrap=True)


class StepFailedError(Exception):
    """The error of a step with a different result than expected. Its text never contains what a person entered."""


@dataclass(frozen=True)
class Stage:
    """A deployed stack that a lead is taken through.

    client: returns the boto3 client of a service
    outputs: outputs of the stack
    site, sign_in: addresses of the service and of the sign-in page, without a slash at the end
    """

    stack: str
    client: Callable[[str], Any]
    outputs: dict[str, str] = field(repr=False)
    site: str
    sign_in: str

    @classmethod
    def deployed(cls, stack: str, client: Callable[[str], Any]) -> "Stage":
        outputs = outputs_of(stack, client)
        return cls(stack, client, outputs, outputs["Address"].removesuffix("/"), outputs["SignIn"])


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    body: bytes = field(repr=False)

    @property
    def json(self) -> Json:
        value: Json = json.loads(self.body)
        return value


def outputs_of(stack: str, client: Callable[[str], Any]) -> dict[str, str]:
    (found,) = client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}


@contextmanager
def step(what: str) -> Iterator[None]:
    """Prints what a step does, and its result."""
    started = time.monotonic()
    with console.status(f"{what} ..."):
        try:
            yield
        except BaseException:
            console.print(f"  [red]failed[/]  {what}")
            raise
    console.print(f"  [green]ok[/]  {what}  [dim]{time.monotonic() - started:.1f} s[/]")


def expect(condition: object, otherwise: str) -> None:
    if not condition:
        raise StepFailedError(otherwise)


def call(method: str, url: str, value: object = None, token: str = "") -> Answer:
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    body = None if value is None else json.dumps(value).encode()
    request = urllib.request.Request(url, body, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as answer:
        return Answer(answer.status or 0, answer.headers, answer.read())


def test_lead() -> Json:
    """Returns a filled-in form without a red flag. The lead's name says that it is a test."""
    sample: Json = json.loads(SAMPLE.read_text(encoding="utf-8"))
    answers = {code: answer for code, answer in sample["answers"].items() if code != "note"}
    return sample | {"submission_id": str(uuid.uuid4()), "answers": answers, "contact": PERSON}


def submit(stage: Stage, submission: Json) -> Answer:
    """Sends a submission as the form does: it tries again after a 503."""
    for _ in range(3):
        answer = call("POST", f"{stage.site}/submissions", submission)
        if answer.status != HTTPStatus.SERVICE_UNAVAILABLE:
            break
    return answer


class Alerts:
    """A temporary queue that is subscribed to the alert topic while `with Alerts(stage) as alerts:` runs."""

    def __init__(self, stage: Stage) -> None:
        self._sqs, self._sns = stage.client("sqs"), stage.client("sns")
        self._topic = stage.outputs["AlertTopicArn"]
        self._name = f"smoke-{secrets.token_hex(4)}"
        self._exit = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            self._queue = self._sqs.create_queue(QueueName=self._name, Attributes={"MessageRetentionPeriod": "3600"})[
                "QueueUrl"
            ]
            undo.callback(self._sqs.delete_queue, QueueUrl=self._queue)
            arn = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])["Attributes"][
                "QueueArn"
            ]
            statement = {
                "Effect": "Allow",
                "Principal": {"Service": "sns.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": arn,
                "Condition": {"ArnEquals": {"aws:SourceArn": self._topic}},
            }
            policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            self._sqs.set_queue_attributes(QueueUrl=self._queue, Attributes={"Policy": policy})
            subscription = self._sns.subscribe(
                TopicArn=self._topic, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True
            )["SubscriptionArn"]
            undo.callback(self._sns.unsubscribe, SubscriptionArn=subscription)
            self._exit = undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._exit.close()

    def about(self, reference: str) -> str:
        """Returns the text of the alert about a lead.

        Raises:
            StepFailedError: the alert did not arrive in time
        """
        deadline = time.monotonic() + ALERT_WITHIN
        while time.monotonic() < deadline:
            got = self._sqs.receive_message(QueueUrl=self._queue, WaitTimeSeconds=5, MaxNumberOfMessages=10)
            for message in got.get("Messages", []):
                self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
                text = str(json.loads(message["Body"])["Message"])
                if reference in text:
                    return text
        raise StepFailedError(f"no alert about {reference} within {ALERT_WITHIN} s")

    def count(self, within: float) -> int:
        """Returns how many alerts arrive in that many seconds."""
        deadline, found = time.monotonic() + within, 0
        while time.monotonic() < deadline:
            got = self._sqs.receive_message(QueueUrl=self._queue, WaitTimeSeconds=1, MaxNumberOfMessages=10)
            for message in got.get("Messages", []):
                self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
                found += 1
        return found


class Authenticator:
    """An authenticator app (RFC 6238): its codes, each used once, since Cognito refuses a code that it has seen."""

    def __init__(self, secret: str, clock: Callable[[], float] = time.time, wait: Callable[[float], None] = time.sleep):
        self._key = base64.b32decode(secret + "=" * (-len(secret) % 8), casefold=True)
        self._clock, self._wait = clock, wait
        self._used = -1

    def code(self) -> str:
        """Returns the current code. Waits for the next one if the current one was returned before."""
        if int(self._clock() / CODE_LASTS) == self._used:
            self._wait(CODE_LASTS - self._clock() % CODE_LASTS + 1)
        self._used = int(self._clock() / CODE_LASTS)
        digest = hmac.digest(self._key, self._used.to_bytes(8), "sha1")
        at = digest[-1] & 0xF
        return f"{(int.from_bytes(digest[at : at + 4]) & 0x7FFFFFFF) % 1_000_000:06}"


@dataclass(frozen=True)
class Colleague:
    """A temporary member of staff. `app`: None on the local cloud, whose sign-in knows no second factor."""

    name: str
    password: str = field(repr=False)
    app: Authenticator | None = field(repr=False)


@contextmanager
def colleague(stage: Stage) -> Iterator[Colleague]:
    """Creates a user for this run only, with an authenticator app."""
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
    """Connects an authenticator app to a new user. Returns None if the pool does not ask for one.

    The inbox's client accepts passwords at the sign-in page only, and that page shows the secret as a picture. So the
    enrolment uses a client of its own, which exists for a moment and can open no route of the service.
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
    """A parser that finds the first form of a page: its action, its fields, and those of them that a person types."""

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
    """A handler that follows redirects, except to the inbox, because the address of that redirect has the code."""

    def __init__(self, inbox: str) -> None:
        self._inbox = inbox

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        if newurl.startswith(self._inbox):
            return None
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def sign_in(stage: Stage, person: Colleague) -> str:
    """Signs in as the inbox does, with the authorization code flow and PKCE. Returns an access token.

    After the password, the page asks an enrolled person for a code: the one field of its form that is not hidden.
    """
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
    """Submits a form of the sign-in page. Returns the next page's address and form, or the redirect to the inbox."""
    body = urlencode(form.fields | typed).encode()
    try:
        with browser.open(urljoin(address, form.action or address), body, timeout=60) as page:
            return page.url, _Form(page.read().decode()), ""
    except urllib.error.HTTPError as answer:  # the redirect to the inbox, which is not followed
        return address, _Form(""), answer.headers.get("location", "")


def journey(stage: Stage) -> None:
    """Runs all steps of the smoke test.

    Raises:
        StepFailedError: a step had a different result than expected
    """
    with ExitStack() as cleaning:
        with step("The form is served, with its content security policy"):
            page = call("GET", f"{stage.site}/")
            expect(page.status == HTTPStatus.OK, f"GET / is {page.status}")
            expect(
                "script-src 'self'" in page.headers.get("content-security-policy", ""),
                "it has no content security policy",
            )
        with step("The worklist needs a sign-in"):
            expect(call("GET", f"{stage.site}/leads").status == HTTPStatus.UNAUTHORIZED, "GET /leads is not 401")
        with step("A temporary queue subscribes to the alerts"):
            alerts = cleaning.enter_context(Alerts(stage))
        with step("A lead is received; the same submission again is the same lead"):
            submission = test_lead()
            first, second = submit(stage, submission), submit(stage, submission)
            expect(
                (first.status, second.status) == (201, 200), f"{first.status}, then {second.status}, not 201 and 200"
            )
            expect(first.body == second.body, "the same submission got another receipt")
            reference = first.json["reference"]
        with step(f"Staff are alerted about {reference}, and the alert does not identify the person"):
            text = alerts.about(reference)
            expect(f"/inbox#lead={reference}" in text, "the alert has no link to the lead")
            expect(not any(value in text for value in PERSON.values()), "the alert identifies the person")
        with step("A temporary user signs in at the sign-in page"):
            token = sign_in(stage, cleaning.enter_context(colleague(stage)))
        with step("That user acknowledges the lead, and closes it"):
            lead = f"{stage.site}/leads/{reference}"
            version = call("GET", lead, token=token).json["summary"]["version"]
            close = {"action": "close", "reason": "declined", "text": "A smoke test."}
            for add, action in enumerate(({"action": "acknowledge"}, close)):
                done = call("POST", f"{lead}/actions", action | {"version": version + add}, token)
                expect(done.status == HTTPStatus.OK, f"{action['action']} is {done.status}")
            history = [entry["action"] for entry in call("GET", lead, token=token).json["history"]]
            expect(history == ["acknowledge", "close"], f"the history is {history}")
        with step("That user erases it; a tombstone stays, so that the same submission is refused"):
            expect(call("DELETE", lead, token=token).status == HTTPStatus.OK, "erasing was refused")
            expect(call("GET", lead, token=token).status == HTTPStatus.GONE, "the lead can still be read")
            expect(submit(stage, submission).status == HTTPStatus.CONFLICT, "the same submission was accepted again")


def main() -> None:
    if len(sys.argv) != 2 or not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", sys.argv[1]):  # noqa: PLR2004
        sys.exit("Usage: make smoke STACK=name, a deployed stack")
    command = f"make smoke STACK={sys.argv[1]}"
    session = boto3.session.Session()
    try:
        stage = Stage.deployed(sys.argv[1], lambda service: session.client(service))  # type: ignore[call-overload]  # noqa: PLW0108
    except (ClientError, BotoCoreError) as error:
        sys.exit(failure(command, error))
    except KeyError as error:
        sys.exit(f"{command}: the stack {sys.argv[1]} has no output {error}: was it deployed from this template?")
    console.print(f"{stage.stack} at {stage.site} (staff get one alert, about a lead that is marked as a test)")
    try:
        journey(stage)
    except (StepFailedError, ClientError, BotoCoreError, OSError) as error:  # OSError: an address does not answer
        problem = f"{command}: {error}." if isinstance(error, StepFailedError) else failure(command, error)
        sys.exit(f"{problem} The run's user and subscription were removed; a lead named {PERSON['name']!r} may stay.")
    console.print("All steps passed. The lead was erased, and the user and the subscription of this run were removed.")


if __name__ == "__main__":
    main()
