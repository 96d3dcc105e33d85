"""One lead's journey through a deployed stack, from the form to the closed lead, and nothing left behind.

    python -m dev.smoke STACK        (`make smoke STACK=...`; credentials and region as for any AWS tool)

All it needs it reads from the stack's outputs. It adds a user and a subscription of its own for the time it runs, and
erases its lead. Staff get the lead's alert: the lead says that it is a test.
"""

import base64
import hashlib
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

SAMPLE = Path(__file__).resolve().parent.parent / "tests" / "data" / "submission.json"
PERSON = {"name": "TEST - please ignore", "phone": "(312) 555-0199", "email": "smoke.test@example.com"}
ALERT_WITHIN = 150  # seconds; the sweep alone, with the stream off, takes two minutes
GROUPS = ("clinician", "admin")
Json = dict[str, Any]

console = Console(highlight=False, soft_wrap=True)


class StepFailedError(Exception):
    """What was expected, and what came instead; never what a person entered."""


@dataclass(frozen=True)
class Stage:
    """A deployed stack. `site` and `sign_in` are where it answers, without a slash at the end."""

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
    """Says what is being done, and how it went."""
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
    """A core patient without a warning sign, who says that they are none."""
    sample: Json = json.loads(SAMPLE.read_text(encoding="utf-8"))
    answers = {code: answer for code, answer in sample["answers"].items() if code != "note"}
    return sample | {"submission_id": str(uuid.uuid4()), "answers": answers, "contact": PERSON}


def submit(stage: Stage, submission: Json) -> Answer:
    """As the form does: asked to try again later, it sends the same once more."""
    for _ in range(3):
        answer = call("POST", f"{stage.site}/submissions", submission)
        if answer.status != HTTPStatus.SERVICE_UNAVAILABLE:
            break
    return answer


class Alerts:
    """What the topic's subscribers get, in a queue of our own: `with Alerts(stage) as alerts`."""

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
        """The alert's text.

        Raises:
            StepFailedError: it did not come in time
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


@contextmanager
def colleague(stage: Stage) -> Iterator[tuple[str, str]]:
    """Name and password of a user who is there for this run only."""
    identities, pool = stage.client("cognito-idp"), stage.outputs["StaffPoolId"]
    name, password = f"smoke-{secrets.token_hex(4)}", f"aA1{secrets.token_urlsafe(24)}"
    identities.admin_create_user(UserPoolId=pool, Username=name, TemporaryPassword=password, MessageAction="SUPPRESS")
    try:
        identities.admin_set_user_password(UserPoolId=pool, Username=name, Password=password, Permanent=True)
        for group in GROUPS:
            identities.admin_add_user_to_group(UserPoolId=pool, Username=name, GroupName=group)
        yield name, password
    finally:
        identities.admin_delete_user(UserPoolId=pool, Username=name)


class _Form(HTMLParser):
    """The first form of the sign-in page: where it goes, and what it holds."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self._done = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form" and not self._done:
            self.action = given.get("action") or ""
        elif tag == "input" and given.get("name") and not self._done:
            self.fields[str(given["name"])] = given.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        self._done = self._done or tag == "form"


class _StopsAt(urllib.request.HTTPRedirectHandler):
    """Follows redirects, but not to the inbox: the address of that one holds the code."""

    def __init__(self, inbox: str) -> None:
        self._inbox = inbox

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        if newurl.startswith(self._inbox):
            return None
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def sign_in(stage: Stage, name: str, password: str) -> str:
    """An access token, as the inbox gets it: the sign-in page, a code, and the proof that it is ours (PKCE)."""
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
    body = urlencode(form.fields | {"username": name, "password": password}).encode()
    try:
        browser.open(urljoin(address, form.action or address), body, timeout=60).close()
        back = ""
    except urllib.error.HTTPError as answer:  # the redirect that is not followed
        back = answer.headers.get("location", "")
    returned = parse_qs(urlsplit(back).query)
    expect(
        returned.get("state") == [state] and "code" in returned, "the sign-in page did not send us back to the inbox"
    )
    exchange = {
        "grant_type": "authorization_code",
        "client_id": client_id,
        "code": returned["code"][0],
        "redirect_uri": inbox,
        "code_verifier": verifier,
    }
    with browser.open(f"{stage.sign_in}/oauth2/token", urlencode(exchange).encode(), timeout=60) as tokens:
        return str(json.loads(tokens.read())["access_token"])


def journey(stage: Stage) -> None:
    """Raises StepFailedError at the first step that goes another way."""
    with ExitStack() as cleaning:
        with step("The form is served, with its policy against foreign scripts"):
            page = call("GET", f"{stage.site}/")
            expect(page.status == HTTPStatus.OK, f"GET / is {page.status}")
            expect("script-src 'self'" in page.headers.get("content-security-policy", ""), "no policy in its headers")
        with step("Without a sign-in the worklist stays shut"):
            expect(call("GET", f"{stage.site}/leads").status == HTTPStatus.UNAUTHORIZED, "GET /leads is not 401")
        with step("A queue of our own hears the alerts"):
            alerts = cleaning.enter_context(Alerts(stage))
        with step("A lead is taken; the same again is the same lead"):
            submission = test_lead()
            first, second = submit(stage, submission), submit(stage, submission)
            expect(
                (first.status, second.status) == (201, 200), f"{first.status}, then {second.status}, not 201 and 200"
            )
            expect(first.body == second.body, "another receipt for the same submission")
            reference = first.json["reference"]
        with step(f"Staff are told of {reference}, and of nothing about the person"):
            text = alerts.about(reference)
            expect(f"/inbox#lead={reference}" in text, "the alert has no link to the lead")
            expect(not any(said in text for said in PERSON.values()), "the alert names the person")
        with step("A colleague of our own signs in at the sign-in page"):
            token = sign_in(stage, *cleaning.enter_context(colleague(stage)))
        with step("Takes the lead, and closes it"):
            lead = f"{stage.site}/leads/{reference}"
            version = call("GET", lead, token=token).json["summary"]["version"]
            for add, action in enumerate(({"action": "acknowledge"}, {"action": "close", "reason": "declined"})):
                done = call("POST", f"{lead}/actions", action | {"version": version + add}, token)
                expect(done.status == HTTPStatus.OK, f"{action['action']} is {done.status}")
            history = [entry["action"] for entry in call("GET", lead, token=token).json["history"]]
            expect(history == ["acknowledge", "close"], f"the history says {history}")
        with step("Erases it; a tombstone without a name stays, so that the same submission stays refused"):
            expect(call("DELETE", lead, token=token).status == HTTPStatus.OK, "erasing was refused")
            expect(call("GET", lead, token=token).status == HTTPStatus.NOT_FOUND, "the lead can still be read")
            expect(submit(stage, submission).status == HTTPStatus.CONFLICT, "the erased lead came back")


def main() -> None:
    if len(sys.argv) != 2 or not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", sys.argv[1]):  # noqa: PLR2004
        sys.exit("Usage: python -m dev.smoke STACK")
    session = boto3.session.Session()
    try:
        stage = Stage.deployed(sys.argv[1], lambda service: session.client(service))  # type: ignore[call-overload]  # noqa: PLW0108
    except (ClientError, BotoCoreError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
    except KeyError as error:
        sys.exit(f"The stack {sys.argv[1]} has no output {error}: is it one of this template's?")
    console.print(f"{stage.stack} at {stage.site} (staff get one alert; its lead says that it is a test)")
    try:
        journey(stage)
    except (StepFailedError, ClientError, BotoCoreError, OSError) as error:  # OSError: an address that does not answer
        said = str(error) if isinstance(error, StepFailedError) else f"{type(error).__name__}: {error}"
        sys.exit(f"{said}. What this run added was removed, but for a lead named {PERSON['name']!r}, if there is one.")
    console.print("All of it works. The lead was erased, and the user and the subscription of this run are gone.")


if __name__ == "__main__":
    main()
