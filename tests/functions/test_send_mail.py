"""Tests that the mail sweep sends each mail once and within limits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from functions import send_mail
from shared.adapters import ses
from shared.domain.leads.history import UNDO_WITHIN
from shared.domain.leads.mail import OTHERS_AFTER, UNKNOWN_AFTER
from shared.usecases import mailing
from tests.aws import Aws
from tests.functions.admin_calls import erased, exported_person
from tests.functions.calls import CONTEXT, LEAD_ID, content, event
from tests.functions.conftest import Clock
from tests.functions.staff_calls import captured, opened, worked

OTHER = "0b4f7c1e-6a52-4d0b-9a3e-5d1c2b7f8e91"
THIRD = "0b4f7c1e-6a52-4d0b-9a3e-5d1c2b7f8e92"
MINUTE = timedelta(minutes=1)
SEND = "sesv2.SendEmail"


def sweep() -> int:
    return int(send_mail.handler(event("send_mail"), CONTEXT)["sent"])


def mails_of(reference: str) -> list[tuple[str, str, str]]:
    """Returns (kind, status, reason) of the lead's mails, as staff see them."""
    return [
        (entry["kind"], entry["status"], entry["reason"]) for entry in content(opened(reference))["mails"]["entries"]
    ]


def person(number: int) -> dict[str, str]:
    return {"name": "Sample Patient", "phone": "(312) 555-0142", "email": f"sample.patient{number}@example.com"}


@pytest.fixture(autouse=True)
def on_the_clock(clock: Clock) -> Clock:
    return clock


def test_a_receipt_is_sent_once_with_a_link_that_ends_mail(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[dict[str, Any]] = []
    client = send_mail.mailing.mails._client  # type: ignore[attr-defined]
    send = client.send_email

    def noted(**request: Any) -> Any:
        sent.append(request)
        return send(**request)

    monkeypatch.setattr(client, "send_email", noted)
    reference = captured()

    assert [sweep(), sweep()] == [1, 0]

    (request,) = sent
    headers = {header["Name"]: header["Value"] for header in request["Content"]["Simple"]["Headers"]}
    assert request["FromEmailAddress"] == "office@clinic.example"
    assert request["Destination"] == {"ToAddresses": ["jordan@example.com"]}
    assert request["ConfigurationSetName"] == "leads-mail"
    assert {tag["Name"]: tag["Value"] for tag in request["EmailTags"]} == {"lead_id": LEAD_ID, "kind": "receipt"}
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = headers["List-Unsubscribe"].strip("<>")
    assert link in request["Content"]["Simple"]["Body"]["Text"]["Data"]
    assert "Attachments" not in request["Content"]["Simple"]
    (mail,) = aws.mails()
    assert (mail.subject, reference in mail.body) == ("We have your request", True)
    assert mails_of(reference) == [("receipt", "sent", "")]


def test_a_receipt_comes_within_two_minutes_after_the_alert(clock: Clock) -> None:
    captured(alerted=False)
    assert sweep() == 0
    captured(lead_id=OTHER, contact=person(2))
    clock.at += MINUTE
    assert sweep() == 1


def test_a_booking_is_confirmed_with_a_calendar_file(aws: Aws, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    files: list[Any] = []
    content_of = ses._content

    def noted(mail: Any) -> dict[str, Any]:
        files.append(mail.calendar)
        return content_of(mail)

    monkeypatch.setattr(ses, "_content", noted)
    reference = captured()
    assert sweep() == 1
    assert worked(reference, "book", booking={"at": "2026-01-16T09:30:00-06:00"})["statusCode"] == 200
    assert sweep() == 0
    clock.at += UNDO_WITHIN
    assert sweep() == 1
    assert "DTSTART:20260116T153000Z" in files[-1]
    assert [mail.subject for mail in aws.mails()] == ["We have your request", "Your appointment"]


def test_a_move_is_mailed_ten_minutes_after_it_and_a_move_back_is_too(aws: Aws, clock: Clock) -> None:
    reference = captured()
    sweep()
    for time in ("2026-01-16T09:30:00-06:00", "2026-01-16T11:00:00-06:00", "2026-01-16T09:30:00-06:00"):
        assert worked(reference, "book", booking={"at": time})["statusCode"] == 200
        clock.at += UNDO_WITHIN - MINUTE
        assert sweep() == 0
        clock.at += MINUTE
        assert [sweep(), sweep()] == [1, 0]
    texts = [mail.body for mail in aws.mails()[1:]]
    assert ["9:30" in text for text in texts] == [True, False, True]


def test_a_mail_whose_reply_was_lost_is_not_sent_again(aws: Aws, clock: Clock) -> None:
    reference = captured()
    aws.wire.reply_lost = {SEND}
    with pytest.raises(RuntimeError, match="1 mails failed"):
        sweep()
    assert mails_of(reference) == [("receipt", "unknown", "")]
    clock.at += 60 * MINUTE
    assert sweep() == 0
    assert aws.wire.calls.count(SEND) == len(aws.mails()) == 1


class Killed(BaseException):
    """A killed process. A BaseException, because mailing catches Exception."""


@pytest.mark.parametrize("after", [False, True])
def test_a_process_that_ends_while_sending_leaves_unknown_within_five_minutes(
    aws: Aws, clock: Clock, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    reference = captured()
    send = send_mail.mailing.mails.send

    def killed(_: Any, mail: Any) -> None:
        if after:
            send(mail)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(ses.Mailer, "send", killed)
        with pytest.raises(Killed):
            sweep()
    assert mails_of(reference) == [("receipt", "sending", "")]
    clock.at += UNKNOWN_AFTER
    with pytest.raises(RuntimeError, match="1 mails failed"):
        sweep()
    assert mails_of(reference) == [("receipt", "unknown", "")]
    clock.at += 60 * MINUTE
    assert sweep() == 0
    assert len(aws.mails()) == int(after)


def test_a_mail_that_ses_did_not_take_is_tried_again(aws: Aws, clock: Clock) -> None:
    reference = captured()
    aws.wire.down = {SEND}
    assert sweep() == 0
    assert mails_of(reference) == [("receipt", "waiting", "")]
    aws.wire.down = set()
    assert sweep() == 0
    clock.at += MINUTE
    assert sweep() == 1
    assert mails_of(reference) == [("receipt", "sent", "")]


def test_a_mail_is_claimed_before_it_is_sent(aws: Aws) -> None:
    captured()
    aws.wire.calls.clear()
    sweep()
    assert aws.wire.calls[-3:] == ["dynamodb.PutItem", SEND, "dynamodb.PutItem"]


def test_nothing_is_sent_if_the_claim_cannot_be_written(aws: Aws) -> None:
    captured()
    aws.wire.down = {"dynamodb.PutItem"}
    with pytest.raises(RuntimeError):
        sweep()
    assert aws.mails() == []


def test_an_address_gets_one_receipt_a_day(aws: Aws, clock: Clock) -> None:
    captured()
    again = captured(lead_id=OTHER)
    assert sweep() == 1
    assert mails_of(again) == [("receipt", "withheld", "daily_limit")]
    clock.at += timedelta(days=1)
    captured(lead_id=THIRD)
    assert sweep() == 1
    assert len(aws.mails()) == 2


def test_the_stack_sends_no_more_than_its_limit_an_hour(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailing, "MAILS_AN_HOUR", 1)
    captured()
    waiting = captured(lead_id=OTHER, contact=person(2))
    assert sweep() == 1
    assert mails_of(waiting) == [("receipt", "waiting", "hourly_limit")]
    clock.at = clock.at.replace(minute=0) + 60 * MINUTE + OTHERS_AFTER
    assert sweep() == 1


def test_an_hour_full_of_receipts_delays_an_appointment_only_until_the_next_hour(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = captured()
    assert sweep() == 1
    assert worked(reference, "book", booking={"at": "2026-01-16T09:30:00-06:00"})["statusCode"] == 200
    next_hour = clock.at.replace(minute=0, second=0, microsecond=0) + 60 * MINUTE
    clock.at += UNDO_WITHIN
    assert clock.at < next_hour - 40 * MINUTE
    monkeypatch.setattr(mailing, "MAILS_AN_HOUR", 1)
    waiting = [captured(lead_id=lead_id, contact=person(number)) for number, lead_id in enumerate((OTHER, THIRD))]
    while clock.at < next_hour:
        assert sweep() == 0
        clock.at += MINUTE
    assert mails_of(reference)[1:] == [("booked", "waiting", "hourly_limit")]
    clock.at = next_hour
    assert sweep() == 1
    clock.at += OTHERS_AFTER
    assert sweep() == 0
    assert mails_of(reference)[1:] == [("booked", "sent", "")]
    assert [mails_of(each) for each in waiting] == 2 * [[("receipt", "waiting", "hourly_limit")]]


def test_a_suspect_gets_no_mail(aws: Aws) -> None:
    captured(website="https://spam.example")
    assert sweep() == 0
    assert aws.wire.calls.count(SEND) == 0


def test_a_lead_that_fails_does_not_delay_the_others(aws: Aws, logs: Callable[[], str]) -> None:
    captured()
    captured(lead_id=OTHER, contact=person(2))
    aws.corrupt(LEAD_ID, "{}")
    with pytest.raises(RuntimeError, match="1 mails failed"):
        sweep()
    assert len(aws.mails()) == 1
    written = logs()
    assert '"message":"mail failed"' in written
    assert '"mail_kind":"receipt","mail_status":"sent"' in written


def test_the_persons_own_data_names_the_mails_and_erasing_removes_them(aws: Aws) -> None:
    reference = captured()
    sweep()
    (lead,) = content(exported_person(reference))["leads"]
    assert [(mail["kind"], mail["status"]) for mail in lead["mails"]["entries"]] == [("receipt", "sent")]
    erased(reference)
    assert '"receipt"' not in str(aws.items())
    assert sweep() == 0
    assert "jordan" not in str(aws.mail_addresses())
