"""Emulates the template's tables, topics and queues in this process, with moto."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache, partial, partialmethod
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import boto3
from botocore.awsrequest import AWSResponse, HTTPHeaders
from botocore.config import Config
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from cryptography.hazmat.primitives.asymmetric import rsa
from moto import mock_aws
from moto.core.botocore_stubber import BotocoreStubber, MockRawResponse
from moto.core.utils import method_names_from_class
from moto.dynamodb.models import dynamodb_backends
from moto.ses.models import ses_backends
from moto.sesv2.models import sesv2_backends
from moto.sns.models import Subscription, sns_backends
from moto.sqs.models import sqs_backends

from dev import template
from shared.adapters.sns import Pace

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ACCOUNT = "123456789012"
# AWS would refuse these credentials if moto missed a call.
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_DEFAULT_REGION": template.REGION,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "LEADS_TABLE": "leads",
    "ACCESS_LOG": "accesses",
    "DERIVED_DATA": "derived",
    "ROTA_TABLE": "rota",
    "ON_CALL": "",
    "ERASURES_TABLE": "erasures",
    "INDEX_SHARDS": "1",
    "ALERT_TOPIC_ARN": f"arn:aws:sns:{template.REGION}:{ACCOUNT}:alerts",
    "STAFF_LINK": "https://staff.clinic.example/inbox#lead=",
    "CLINIC_NAME": "Example Spine & Nerve Clinic",
    "PILOT_WITHOUT_APPROVAL": "yes",
    "CLINIC_PHONE": "(312) 555-0100",
    "BOOKING_LINK": "https://booking.clinic.example/new?from=form&visit=first",
    "CLINIC_TIME_ZONE": "America/Chicago",
    "CLINIC_HOURS": "Mon-Fri 08:00-17:00",
    "CLINIC_HOLIDAYS": "2026-01-19",
    "FORM_KEY": "a key that signs nothing but tests",
    "PERSON_KEY": "a key that hashes nothing but tests",
    "GOOGLE_ADS_KEY": "a-key-of-tests-only",
    "SENDER_EMAIL": "office@clinic.example",
    "MAIL_CONFIGURATION": "leads-mail",
    "MAIL_ADDRESSES": "addresses",
    "MAIL_KEY": "a key that signs nothing but tests",
    "SITE_ADDRESS": "https://leads.clinic.example/",
    "STAFF_POOL": f"{template.REGION}_EXAMPLE",
    "SIGN_IN_ADDRESS": "https://sign-in.clinic.example",
    "SIGN_IN_CLIENT": "the-inbox",
    "WEBHOOK_ADDRESS": "https://pager.clinic.example/hook",
    "WEBHOOK_KEY": "aSecretOfTestsOnlyThatSignsNothingElseInTheWorld",
    "API_ADDRESS": "http://127.0.0.1:9/",
    "CANARY_QUEUE": f"https://sqs.{template.REGION}.amazonaws.com/{ACCOUNT}/canaries",
    "SPOOL_QUEUE": f"https://sqs.{template.REGION}.amazonaws.com/{ACCOUNT}/spool",
    "FAILURE_QUEUE": f"https://sqs.{template.REGION}.amazonaws.com/{ACCOUNT}/failed",
    "ALARM_TOPIC_ARN": f"arn:aws:sns:{template.REGION}:{ACCOUNT}:alarms",
    "ALARM_EMAIL": "",
    "EXPECTED_SUBSCRIPTIONS": "desk@clinic.example,,+13125550100",
    "PAGE_HOURS": "Mon-Sun 09:00-21:00",
    "POWERTOOLS_SERVICE_NAME": "leads",
    "POWERTOOLS_METRICS_NAMESPACE": "SpineLeads",
}


STAFF = {
    "nurse": "clinician",
    "other-nurse": "clinician",
    "desk": "desk",
    "manager": "manager",
    "admin": "admin",
    "guest": "",
}
STAFF_IDS = {name: f"c1d5f2aa-0000-4000-8000-0000000000{number:02}" for number, name in enumerate(STAFF)}


@cache
def _tables() -> dict[str, Any]:
    resources = template.expand()["Resources"]
    return {
        name: resources[name]["Properties"]
        for name in ("LeadsTable", "AccessLog", "Erasures", "MailAddresses", "DerivedData", "OnCallRota")
    }


def create_leads_table(client: DynamoDBClient, name: str) -> None:
    table = _tables()["LeadsTable"]
    client.create_table(
        TableName=name,
        BillingMode=table["BillingMode"],
        AttributeDefinitions=table["AttributeDefinitions"],
        KeySchema=table["KeySchema"],
        GlobalSecondaryIndexes=table["GlobalSecondaryIndexes"],
        StreamSpecification=table["StreamSpecification"] | {"StreamEnabled": True},
    )
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 20})


def create_records(client: DynamoDBClient, resource: str, name: str) -> None:
    """Creates a table with the keys and indexes of the template's resource."""
    table = _tables()[resource]
    indexes = {"GlobalSecondaryIndexes": table["GlobalSecondaryIndexes"]} if "GlobalSecondaryIndexes" in table else {}
    client.create_table(
        TableName=name,
        BillingMode=table["BillingMode"],
        AttributeDefinitions=table["AttributeDefinitions"],
        KeySchema=table["KeySchema"],
        **indexes,
    )


LIST_STAFF = "cognito-identity-provider.ListUsersInGroup"
READS = frozenset(
    {"dynamodb.Query", "dynamodb.GetItem", "dynamodb.BatchGetItem", "cognito-identity-provider.ListUsersInGroup"}
)


@dataclass
class Wire:
    """Intercepts every attempt of every AWS call. An operation's name is like "dynamodb.PutItem"."""

    calls: list[str] = field(default_factory=list)
    down: set[str] = field(default_factory=set)  # these operations fail
    # The next call of these operations takes effect, but its reply is lost.
    reply_lost: set[str] = field(default_factory=set)
    before: Callable[[str], None] | None = None
    # Makes or fails an attempt. None: no attempt fails.
    fails: Callable[[str, Any, Callable[[], Any]], Any] | None = None
    _one_at_a_time: Any = field(default_factory=threading.RLock)

    def carry(self, stubber: BotocoreStubber, event_name: str, request: Any, **more: Any) -> Any:
        # Other tests in this process call the local cloud.
        if not stubber.enabled or "//127.0.0.1" in request.url:
            return None
        operation = event_name.removeprefix("before-send.")
        with self._one_at_a_time:
            self.calls.append(operation)
            if self.before:
                self.before(operation)
            if operation in self.down:
                raise ConnectTimeoutError(endpoint_url=request.url)
            if operation == LIST_STAFF:
                return _staff_in_group(request)
            carry_out = partial(_carry_out, stubber, event_name, request, **more)
            answer = self.fails(operation, request, carry_out) if self.fails else carry_out()
            if operation in self.reply_lost:
                self.reply_lost.remove(operation)
                raise ReadTimeoutError(endpoint_url=request.url)
            return answer

    def writes(self) -> list[str]:
        return [call for call in self.calls if call not in READS]


_carry_out = BotocoreStubber.__call__


def _staff_in_group(request: Any) -> AWSResponse:
    group = json.loads(request.body)["GroupName"]
    users = [
        {"Username": name, "Enabled": True, "Attributes": [{"Name": "sub", "Value": STAFF_IDS[name]}]}
        for name in STAFF
        if STAFF[name] == group
    ]
    return AWSResponse(request.url, 200, HTTPHeaders(), MockRawResponse(json.dumps({"Users": users}).encode()))


def _through(stubber: BotocoreStubber, wire: Wire, event_name: str, request: Any, **more: Any) -> Any:
    return wire.carry(stubber, event_name, request, **more)


@dataclass
class Aws:
    """What the functions have stored and sent."""

    wire: Wire
    dynamodb: Any
    _sqs: Any
    _queue: str

    def items(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.dynamodb.scan(TableName=ENVIRONMENT["LEADS_TABLE"])["Items"]
        return found

    def leads(self) -> list[dict[str, Any]]:
        return [flat(item["lead"]["S"]) for item in self.items()]

    def stored(self) -> list[dict[str, Any]]:
        return [json.loads(item["lead"]["S"]) for item in self.items()]

    def accesses(self) -> list[dict[str, str]]:
        found = self.dynamodb.scan(TableName=ENVIRONMENT["ACCESS_LOG"])["Items"]
        return [{name: value["S"] for name, value in item.items()} for item in found]

    def spooled(self, queue: str = "SPOOL_QUEUE") -> list[str]:
        found: list[str] = []
        url = ENVIRONMENT[queue]
        while got := self._sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in got:
                found.append(message["Body"])
                self._sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return found

    def remove_spool(self) -> None:
        self._sqs.delete_queue(QueueUrl=ENVIRONMENT["SPOOL_QUEUE"])

    def mails(self) -> list[Any]:
        return list(ses_backends[ACCOUNT][template.REGION].sent_messages)

    def mail_addresses(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.dynamodb.scan(TableName=ENVIRONMENT["MAIL_ADDRESSES"])["Items"]
        return found

    def corrupt(self, lead_id: str, lead: str) -> None:
        self.dynamodb.update_item(
            TableName=ENVIRONMENT["LEADS_TABLE"],
            Key={"lead_id": {"S": lead_id}},
            UpdateExpression="SET #lead = :lead",
            ExpressionAttributeNames={"#lead": "lead"},
            ExpressionAttributeValues={":lead": {"S": lead}},
        )

    def alerts(self) -> list[dict[str, Any]]:
        """Returns the SNS notifications since the last call, by their timestamps."""
        found: list[dict[str, Any]] = []
        while got := self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get("Messages"):
            for message in got:
                found.append(json.loads(message["Body"]))
                self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
        return sorted(found, key=lambda alert: str(alert["Timestamp"]))


def flat(lead: str) -> dict[str, Any]:
    """Parses a stored lead. Moves the fields of its parts, such as `assessment`, into the lead."""
    fields: dict[str, Any] = json.loads(lead)
    parts = [fields.pop(part, {}) for part in ("submitted", "assessment", "escalation", "work", "mail")]
    return fields | {name: value for part in parts for name, value in part.items()}


@cache
def cached_client(service: str, config: Config | None = None) -> Any:
    return boto3.client(service, config=config)  # type: ignore[call-overload]


@cache
def _empty_tables() -> dict[str, Any]:
    create_leads_table(cached_client("dynamodb"), ENVIRONMENT["LEADS_TABLE"])
    create_records(cached_client("dynamodb"), "AccessLog", ENVIRONMENT["ACCESS_LOG"])
    create_records(cached_client("dynamodb"), "Erasures", ENVIRONMENT["ERASURES_TABLE"])
    create_records(cached_client("dynamodb"), "MailAddresses", ENVIRONMENT["MAIL_ADDRESSES"])
    create_records(cached_client("dynamodb"), "DerivedData", ENVIRONMENT["DERIVED_DATA"])
    create_records(cached_client("dynamodb"), "OnCallRota", ENVIRONMENT["ROTA_TABLE"])
    return deepcopy(dict(dynamodb_backends[ACCOUNT][template.REGION].tables))


@cache
def _signing_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


_method_names = cache(method_names_from_class)


@contextmanager
def _faster_moto() -> Iterator[None]:
    with (
        patch.object(Subscription, "private_key", lambda _: _signing_key()),
        patch("moto.core.models.RESPONSES_METHODS", []),
        patch("moto.core.responses.method_names_from_class", _method_names),
    ):
        yield


@contextmanager
def aws_in_process() -> Iterator[Aws]:
    """Provides empty tables, queues and topics, without pauses before retries.

    Creates them in moto's backends, because requests would take most of a test's time.
    """
    wire = Wire()
    with (
        _faster_moto(),
        mock_aws(),
        patch.object(BotocoreStubber, "__call__", partialmethod(_through, wire)),
        patch("botocore.endpoint.time.sleep"),
        patch.object(Pace, "keep", lambda _: None),
    ):
        dynamodb_backends[ACCOUNT][template.REGION].tables.update(deepcopy(_empty_tables()))
        queues = sqs_backends[ACCOUNT][template.REGION]
        subscriber, _, _ = [queues.create_queue(name) for name in ("subscriber", "spool", "failed")]
        topics = sns_backends[ACCOUNT][template.REGION]
        alerts, _ = topics.create_topic("alerts"), topics.create_topic("alarms")
        topics.subscribe(alerts.arn, subscriber.queue_arn, "sqs")
        sesv2_backends[ACCOUNT][template.REGION].create_email_identity("clinic.example", None, None, None)
        wire.calls.clear()
        yield Aws(
            wire,
            cached_client("dynamodb"),
            cached_client("sqs"),
            ENVIRONMENT["SPOOL_QUEUE"].replace("spool", "subscriber"),
        )
