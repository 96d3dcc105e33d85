"""Takes one lead through a deployed stack, from the form until the lead is closed, and cleans up.

    make smoke STACK=...             (python -m dev.smoke STACK; credentials and region as for any AWS tool)

The program needs only the stack's outputs. Staff get an alert about the lead, whose name says that it is a test.
"""

import json
import re
import sys
import uuid
from contextlib import ExitStack
from http import HTTPStatus
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from dev.account import failure
from dev.sign_in import colleague, sign_in
from dev.stage import Alerts, Answer, Json, Stage, StepFailedError, call, console, expect, step

SAMPLE = Path(__file__).resolve().parent.parent / "tests" / "data" / "submission.json"
PERSON = {"name": "TEST - please ignore", "phone": "(312) 555-0199", "email": "smoke.test@example.com"}


def test_lead() -> Json:
    sample: Json = json.loads(SAMPLE.read_text(encoding="utf-8"))
    answers = {code: answer for code, answer in sample["answers"].items() if code != "note"}
    return sample | {"submission_id": str(uuid.uuid4()), "answers": answers, "contact": PERSON}


def submit(stage: Stage, submission: Json) -> Answer:
    """Sends a submission at most three times. Like the form, retries after status 503."""
    for _ in range(3):
        answer = call("POST", f"{stage.site}/submissions", submission)
        if answer.status != HTTPStatus.SERVICE_UNAVAILABLE:
            break
    return answer


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
    except (StepFailedError, ClientError, BotoCoreError, OSError) as error:
        problem = f"{command}: {error}." if isinstance(error, StepFailedError) else failure(command, error)
        sys.exit(f"{problem} The run's user and subscription were removed; a lead named {PERSON['name']!r} may stay.")
    console.print("All steps passed. The lead was erased, and the user and the subscription of this run were removed.")


if __name__ == "__main__":
    main()
