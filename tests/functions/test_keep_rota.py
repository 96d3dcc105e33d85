"""Tests who may change the rota, and whom alerts reach."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import boto3
import pytest
from botocore.awsrequest import AWSResponse, HTTPHeaders
from moto.core.botocore_stubber import MockRawResponse

from functions import alert_staff, keep_rota, watch_delivery, wiring
from shared.domain.errors import RotaChanged
from shared.domain.leads.lead import reference_of
from tests.aws import ENVIRONMENT, Aws
from tests.functions.calls import CONTEXT, LEAD_ID, ROUTINE, URGENT, Json, content, event, pointers, stream_of
from tests.functions.conftest import Clock
from tests.functions.staff_calls import attributes, captured, opened, signed_in
from tests.leads import always, varied

WEEK = [
    {"who": "nurse", "day": day, "starts": "00:00", "ends": "00:00"}
    for day in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Holiday")
]
NURSE, OTHER = {"nurse": "nurse@clinic.example"}, {"other-nurse": "other@clinic.example"}
MON_WED_FRI = [shift for shift in WEEK if shift["day"] in ("Mon", "Wed", "Fri")]


def shown(who: str = "nurse") -> Json:
    return dict(keep_rota.handler(signed_in(event("keep_rota"), who), CONTEXT))


def save(weekly: list[dict[str, str]], who: str = "manager", version: int = 0, **more: Any) -> Json:
    call = event("keep_rota.save") | {"body": json.dumps({"version": version, "weekly": weekly, **more})}
    return dict(keep_rota.handler(signed_in(call, who), CONTEXT))


def look_at_subscriptions(confirmed: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs the five-minute check of subscriptions. `confirmed` maps a user name to an address."""
    sns = boto3.client("sns")
    for name, address in confirmed.items():
        only = {"FilterPolicy": json.dumps({"on_call": [name, "everyone"]})}
        arn = ENVIRONMENT["ALERT_TOPIC_ARN"]
        sns.subscribe(TopicArn=arn, Protocol="email", Endpoint=address, Attributes=only)
    monkeypatch.setattr(watch_delivery, "watch", varied(watch_delivery.watch, on_call=NURSE | OTHER))
    watch_delivery.handler({"check": "subscriptions"}, CONTEXT)


def alerted(answers: Json, aws: Aws) -> dict[str, str]:
    captured(answers, alerted=False)
    alert_staff.handler(stream_of(LEAD_ID), CONTEXT)
    [alert] = aws.alerts()
    return attributes(alert)


def test_everybody_reads_it_and_managers_and_administrators_save_it(clock: Clock) -> None:
    assert content(shown())["version"] == 0
    for who in ("nurse", "desk"):
        assert save(WEEK, who)["statusCode"] == 403
    for version, who in enumerate(("manager", "admin")):
        assert save(WEEK, who, version)["statusCode"] == 200
    for who in ("nurse", "desk", "manager", "admin"):
        rota = content(shown(who))
        assert (rota["version"], rota["changed_by"], rota["time_zone"]) == (2, "admin", "America/Chicago")
        assert [duty["who"] for duty in rota["duties"]] == ["nurse"]
    assert shown("guest")["statusCode"] == 403


def test_of_two_who_save_the_later_is_told_who_was_first(clock: Clock) -> None:
    assert save(WEEK)["statusCode"] == 200
    again = save(MON_WED_FRI, "admin")
    assert (again["statusCode"], content(again)["by_name"]) == (409, "manager")
    assert content(shown())["weekly"] == WEEK


def test_problems_name_the_entries(clock: Clock) -> None:
    desk = {"who": "desk", "day": "Tue", "starts": "08:00", "ends": "17:00"}  # the desk user is not a clinician
    refused = save(
        [WEEK[0], WEEK[0], desk], overrides=[{"who": "x", "starts": "2026-03-08T02:30", "ends": "2026-03-08"}]
    )
    assert refused["statusCode"] == 422
    assert pointers(refused) == [
        "/weekly/2/who",
        "/overrides/0/who",
        "/weekly/1",
        "/overrides/0/starts",
        "/overrides/0/ends",
    ]
    assert pointers(save([{"who": "nurse", "day": "Someday", "starts": "08:00", "ends": "17:00"}])) == ["/weekly"]


def test_a_new_exception_that_is_over_is_refused(clock: Clock) -> None:
    """Saving drops an exception that is over, so the same exception later counts as new."""
    lasting = {"who": "nurse", "starts": "2026-01-14T08:00", "ends": "2026-01-14T10:01"}
    over = {"who": "nurse", "starts": "2026-01-14T08:00", "ends": "2026-01-14T10:00"}
    assert pointers(save(WEEK, overrides=[over])) == ["/overrides/0/ends"]
    assert save(WEEK, overrides=[lasting])["statusCode"] == 200
    clock.at += timedelta(hours=1)
    assert save(WEEK, version=1, overrides=[lasting])["statusCode"] == 200
    assert pointers(save(WEEK, version=2, overrides=[lasting])) == ["/overrides/0/ends"]


def test_an_alert_reaches_who_is_on_call(aws: Aws, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    save(WEEK)
    look_at_subscriptions(NURSE, monkeypatch)
    assert content(shown())["alerted"] == "nurse"
    found = alerted(URGENT, aws)
    assert (found["audience"], found["on_call"], found["tier"]) == ("on_call", "nurse", "URGENT")
    [sent] = content(opened(reference_of(UUID(LEAD_ID))))["alerts"]
    assert (sent["level"], sent["audience"], sent["to"]) == (1, "clinician", "nurse")


def left_unread(operation: str, request: Any, carry_out: Callable[[], Any]) -> Any:
    """Responds as DynamoDB does without capacity for any item of a batch."""
    if operation != "dynamodb.BatchGetItem":
        return carry_out()
    answer = {"Responses": {}, "UnprocessedKeys": json.loads(request.body)["RequestItems"]}
    return AWSResponse(request.url, 200, HTTPHeaders(), MockRawResponse(json.dumps(answer).encode()))


CASES = ("no rota", "a gap", "not confirmed", "no look", "an old look", "an unreadable rota", "no table", "left unread")


@pytest.mark.parametrize("case", CASES)
def test_otherwise_it_reaches_everyone(case: str, aws: Aws, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    if case != "no rota":
        save([shift for shift in WEEK if shift["day"] != "Wed"] if case == "a gap" else WEEK)
    if case != "no look":
        look_at_subscriptions(OTHER if case == "not confirmed" else NURSE, monkeypatch)
    if case == "an old look":
        clock.at += timedelta(minutes=16)
    if case == "an unreadable rota":
        aws.dynamodb.update_item(
            TableName=ENVIRONMENT["ROTA_TABLE"],
            Key={"id": {"S": "rota"}},
            UpdateExpression="SET rota = :rota",
            ExpressionAttributeValues={":rota": {"S": "no rota"}},
        )
    if case == "no table":
        aws.dynamodb.delete_table(TableName=ENVIRONMENT["ROTA_TABLE"])
    if case == "left unread":
        aws.wire.fails = left_unread
    found = alerted(URGENT, aws)
    assert (found["audience"], found["on_call"]) == ("clinician", "everyone")


def test_only_alerts_to_clinicians_follow_the_rota(aws: Aws, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    save(WEEK)
    look_at_subscriptions(NURSE, monkeypatch)
    found = alerted(ROUTINE, aws)
    assert found["audience"] == "desk"
    assert "on_call" not in found


def test_it_says_who_cannot_be_alerted_and_where_the_gaps_are(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    look_at_subscriptions(OTHER, monkeypatch)
    saved = content(save(MON_WED_FRI))
    assert saved["unreachable"] == ["nurse"]
    assert saved["alerted"] == "everyone"
    assert {duty["who"] for duty in saved["duties"]} == {"nurse", ""}


def test_a_lost_reply_saves_it_once(aws: Aws, clock: Clock) -> None:
    aws.wire.reply_lost.add("dynamodb.UpdateItem")
    assert save(WEEK)["statusCode"] == 200
    assert content(shown())["version"] == 1


def test_without_the_table_it_says_so(aws: Aws, clock: Clock) -> None:
    aws.wire.down |= {"dynamodb.GetItem", "dynamodb.UpdateItem"}
    assert shown()["statusCode"] == save(WEEK)["statusCode"] == 503


def test_the_table_refuses_a_rota_that_was_changed(aws: Aws) -> None:
    table, rota = wiring.rotas(), always("nurse").rota
    table.replace(rota)
    with pytest.raises(RotaChanged):
        table.replace(always("desk").rota)
    assert table.get().rota == rota
