"""Tests what the mails to patients say, and what they must not say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.adapters.ses import as_html, as_text
from shared.domain.leads.booking import Booking
from shared.domain.leads.calendar_entry import CalendarEntry
from shared.domain.leads.lead import Lead
from shared.domain.leads.mail import DueMail
from shared.domain.leads.mail_state import MailKind
from shared.domain.leads.mail_text import SUBJECTS, Mail, MailWriter
from shared.rulebook.loading import load
from shared.rulebook.ui_texts import words
from tests.functions.calls import EMERGENCY, NOT_A_FIT, PRIORITY, ROUTINE, URGENT
from tests.leads import HOURS, RECEIVED, a_lead, varied
from tests.rulebook.test_wording import HARDEST, grade, sentences_of

WRITER = MailWriter("Example Spine & Nerve Clinic", "(312) 555-0100", HOURS, {"es": words("es")})
LINK = "https://leads.clinic.example/unsubscribe/token?language=en"
PERSON = {"name": "Sample <b>Patient</b>", "phone": "(312) 555-0142", "email": "sample.patient@example.com"}
KINDS: tuple[MailKind, ...] = ("receipt", "tried", "booked", "unreachable")
TIERS = {"EMERGENCY": EMERGENCY, "URGENT": URGENT, "PRIORITY": PRIORITY, "ROUTINE": ROUTINE, "NOT_A_FIT": NOT_A_FIT}
BOOKING = Booking(RECEIVED + timedelta(days=2), "Ada Lee, MD", "Bring your insurance card.")
ENDING = (
    "You are getting this because somebody left this address at Example Spine & Nerve Clinic. If you want no more "
    "e-mail from us, open this page and press the button:"
)
SPINE = "Example Spine & Nerve Clinic"


def lead_of(answers: dict[str, Any] | None = None, language: str = "en") -> Lead:
    note = {"note": "A friend in Springfield told me about you."}
    lead = a_lead({**(answers or {}), **note}, contact=PERSON, language=language)
    return varied(lead, booking=BOOKING)


def written(lead: Lead, kind: MailKind = "receipt", at: Any = RECEIVED, *, safety: bool = False) -> Mail:
    return WRITER.write(lead, DueMail(kind, "", at), LINK, at, safety=safety)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("tier", TIERS)
def test_no_mail_says_anything_about_health_or_repeats_what_was_typed(tier: str, kind: MailKind, language: str) -> None:
    mail = written(lead_of(TIERS[tier], language=language), kind, safety=tier in ("EMERGENCY", "URGENT"))

    text = "\n".join((mail.subject, as_text(mail), mail.calendar.replace("\r\n ", ""))).replace(SPINE, "")
    said = text.lower().replace("in an emergency,", "").replace("en una emergencia,", "")
    typed = ("Sample", "Patient", "555-0142", "3125550142", "Springfield", "sample.patient")
    of_health = ("pain", "spine", "nerve", "stenosis", "urgent", "priority", "routine", "fit", "symptom", "dolor")
    assert [word for word in (*typed, *of_health, tier) if word.lower() in said] == []
    assert mail.to == "sample.patient@example.com"
    assert "911" in said
    assert SPINE in as_text(mail)
    assert mail.language == language
    assert (mail.subject in SUBJECTS.values()) == (language == "en")


def test_a_receipt_says_who_has_the_request_and_what_happens_next() -> None:
    lead = lead_of()
    assert as_text(written(lead)).split("\n\n") == [
        "Example Spine & Nerve Clinic has your request.",
        "We will call you by Thursday, January 15 at 5 PM CST.",
        "Something changed? Call us: (312) 555-0100.",
        "We are open: Monday to Friday, 8 AM to 5 PM.",
        f"Your reference: {lead.reference}",
        "In an emergency, call 911. Do not wait for us.",
        f"{ENDING}\n{LINK}\n",
    ]


NO_PHONE = {"name": "A", "email": "a@example.com"}
NO_NUMBER = "We have no phone number for you, so we cannot call. To talk with us, call (312) 555-0100."


@pytest.mark.parametrize(
    ("answers", "contact", "safety", "promise"),
    [
        (PRIORITY, PERSON, False, "We will call you by Thursday, January 15 at 5 PM CST."),
        (PRIORITY, NO_PHONE, False, "We will write to you by Thursday, January 15 at 5 PM CST."),
        (URGENT, PERSON, True, "We will call you by Wednesday, January 14 at 2 PM CST."),
        (EMERGENCY, PERSON, True, "We will also try to call you. Do not wait for our call."),
        (URGENT, NO_PHONE, True, NO_NUMBER),
        (
            PRIORITY,
            PERSON | {"preference": "email"},
            False,
            "We will write to you by Thursday, January 15 at 5 PM CST.",
        ),
        (URGENT, PERSON | {"preference": "email"}, True, "We will call you by Wednesday, January 14 at 2 PM CST."),
        (NOT_A_FIT, PERSON, False, "We do not plan to call you. To talk with us, call (312) 555-0100."),
    ],
)
def test_a_receipt_promises_only_what_the_clinic_does(
    answers: dict[str, Any], contact: dict[str, str], safety: bool, promise: str
) -> None:
    paragraphs = written(a_lead(answers, contact=contact), safety=safety).paragraphs
    assert [text for text in paragraphs if text.startswith(("We will", "We do not", "We have"))] == [promise]
    assert ("Please follow the advice that our page gave you." in paragraphs) is safety


def test_a_receipt_that_promises_nothing_says_where_to_go_instead() -> None:
    lead = a_lead(NOT_A_FIT, contact=PERSON)
    mail = written(lead)
    assert mail.subject == "We received your answers"
    assert mail.paragraphs[:3] == (
        "Example Spine & Nerve Clinic has your answers.",
        "Your own doctor is the best place to start.",
        "We do not plan to call you. To talk with us, call (312) 555-0100.",
    )
    assert (
        written(a_lead(NOT_A_FIT, contact=PERSON, language="es")).paragraphs[1]
        == "Lo mejor es empezar con su propio médico."
    )
    other = varied(lead, messages_shown=())
    assert "Your own doctor is the best place to start." not in written(other).paragraphs


def test_while_the_clinic_is_closed_a_call_is_promised_once_it_is_open() -> None:
    early, opens = RECEIVED - timedelta(hours=3), RECEIVED - timedelta(hours=2)
    lead = varied(a_lead(URGENT, contact=PERSON), deadline=early + timedelta(hours=4))
    promised = "We will call you when we open, by Wednesday, January 14 at 11 AM CST."
    assert promised in written(lead, at=early, safety=True).paragraphs
    assert promised.replace(" when we open,", "") in written(lead, at=opens, safety=True).paragraphs


BOOKING_LINK = "https://booking.clinic.example/new?from=mail&visit=first"
BY_MAIL = PERSON | {"preference": "email"}


@pytest.mark.parametrize(
    ("answers", "contact", "kind", "offered"),
    [
        (ROUTINE, BY_MAIL, "receipt", True),
        (ROUTINE, PERSON, "receipt", True),
        (ROUTINE, BY_MAIL, "tried", False),
        (PRIORITY, BY_MAIL, "receipt", False),
        (EMERGENCY, NO_PHONE, "receipt", False),
    ],
)
@pytest.mark.parametrize(("language", "text"), [("en", "You can also choose a time"), ("es", "También puede escoger")])
def test_a_receipt_links_to_the_page_for_booking_where_the_form_does(
    answers: dict[str, Any], contact: dict[str, str], kind: MailKind, offered: bool, language: str, text: str
) -> None:
    lead = a_lead(answers, contact=contact, language=language)
    due, safety = DueMail(kind, "", RECEIVED), lead.tier == "EMERGENCY"
    mail = replace(WRITER, booking_link=BOOKING_LINK).write(lead, due, LINK, RECEIVED, safety=safety)
    assert any(line.startswith(text) and line.endswith(f": {BOOKING_LINK}") for line in mail.paragraphs) is offered
    assert (f'<a href="{BOOKING_LINK.replace("&", "&amp;")}"' in as_html(mail)) is offered
    without = WRITER.write(lead, due, LINK, RECEIVED, safety=safety)
    assert [line for line in mail.paragraphs if BOOKING_LINK not in line] == list(without.paragraphs)


def test_no_time_is_promised_that_is_over_or_at_which_the_clinic_is_closed() -> None:
    lead, evening, night = lead_of(URGENT), RECEIVED + timedelta(hours=6), RECEIVED + timedelta(hours=12)
    assert "We will call you." in written(lead, at=RECEIVED + timedelta(hours=4), safety=True).paragraphs
    until_eight = varied(lead, deadline=evening + timedelta(hours=4))
    assert "We will call you today." in written(until_eight, at=evening, safety=True).paragraphs
    past_midnight = varied(lead, deadline=evening + timedelta(hours=9))
    assert "We will call you." in written(past_midnight, at=evening, safety=True).paragraphs
    in_spanish = varied(lead_of(URGENT, "es"), deadline=evening + timedelta(hours=4))
    assert "Le llamaremos hoy." in written(in_spanish, at=evening, safety=True).paragraphs
    at_night = varied(lead, deadline=night + timedelta(hours=4))
    assert not any("call you" in text for text in written(at_night, at=night, safety=True).paragraphs)


@pytest.mark.parametrize(("contact", "tries"), [(PERSON, True), (NO_PHONE, False)])
def test_in_an_emergency_a_receipt_says_what_the_page_says(contact: dict[str, str], tries: bool) -> None:
    paragraphs = written(a_lead(EMERGENCY, contact=contact), safety=True).paragraphs
    assert paragraphs[:2] == (
        "Example Spine & Nerve Clinic has your answers.",
        "Please follow the advice that our page gave you.",
    )
    assert ("We will also try to call you. Do not wait for our call." in paragraphs) is tries
    assert "Something changed or got worse? Call 911." in paragraphs
    assert not any("555-0100" in text or "We are open" in text for text in paragraphs)


def test_a_confirmation_has_the_time_and_what_staff_wrote_for_the_person() -> None:
    mail = written(lead_of(), "booked")
    assert mail.paragraphs[:2] == (
        "Your appointment at Example Spine & Nerve Clinic: Friday, January 16 at 10 AM CST, with Ada Lee, MD.",
        "Bring your insurance card.",
    )
    spanish = written(varied(lead_of(language="es"), booking=replace(BOOKING, with_whom="")), "booked")
    assert spanish.paragraphs[0] == "Su cita en Example Spine & Nerve Clinic: el viernes 16 de enero a las 10 a.m. CST"


def test_a_confirmation_carries_a_calendar_file() -> None:
    lead = lead_of()
    lines = written(lead, "booked").calendar.replace("\r\n ", "").split("\r\n")
    assert lines == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//clinic//appointments//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{lead.lead_id}@appointments",
        "SEQUENCE:0",
        "DTSTAMP:20260114T160000Z",
        "DTSTART:20260116T160000Z",
        "DTEND:20260116T163000Z",
        "SUMMARY:Appointment: Example Spine & Nerve Clinic",
        (
            r"DESCRIPTION:Ada Lee\, MD\nBring your insurance card.\nTo change it\, call us: (312) 555-0100."
            rf"\nYour reference: {lead.reference}"
        ),
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    assert [written(lead, kind).calendar for kind in KINDS if kind != "booked"] == ["", "", ""]


def test_a_calendar_file_is_folded_and_escaped() -> None:
    entry = CalendarEntry("id", "ñ" * 60 + "; a\\b", "one\r\ntwo", RECEIVED, RECEIVED)
    text = entry.ics(RECEIVED)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "SUMMARY:" + "ñ" * 60 + r"\; a\\b" in text.replace("\r\n ", "")
    assert r"DESCRIPTION:one\ntwo" in text
    assert "\n" not in text.replace("\r\n", "")


def test_html_shows_the_same_and_escapes_everything() -> None:
    lead = varied(lead_of(), booking=replace(BOOKING, with_whom="<script>", note="a & b\nc"))
    html = as_html(written(lead, "booked"))
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "a &amp; b<br>c" in html
    assert f'href="{LINK}"' in html
    assert html.count(LINK) == 1  # the link shows words, because the URL is too long for a phone's screen
    assert ">No more e-mail from us</a>" in html
    call = '<a href="tel:3125550100" style="color:#1d4f91;white-space:nowrap">(312) 555-0100</a>'
    assert html.count("(312) 555-0100") == html.count(call) == 1
    assert "<img" not in html  # an image would reveal that the mail was opened


def test_every_english_sentence_is_easy_to_read_and_translated() -> None:
    mails = [written(lead_of(), kind) for kind in KINDS]
    sentences = [
        sentence
        for mail in mails
        for text in (mail.subject, *mail.paragraphs)
        if not text.startswith("Your appointment at")
        for sentence in sentences_of(text.replace(SPINE, "Our office"))
    ]
    assert [sentence for sentence in sentences if grade(sentence) > HARDEST] == []
    spanish = [written(lead_of(language="es"), kind) for kind in KINDS]
    for english, translated in zip(mails, spanish, strict=True):
        same = set(english.paragraphs) & set(translated.paragraphs)
        assert same <= {BOOKING.note}


def test_the_rulebook_has_the_languages_of_mails() -> None:
    assert set(load().languages("fs-intake")) == {"en", "es"}
