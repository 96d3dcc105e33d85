"""Tests that an address gets no mail after a permanent bounce or a complaint."""

from __future__ import annotations

import json

import pytest

from functions import close_address, send_mail
from shared.domain.errors import ForeignEvent
from tests.aws import Aws
from tests.functions.calls import CONTEXT, LEAD_ID, Json, content, event
from tests.functions.staff_calls import captured, opened

pytestmark = pytest.mark.usefixtures("clock")
OTHER = "0b4f7c1e-6a52-4d0b-9a3e-5d1c2b7f8e91"


def mailed() -> str:
    reference = captured()
    assert send_mail.handler(event("send_mail"), CONTEXT) == {"sent": 1}
    return reference


def reported(report: Json | str) -> Json:
    sent = event("close_address")
    sent["Records"][0]["Sns"]["Message"] = report if isinstance(report, str) else json.dumps(report)
    return sent


@pytest.mark.parametrize(
    ("name", "status", "closed_as"),
    [
        ("close_address", "bounced", "bounce"),
        ("close_address.temporary", "bounced", ""),
        ("close_address.complaint", "sent", "complaint"),
    ],
)
def test_a_mail_that_came_back_shows_on_the_lead(aws: Aws, name: str, status: str, closed_as: str) -> None:
    reference = mailed()
    for _ in range(2):  # SNS may deliver a message twice
        close_address.handler(event(name), CONTEXT)

    mails = content(opened(reference))["mails"]
    assert ([entry["status"] for entry in mails["entries"]], mails["closed_as"]) == ([status], closed_as)
    assert mails["unmailed"] == ("closed" if closed_as else "")
    closed = [item["closed_as"]["S"] for item in aws.mail_addresses() if "closed_as" in item]
    assert closed == ([closed_as] if closed_as else [])
    assert "jordan" not in str(aws.mail_addresses())


def test_a_closed_address_gets_no_mail_for_any_lead(aws: Aws) -> None:
    mailed()
    close_address.handler(event("close_address"), CONTEXT)
    other = captured(lead_id=OTHER, contact={"name": "B", "email": "Jordan@example.com"})
    assert send_mail.handler(event("send_mail"), CONTEXT) == {"sent": 0}
    mails = content(opened(other))["mails"]
    (entry,) = mails["entries"]
    assert (entry["status"], entry["reason"], mails["unmailed"]) == ("withheld", "closed", "closed")
    assert len(aws.mails()) == 1


def test_a_report_about_a_lead_that_is_gone_closes_the_address(aws: Aws) -> None:
    close_address.handler(event("close_address"), CONTEXT)
    assert len(aws.mail_addresses()) == 1


def test_a_reader_who_takes_the_complaint_back_and_the_test_of_ses_close_nothing(aws: Aws) -> None:
    report = json.loads(event("close_address.complaint")["Records"][0]["Sns"]["Message"])
    report["complaint"]["complaintFeedbackType"] = "not-spam"
    close_address.handler(reported(report), CONTEXT)
    close_address.handler(reported("Successfully validated SNS topic for Amazon SES event publishing."), CONTEXT)
    assert aws.mail_addresses() == []


@pytest.mark.parametrize(
    "change",
    [
        {"eventType": "Delivery"},
        {"mail": {"destination": [], "tags": {}}},
        {"mail": {"destination": ["a@example.com"], "tags": {"lead_id": ["no id"], "kind": ["receipt"]}}},
        {"mail": {"destination": ["a@example.com"], "tags": {"lead_id": [7], "kind": ["receipt"]}}},
    ],
)
def test_another_report_is_refused(change: Json) -> None:
    report = json.loads(event("close_address")["Records"][0]["Sns"]["Message"])
    with pytest.raises(ForeignEvent):
        close_address.handler(reported(report | change), CONTEXT)


@pytest.mark.parametrize("text", ["", "no JSON", "[" * 10_000, "7"])
def test_a_message_that_is_no_report_is_refused(text: str) -> None:
    with pytest.raises(ForeignEvent):
        close_address.handler(reported(text), CONTEXT)


def test_the_report_names_the_lead(aws: Aws) -> None:
    report = json.loads(event("close_address")["Records"][0]["Sns"]["Message"])
    assert report["mail"]["tags"]["lead_id"] == [LEAD_ID]
    assert aws.mails() == []
