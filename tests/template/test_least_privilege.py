"""Tests that each role allows exactly the calls that its function makes on moto.

If a function gets a new AWS call, add the call to a flow in this file.
"""

from __future__ import annotations

import io
import itertools
import json
import logging
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import boto3
import pytest

from functions import (
    alert_staff,
    capture_ad_lead,
    capture_lead,
    close_address,
    deliver_webhook,
    escalate_leads,
    index_leads,
    keep_rota,
    list_staff,
    replay_submissions,
    retire_leads,
    revoke_consent,
    send_digest,
    send_mail,
    show_receipt,
    unsubscribe,
    watch_delivery,
    wiring,
)
from shared.adapters.webhook import Webhook
from shared.domain.errors import NotDelivered
from tests.aws import ENVIRONMENT, Aws, aws_in_process
from tests.functions.admin_calls import accesses, erased, exported, exported_as_fhir, exported_person, retired
from tests.functions.calls import (
    CONTEXT,
    EVENTS,
    LEAD_ID,
    PRIORITY,
    URGENT,
    event,
    posting,
    spool_of,
    stream_of,
    submission,
)
from tests.functions.conftest import AN_OPEN_HOUR, Clock
from tests.functions.fill_form import fill_and_check
from tests.functions.plain_browser import PlainBrowser
from tests.functions.staff_calls import captured, indexed, listed, opened, reported, searched, signed_in, worked
from tests.leads import RULEBOOK, with_page_after_send
from tests.least_privilege import (
    Difference,
    Use,
    difference,
    functions,
    granted,
    read_by_lambda,
    recording,
    resources,
    sent_by_lambda,
    statements,
)
from tests.least_privilege import listed as as_list

AWS_MANAGED = "arn:aws:iam::aws:policy/service-role/"
OTHER = "0b4f7c1e-6a52-4d0b-9a3e-5d1c2b7f8e91"
PUBLIC_PAGES = {"DrawForm", "ShowPage", "ShowRules"}


@pytest.fixture(scope="module")
def used() -> set[Use]:
    quiet = patch.object(logging.getLogger("leads"), "disabled", new=True)
    with recording() as uses, redirect_stdout(io.StringIO()), quiet:
        for play in (
            call_pages_and_webhook,
            capture_leads,
            use_the_spool,
            alert,
            work_on_leads,
            mail_a_person,
            export_and_erase,
            retire,
            hash_again,
            watch_the_delivery,
        ):
            with aws_in_process() as aws, pytest.MonkeyPatch.context() as patches:
                clock = Clock()
                patches.setattr(wiring, "now", clock.now)
                play(aws, clock, patches)
    return uses | sent_by_lambda()


def call_pages_and_webhook(aws: Aws, clock: Clock, patches: pytest.MonkeyPatch) -> None:
    for module, name in functions().items():
        for sample in EVENTS.glob(f"{module.removeprefix('functions.')}*.json") if name in PUBLIC_PAGES else ():
            answer = import_module(module).handler(event(sample.stem), CONTEXT)
            assert answer["statusCode"] < 400, sample.stem
    assert capture_lead.handler(event("capture_lead.challenge"), CONTEXT)["statusCode"] == 200
    patches.setattr(deliver_webhook, "webhook", Webhook("http://127.0.0.1:9/hook", ENVIRONMENT["WEBHOOK_KEY"]))
    with pytest.raises(NotDelivered):
        deliver_webhook.handler(event("deliver_webhook"), CONTEXT)
    assert aws.items() == []


def capture_leads(aws: Aws, clock: Clock, patches: pytest.MonkeyPatch) -> None:
    for status, complete in ((201, False), (200, True), (200, True)):
        body = submission(complete=complete, consents={"contact": True, "sms": True})
        assert capture_lead.handler(posting("capture_lead", body), CONTEXT)["statusCode"] == status
    with pytest.MonkeyPatch.context() as patched:
        rule_sets = with_page_after_send(RULEBOOK, "goal", "insurance")
        patched.setattr(capture_lead, "intake", replace(capture_lead.intake, rule_sets=rule_sets))
        assert capture_lead.handler(event("capture_lead.answers"), CONTEXT)["statusCode"] == 200
    assert capture_lead.handler(event("capture_lead.callbacks"), CONTEXT)["statusCode"] == 201
    assert revoke_consent.handler(event("revoke_consent"), CONTEXT)["given"] is False
    assert fill_and_check(PlainBrowser()).press("Send").title == "We received your answers"
    assert show_receipt.handler(event("show_receipt.stop"), CONTEXT)["statusCode"] == 200
    assert capture_ad_lead.handler(event("capture_ad_lead"), CONTEXT)["statusCode"] == 200
    assert len(aws.items()) == 3


def use_the_spool(aws: Aws, clock: Clock, patches: pytest.MonkeyPatch) -> None:
    aws.wire.down = {"dynamodb.PutItem"}
    assert capture_lead.handler(event("capture_lead"), CONTEXT)["statusCode"] == 202
    assert capture_ad_lead.handler(event("capture_ad_lead"), CONTEXT)["statusCode"] == 200
    aws.wire.down = set()
    entries = aws.spooled()
    assert replay_submissions.handler(spool_of(*entries, "no lead"), CONTEXT) == {"batchItemFailures": []}
    assert len(aws.items()) == len(entries) == 2
    assert aws.spooled("FAILURE_QUEUE") == ["no lead"]


def alert(aws: Aws, clock: Clock, patches: pytest.MonkeyPatch) -> None:
    captured(URGENT, alerted=False)
    alert_staff.handler(stream_of(LEAD_ID), CONTEXT)
    captured(URGENT, lead_id=OTHER, alerted=False)
    assert escalate_leads.handler(event("escalate_leads"), CONTEXT) == {"alerted": 1}
    clock.at += timedelta(minutes=31)
    aws.wire.down = {"dynamodb.BatchGetItem"}
    alert_staff.handler(stream_of(LEAD_ID), CONTEXT)
    assert escalate_leads.handler(event("escalate_leads"), CONTEXT) == {"alerted": 1}
    aws.wire.down = set()
    assert send_digest.handler(event("send_digest"), CONTEXT) == {"sent": True}
    assert len(aws.alerts()) == 5


def work_on_leads(aws: Aws, clock: Clock, patches: pytest.MonkeyPatch) -> None:
    reference = captured(PRIORITY)
    captured(PRIORITY, lead_id=OTHER)
    assert listed()["statusCode"] == opened(reference)["statusCode"] == 200
    for text in (reference, "(312) 555-0142", "sample.patient@example.com"):
        assert searched(text)["statusCode"] == 200
    indexed(LEAD_ID)
    assert reported()["statusCode"] == searched("jordan")["statusCode"] == 200
    for sample in ("keep_rota.save", "keep_rota"):
        assert keep_rota.handler(event(sample), CONTEXT)["statusCode"] == 200
    assert list_staff.handler(signed_in(event("list_staff"), "nurse"), CONTEXT)["statusCode"] == 200
    assert worked(reference, "acknowledge")["statusCode"] == 200
    assert worked(reference, "hand_over", to="desk")["statusCode"] == 200
    assert worked(reference, "book")["statusCode"] == 200
    indexed(LEAD_ID, OTHER)
    assert listed(view="today")["statusCode"] == 200
    clock.at += timedelta(minutes=1)
    assert index_leads.handler(event("retire_leads"), CONTEXT) == {"counted": 2}
    assert erased(reference)["statusCode"] == 200
    indexed(LEAD_ID)
    assert aws.accesses()


def mail_a_person(aws: Aws, clock: Clock, patches: pytest.MonkeyPatch) -> None:
    captured(PRIORITY)
    assert send_mail.handler(event("send_mail"), CONTEXT) == {"sent": 1}
    close_address.handler(event("close_address"), CONTEXT)
    assert unsubscribe.handler(event("unsubscribe.one_click"), CONTEXT)["statusCode"] == 200
    assert len(aws.mail_addresses()) == 3


def export_and_erase(aws: Aws, clock: Clock, patches: pytest.MonkeyPatch) -> None:
    reference = captured(PRIORITY)
    captured(PRIORITY, lead_id=OTHER)
    clock.at += timedelta(hours=1)
    answers = [exported(), exported_as_fhir(reference), exported_person(reference), accesses(), erased(reference)]
    assert [answer["statusCode"] for answer in answers] == [200] * 5


def retire(aws: Aws, clock: Clock, patches: pytest.MonkeyPatch) -> None:
    assert worked(captured(URGENT), "close", reason="declined", text="Seen elsewhere.")["statusCode"] == 200
    assert (
        worked(captured(PRIORITY, lead_id=OTHER), "close", reason="declined", text="Seen elsewhere.")["statusCode"]
        == 200
    )
    for days in (367, 4 * 366, 366):
        clock.at += timedelta(days=days)
        assert any(retired().values())
    assert aws.items() == []


def hash_again(aws: Aws, clock: Clock, patches: pytest.MonkeyPatch) -> None:
    captured(PRIORITY)
    patches.setattr(retire_leads, "keys", ("a fresh key of tests", ENVIRONMENT["PERSON_KEY"]))
    assert retired()["rekeyed"] == 1


def watch_the_delivery(aws: Aws, clock: Clock, patches: pytest.MonkeyPatch) -> None:
    sqs, sns = boto3.client("sqs"), boto3.client("sns")
    queue = sqs.create_queue(QueueName="canaries")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    only = {"FilterPolicy": json.dumps({"kind": ["canary"]})}
    sns.subscribe(TopicArn=ENVIRONMENT["ALERT_TOPIC_ARN"], Protocol="sqs", Endpoint=arn, Attributes=only)

    def sent(_method: str, _address: str, *, body: str, headers: dict[str, str]) -> Any:
        answer = capture_lead.handler(posting("capture_lead", body), CONTEXT)
        for entry in aws.spooled():
            replay_submissions.handler(spool_of(entry), CONTEXT)
        alert_staff.handler(stream_of(json.loads(body)["submission_id"]), CONTEXT)
        return SimpleNamespace(status=answer["statusCode"], json=lambda: json.loads(answer["body"]))

    seconds = (AN_OPEN_HOUR + timedelta(seconds=number) for number in itertools.count())
    patches.setattr(watch_delivery, "wiring", SimpleNamespace(now=lambda: next(seconds)))
    patches.setattr(watch_delivery.watch.canary, "_pool", SimpleNamespace(request=sent))
    patches.setattr("shared.adapters.canary.LONG_POLL", 0)
    assert watch_delivery.handler({"check": "subscriptions"}, CONTEXT)["subscriptions_missing"] == 2
    answer = watch_delivery.handler(event("watch_delivery"), CONTEXT)
    assert (answer["delivered"], answer["delivered_by_spool"]) == (True, True)


def test_every_function_has_exactly_the_permissions_it_uses(used: set[Use]) -> None:
    assert difference(used, granted()) == Difference(missing=[], excess=[], wild=[])


def test_only_these_functions_call_no_service(used: set[Use]) -> None:
    assert set(functions().values()) - {use.function for use in used} == PUBLIC_PAGES


def test_the_comparison_finds_missing_excess_and_wildcard_grants() -> None:
    put, get, query = (Use("F", f"dynamodb:{action}", "T") for action in ("PutItem", "GetItem", "Query"))
    every, anywhere = Use("F", "dynamodb:*", "T"), Use("F", "dynamodb:Query", "*")

    assert difference([put, get], [put, get]) == Difference([], [], [])
    assert difference([put, get], [put]) == Difference([get], [], [])
    assert difference([put], [put, query]) == Difference([], [query], [])
    assert difference([put], [Use("G", "dynamodb:PutItem", "T")]).missing == [put]
    assert difference([put, query], [put, every, anywhere]) == Difference([query], [every, anywhere], [every, anywhere])


def test_a_call_is_recorded_for_the_function_that_makes_it() -> None:
    def meanwhile(operation: str) -> None:
        if operation == "dynamodb.PutItem":
            aws.spooled()

    quiet = patch.object(logging.getLogger("leads"), "disabled", new=True)
    with aws_in_process() as aws, recording() as uses, quiet, redirect_stdout(io.StringIO()):
        aws.wire.before = meanwhile
        aws.items()
        capture_lead.handler(event("capture_lead"), CONTEXT)
    assert uses == {Use("CaptureLead", "dynamodb:PutItem", "LeadsTable")}


# --- KMS keys, which the recorded calls do not show ---


@pytest.mark.parametrize("function", functions().values())
def test_a_function_may_use_a_key_only_through_services_it_calls(function: str, used: set[Use]) -> None:
    """Using the table and receiving messages need kms:Decrypt. Sending messages also needs kms:GenerateDataKey."""
    needed: dict[tuple[str, str], set[str]] = {}
    reads = {Use(name, "", source) for name, source in read_by_lambda()}
    for _, action, resource in (use for use in used | reads if use.function == function):
        if action.startswith(("ses:", "cognito-idp:")):
            continue
        service, key = service_and_key(resource)
        if action != "sns:ListSubscriptionsByTopic":  # a topic's subscriptions are not encrypted
            sends = action in {"sns:Publish", "sqs:SendMessage"}
            needed.setdefault((service, key), set()).update(
                {"kms:Decrypt", *(["kms:GenerateDataKey"] if sends else [])}
            )
    given = {}
    for statement in statements(function):
        if "kms:" in str(statement["Action"]):
            through = statement["Condition"]["StringEquals"]["kms:ViaService"]["Fn::Sub"]
            service, _, region = through.partition(".")
            assert region == "${AWS::Region}.amazonaws.com"
            assert set(statement["Condition"]) == {"StringEquals"}
            given[service, statement["Resource"]["Fn::GetAtt"][0]] = set(as_list(statement["Action"]))

    assert given == needed


def service_and_key(resource: str) -> tuple[str, str]:
    found = resources()[resource.partition("/")[0]]
    properties, service = found["Properties"], found["Type"].split("::")[1].lower()
    if service == "dynamodb":
        return service, properties["SSESpecification"]["KMSMasterKeyId"]["Fn::GetAtt"][0]
    return service, properties["KmsMasterKeyId"]["Ref"]


def test_managed_policies_are_only_those_that_lambda_needs() -> None:
    attached = {
        (function, policy.removeprefix(AWS_MANAGED))
        for function in functions().values()
        for policy in resources()[f"{function}Role"]["Properties"]["ManagedPolicyArns"]
    }

    assert attached == {
        *((function, "AWSLambdaBasicExecutionRole") for function in functions().values()),
        ("AlertStaff", "AWSLambdaDynamoDBExecutionRole"),
        ("IndexLeads", "AWSLambdaDynamoDBExecutionRole"),
        ("ReplaySubmissions", "AWSLambdaSQSQueueExecutionRole"),
    }
    assert read_by_lambda() == {
        ("AlertStaff", "LeadsTable"),
        ("IndexLeads", "LeadsTable"),
        ("ReplaySubmissions", "SpooledSubmissions"),
    }
