from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from functions import wiring
from functions.capture_lead import handler
from shared.domain.leads.mail_state import MailEntry, MailStatus
from tests.aws import Aws
from tests.functions.calls import (
    CONTEXT,
    EMERGENCY,
    LEAD_ID,
    NOT_A_FIT,
    PRIORITY,
    ROUTINE,
    URGENT,
    Json,
    content,
    posting,
    sent,
    submission,
)
from tests.functions.conftest import Clock
from tests.functions.submitting import send
from tests.leads import RECEIVED, a_lead, varied

pytestmark = pytest.mark.usefixtures("clock")

PERSON = {"name": "Jordan Example", "phone": "(312) 555-0142"}
NO_PHONE = {"name": "Jordan Example", "email": "jordan@example.com"}
BY_MAIL = {**PERSON, **NO_PHONE, "preference": "email"}
NO_MAIL = {**PERSON, "preference": "email"}
NO_TEXT = {**PERSON, "preference": "text"}
BY_TEXT = {**NO_TEXT, "sms": True}
TRIES = "We will also try to call {number}. Do not wait for our call."
INTENTA = "También trataremos de llamarle al {number}. No espere nuestra llamada."
CRISIS = {"em-now": ["self-harm"]}
THANKS, GRACIAS = "We received your answers", "Recibimos sus respuestas"
TITLE_911 = "We have your number. Call 911 first."


def receipt(answers: Json, contact: Json = PERSON, language: str = "en", lead_id: str = "") -> dict[str, Any]:
    person = {name: value for name, value in contact.items() if name != "sms"}
    consents = {"contact": True, "sms": "sms" in contact}
    body = submission(answers, contact=person, language=language, submission_id=lead_id or str(uuid4()))
    body["consents"] = {**body["consents"], **consents}
    return content(send(body))


def next_steps(answers: Json, contact: Json = PERSON, language: str = "en", lead_id: str = "") -> dict[str, Any]:
    found: dict[str, Any] = receipt(answers, contact, language, lead_id)["next_steps"]
    return found


@pytest.mark.parametrize(
    ("answers", "contact", "language", "title", "promise"),
    [
        (PRIORITY, PERSON, "en", THANKS, "We will call {number} by Thursday, January 15 at 5 PM CST."),
        (
            PRIORITY,
            PERSON,
            "es",
            GRACIAS,
            "A más tardar el jueves 15 de enero a las 5 p.m. CST le llamaremos al {number}.",
        ),
        (PRIORITY, NO_PHONE, "en", THANKS, "We will write to you by Thursday, January 15 at 5 PM CST."),
        (PRIORITY, NO_PHONE, "es", GRACIAS, "A más tardar el jueves 15 de enero a las 5 p.m. CST le escribiremos."),
        (ROUTINE, PERSON, "en", THANKS, "We will call {number} by Friday, January 16 at 5 PM CST."),
        (URGENT, PERSON, "en", THANKS, "We will call {number} by Wednesday, January 14 at 2 PM CST."),
        (URGENT, NO_PHONE, "en", THANKS, ""),
        (NOT_A_FIT, PERSON, "en", THANKS, ""),
        (PRIORITY, BY_MAIL, "en", THANKS, "We will write to you by Thursday, January 15 at 5 PM CST."),
        (PRIORITY, NO_MAIL, "en", THANKS, "We will call {number} by Thursday, January 15 at 5 PM CST."),
        (
            PRIORITY,
            BY_TEXT,
            "en",
            THANKS,
            "We will send a text message to {number} by Thursday, January 15 at 5 PM CST.",
        ),
        (PRIORITY, NO_TEXT, "en", THANKS, "We will call {number} by Thursday, January 15 at 5 PM CST."),
        (
            URGENT,
            BY_MAIL,
            "en",
            THANKS,
            "We will call {number} by Wednesday, January 14 at 2 PM CST.",
        ),
        (EMERGENCY, BY_MAIL, "en", TITLE_911, TRIES),
        (EMERGENCY, PERSON, "en", TITLE_911, TRIES),
        (EMERGENCY, PERSON, "es", "Tenemos su número. Llame primero al 911.", INTENTA),
        (EMERGENCY, NO_PHONE, "en", "Get emergency help now", ""),
        (CRISIS, PERSON, "en", "We have your number. Call or text 988 first.", TRIES),
    ],
)
def test_they_fit_the_person(answers: Json, contact: Json, language: str, title: str, promise: str) -> None:
    steps = next_steps(answers, contact, language)
    assert (steps["title"], steps["promise"]) == (title, promise)


def test_they_say_who_calls_what_to_have_ready_and_when_the_clinic_is_open() -> None:
    details = next_steps(PRIORITY)["details"]
    assert details == [
        "We call from (312) 555-0100.",
        "Have ready, if you can: the names of your medicines, your insurance card, reports of scans.",
        "We are open: Monday to Friday, 8 AM to 5 PM.",
        "Received: Wednesday, January 14 at 10 AM CST",
    ]
    assert next_steps(PRIORITY, BY_MAIL)["details"] == [details[2], CONFIRMATION, details[3]]


@pytest.mark.parametrize("contact", [BY_MAIL, BY_TEXT])
def test_no_advice_promises_a_call_to_who_asked_to_be_written_to(contact: Json) -> None:
    texts = [message["text"] for message in receipt(PRIORITY, contact)["messages"]]
    assert not any("call you" in text for text in texts)
    assert any("write to you" in text for text in texts)


def test_advice_promises_a_call_to_who_wants_a_text_without_the_consent_to_it() -> None:
    assert any("call you" in message["text"] for message in receipt(PRIORITY, NO_TEXT)["messages"])


def test_whoever_is_sent_to_their_own_doctor_reads_that_nobody_calls() -> None:
    details = next_steps(NOT_A_FIT)["details"]
    assert details[0] == "We do not plan to call you. To talk with us, call (312) 555-0100."


def test_whoever_left_only_an_e_mail_address_reads_that_nobody_can_call() -> None:
    details = next_steps(URGENT, NO_PHONE)["details"]
    assert details[0] == "We have no phone number for you, so we cannot call. To talk with us, call (312) 555-0100."
    assert not any("no phone number" in text for text in next_steps(PRIORITY, NO_PHONE)["details"])


def test_in_an_emergency_no_text_sends_anybody_to_the_clinic() -> None:
    assert next_steps(EMERGENCY)["details"] == ["Something changed or got worse? Call 911."]


BOOKING_LINK = "https://booking.clinic.example/new?from=form&visit=first"


@pytest.mark.parametrize(
    ("answers", "contact", "link"),
    [
        (ROUTINE, BY_MAIL, BOOKING_LINK),
        (ROUTINE, BY_TEXT, BOOKING_LINK),
        (ROUTINE, NO_PHONE, BOOKING_LINK),
        (ROUTINE, PERSON, BOOKING_LINK),
        (PRIORITY, BY_MAIL, ""),
        (URGENT, NO_PHONE, ""),
        (EMERGENCY, NO_PHONE, ""),
        (CRISIS, BY_MAIL, ""),
        (NOT_A_FIT, BY_MAIL, ""),
    ],
)
def test_a_time_can_be_booked_only_where_nothing_is_urgent(answers: Json, contact: Json, link: str) -> None:
    assert next_steps(answers, contact)["booking_link"] == link


def test_spanish_sentences_end_in_one_period() -> None:
    steps = next_steps(PRIORITY, language="es")
    assert "Nuestro horario: lunes a viernes, de 8 a.m. a 5 p.m." in steps["details"]
    assert ".." not in json.dumps(steps)


def test_the_calendar_entry_ends_when_the_call_is_due_and_names_nothing_of_health() -> None:
    file = next_steps(PRIORITY)["calendar"].replace("\r\n ", "")
    assert "DTSTART:20260115T223000Z\r\nDTEND:20260115T230000Z" in file
    assert "SUMMARY:By Thursday\\, January 15 at 5 PM CST: call from Example Spine & Nerve Clinic" in file
    assert r"DESCRIPTION:We will call you by Thursday\, January 15 at 5 PM CST.\nWe call from" in file
    assert "TRANSP:TRANSPARENT" in file  # calendars show the time as free
    assert "Something changed? Call us: (312) 555-0100." in file
    for answers, contact in ((PRIORITY, NO_PHONE), (PRIORITY, BY_MAIL), (NOT_A_FIT, PERSON), (EMERGENCY, PERSON)):
        assert next_steps(answers, contact)["calendar"] == ""


@pytest.mark.parametrize(
    ("language", "number"), [("en", "We have your number: {number}."), ("es", "Tenemos su número: {number}.")]
)
def test_while_the_clinic_is_closed_an_urgent_lead_gets_no_promise_but_sees_both_numbers(
    clock: Clock, language: str, number: str
) -> None:
    clock.at = datetime(2026, 1, 19, 16, 0, tzinfo=UTC)
    found = next_steps(URGENT, language=language)
    assert found["promise"] == number
    assert "(312) 555-0100" in found["details"][0]
    assert found["calendar"] == ""
    assert next_steps(URGENT, NO_PHONE)["promise"] == ""


@pytest.mark.parametrize(
    ("language", "promise"), [("en", "We will call {number} today."), ("es", "Le llamaremos hoy al {number}.")]
)
@pytest.mark.parametrize("answers", [{"em-now": ["unsure"]}, URGENT])
def test_an_urgent_call_that_is_due_after_closing_is_promised_for_today(
    clock: Clock, answers: Json, language: str, promise: str
) -> None:
    clock.at = datetime(2026, 1, 14, 22, 0, tzinfo=UTC)  # 4 PM; the clinic closes at 5
    found = next_steps(answers, language=language)
    assert found["promise"] == promise
    assert found["calendar"] == ""


EARLY = datetime(2026, 1, 14, 12, 51, tzinfo=UTC)  # 6:51 AM; the clinic opens at 8


@pytest.mark.parametrize(
    ("language", "promise", "advice"),
    [
        (
            "en",
            "We will call {number} when we open, by Wednesday, January 14 at 10:51 AM CST.",
            "call you when we open.",
        ),
        (
            "es",
            "Cuando abramos, a más tardar el miércoles 14 de enero a las 10:51 a.m. CST, le llamaremos al {number}.",
            "le llamaremos cuando abramos.",
        ),
    ],
)
@pytest.mark.parametrize("name", ["capture_lead", "capture_lead.callbacks"])
def test_before_the_clinic_opens_an_urgent_promise_agrees_with_the_advice(
    clock: Clock, name: str, language: str, promise: str, advice: str
) -> None:
    clock.at = EARLY
    body = sent(name) | {"contact": PERSON, "language": language, "submission_id": str(uuid4())}
    found = content(handler(posting(name, body | {"answers": body["answers"] | {"em-now": ["unsure"]}}), CONTEXT))
    steps = found["next_steps"]
    assert steps["promise"] == promise
    assert any(message["text"].lower().endswith(advice.lower()) for message in found["messages"])
    assert "DTEND:20260114T165100Z" in steps["calendar"]


CONFIRMATION = "We will also try to e-mail you a confirmation, at most one a day."


@pytest.mark.parametrize(
    ("sender", "contact", "says"),
    [
        ("office@clinic.example", PERSON | {"email": "jordan@example.com"}, True),
        ("", PERSON | {"email": "jordan@example.com"}, False),
        ("office@clinic.example", PERSON, False),
        ("office@clinic.example", PERSON | {"email": "jordan@example.com", "message_ok": "no"}, False),
    ],
)
def test_a_confirmation_by_e_mail_is_announced_only_if_one_is_due(
    monkeypatch: pytest.MonkeyPatch, sender: str, contact: Json, says: bool
) -> None:
    monkeypatch.setenv("SENDER_EMAIL", sender)
    wiring.next_steps.cache_clear()
    try:
        assert (CONFIRMATION in next_steps(PRIORITY, contact)["details"]) is says
    finally:
        wiring.next_steps.cache_clear()


@pytest.mark.parametrize("status", ["sending", "withheld", "waiting", "failed"])
def test_a_confirmation_that_was_tried_or_withheld_is_no_longer_announced(status: MailStatus) -> None:
    writer = replace(wiring.next_steps(), sends_mail=True)
    lead = a_lead(contact=PERSON | {"email": "jordan@example.com"})
    assert CONFIRMATION in writer.write(lead, RECEIVED).details
    tried = varied(lead, mail=lead.mail.recorded(MailEntry("receipt", "", status, RECEIVED)))
    assert CONFIRMATION not in writer.write(tried, RECEIVED).details


def test_nothing_is_said_where_nothing_is_stored() -> None:
    body = submission(EMERGENCY, contact=None, consents=None)
    assert content(send(body))["next_steps"] is None


def test_a_repeat_gets_the_same(aws: Aws, clock: Clock) -> None:
    first = next_steps(PRIORITY, lead_id=LEAD_ID)
    clock.at = datetime(2026, 1, 20, 3, 0, tzinfo=UTC)
    assert next_steps(PRIORITY, lead_id=LEAD_ID) == first
    assert "555" not in json.dumps(first).replace("555-0100", "")
