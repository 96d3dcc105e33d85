from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from functions import close_address, send_mail, show_lead, wiring
from shared.domain.leads.history import UNDO_WITHIN
from tests.aws import Aws
from tests.functions.calls import CONTEXT, event
from tests.functions.staff_calls import worked
from tests.inbox.conftest import Come, Send


def test_a_mail_that_bounced_is_on_the_lead(aws: Aws, send: Send, member: Come) -> None:
    reference = send()
    [lead] = aws.leads()
    report = event("close_address")
    notification = report["Records"][0]["Sns"]
    message = json.loads(notification["Message"])
    message["mail"]["tags"]["lead_id"] = [lead["lead_id"]]
    notification["Message"] = json.dumps(message)
    assert send_mail.handler(event("send_mail"), CONTEXT) == {"sent": 1}
    nurse = member("nurse").open(reference)
    mails = nurse.page.locator("#mails")
    expect(mails).to_contain_text("E-mail: receipt sent,")
    note = nurse.page.locator("label[for=book-note]")
    expect(note).to_have_text("Note to the person: it goes into the e-mail as written, about ten minutes from now")
    close_address.handler(report, CONTEXT)
    nurse.page.reload()
    expect(mails).to_contain_text("Mail bounced. Call instead.")
    expect(mails).to_contain_text("receipt came back: call instead,")
    expect(note).to_have_text("Note (no e-mail is sent: the address is closed)")


def test_the_form_says_that_a_mailed_appointment_is_mailed_again_only_at_another_time(
    send: Send, member: Come, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference, began = send(), wiring.now()
    send_mail.handler(event("send_mail"), CONTEXT)
    worked(reference, "book", booking={"at": (began + timedelta(days=2)).isoformat()})
    note = member("nurse").open(reference).press("Move the appointment …").page.locator("label[for=book-note]")
    expect(note).to_contain_text("about ten minutes from now")
    with monkeypatch.context() as later:
        later.setattr(wiring, "now", lambda: began + UNDO_WITHIN + timedelta(minutes=1))
        assert send_mail.handler(event("send_mail"), CONTEXT) == {"sent": 1}
    note.page.reload()
    about_another_time = "it goes into the e-mail about a new time. No e-mail is sent if the time stays the same"
    expect(note).to_have_text(f"Note to the person: {about_another_time}")


def test_no_mail_is_promised_that_this_service_does_not_send(
    send: Send, member: Come, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(show_lead, "workspace", replace(show_lead.workspace, sends_mail=False))
    nurse = member("nurse").open(send(email="jordan@example.com")).press("Booked …")
    expect(nurse.page.get_by_label("Note (no e-mail is sent: this service sends no e-mail)")).to_be_visible()
