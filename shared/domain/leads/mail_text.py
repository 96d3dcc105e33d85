"""Writes the mails to the person of a lead, without visitors' texts and health data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.domain.leads.calendar_entry import CalendarEntry
from shared.domain.leads.lead import Lead
from shared.domain.leads.mail import DueMail
from shared.domain.leads.mail_state import MailKind
from shared.domain.leads.promise import Promise, Way, may_book_online, promise
from shared.domain.opening_hours import OpeningHours
from shared.domain.rules.triage import SEEK_EMERGENCY_CARE
from shared.domain.spoken_time import spoken_hours, spoken_time

SUBJECTS: dict[MailKind, str] = {
    "receipt": "We have your request",
    "tried": "We tried to reach you",
    "booked": "Your appointment",
    "unreachable": "We could not reach you",
}
NO_CALL = "We received your answers"  # the subject of a receipt that promises nothing
NOT_CALLED = "We do not plan to call you. To talk with us, call {phone}."
NO_NUMBER = "We have no phone number for you, so we cannot call. To talk with us, call {phone}."
TRIES = "We will also try to call you. Do not wait for our call."
WORSE = "Something changed or got worse? Call 911."
FOLLOW = "Please follow the advice that our page gave you."
OWN_DOCTOR = "Your own doctor is the best place to start."
BY_A_TIME = "We will call you by {time}."
ONCE_OPEN = "We will call you when we open, by {time}."
TODAY = "We will call you today."
PROMISES: dict[Way, tuple[str, str]] = {  # way -> sentence with a time, sentence without a time
    "call": (BY_A_TIME, "We will call you."),
    "text": ("We will send you a text message by {time}.", "We will send you a text message."),
    "write": ("We will write to you by {time}.", "We will write to you."),
}


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to the person of a lead.

    tags: the lead's id and the kind of mail, which SES returns with a bounce or complaint.
    unsubscribe: the URL of the page that ends all mails.
    stop: the text of the unsubscribe link.
    """

    to: str
    language: str
    subject: str
    paragraphs: tuple[str, ...]
    phone: str
    ending: str
    unsubscribe: str
    stop: str
    tags: Mapping[str, str]
    calendar: str = ""
    booking_link: str = ""


@dataclass(frozen=True, slots=True)
class MailWriter:
    """Writes mails.

    words: language -> English text -> translation.
    """

    clinic: str
    phone: str
    hours: OpeningHours
    words: Mapping[str, Mapping[str, str]]
    booking_link: str = ""

    def write(self, lead: Lead, due: DueMail, unsubscribe: str, at: datetime, *, safety: bool) -> Mail:
        promised = promise(lead, self.hours, at, safety=safety)
        link = self.booking_link if due.kind == "receipt" and may_book_online(lead) else ""
        to, language = lead.submitted.contact.email or "", lead.submitted.language
        texts = (
            *self._paragraphs(lead, due.kind, promised, link, safety=safety),
            self._t(lead, "Your reference: {reference}", reference=lead.reference),
            self._t(lead, "In an emergency, call 911. Do not wait for us."),
        )
        return Mail(
            to=to,
            language=language,
            subject=self._t(lead, SUBJECTS[due.kind] if promised or due.kind != "receipt" else NO_CALL),
            paragraphs=tuple(filter(None, texts)),
            ending=self._t(
                lead,
                "You are getting this because somebody left this address at {clinic}. If you want no more e-mail from "
                "us, open this page and press the button:",
                clinic=self.clinic,
            ),
            phone=self.phone,
            unsubscribe=unsubscribe,
            stop=self._t(lead, "No more e-mail from us"),
            tags={"lead_id": str(lead.lead_id), "kind": due.kind},
            calendar=self._calendar(lead, at) if due.kind == "booked" else "",
            booking_link=link,
        )

    def _paragraphs(
        self, lead: Lead, kind: MailKind, promised: Promise | None, link: str, *, safety: bool
    ) -> tuple[str, ...]:
        match kind:
            case "receipt":
                return self._receipt(lead, promised, link, safety=safety)
            case "booked":
                return self._booked(lead)
            case "tried":
                return self._t(lead, "We tried to reach you about your request."), self._please_call(lead)
            case "unreachable":
                text = "We tried more than once and could not reach you. We will not try again."
                return self._t(lead, text), self._please_call(lead)

    def _receipt(self, lead: Lead, promised: Promise | None, link: str, *, safety: bool) -> tuple[str, ...]:
        if lead.assessment.disposition == SEEK_EMERGENCY_CARE:
            return self._in_emergency(lead)
        has = "{clinic} has your request." if promised else "{clinic} has your answers."
        return (
            self._t(lead, has, clinic=self.clinic),
            self._t(lead, FOLLOW) if safety else "",
            *self._promise(lead, promised, safety=safety),
            self._t(lead, "You can also choose a time for a visit: {link}", link=link) if link else "",
            self._t(lead, "Something changed? Call us: {phone}.", phone=self.phone),
            self._open(lead),
        )

    def _in_emergency(self, lead: Lead) -> tuple[str, ...]:
        """Omits the opening hours, so that nobody goes to the clinic instead of an emergency room."""
        has_number = lead.submitted.contact.phone is not None
        return (
            self._t(lead, "{clinic} has your answers.", clinic=self.clinic),
            self._t(lead, FOLLOW),
            self._t(lead, TRIES) if has_number else "",
            self._t(lead, WORSE),
        )

    def _promise(self, lead: Lead, promised: Promise | None, *, safety: bool) -> tuple[str, ...]:
        if promised is None and safety:
            has_number = lead.submitted.contact.phone is not None
            return () if has_number else (self._t(lead, NO_NUMBER, phone=self.phone),)
        if promised is None:
            own_doctor = self._t(lead, OWN_DOCTOR)
            advised = any(own_doctor in message.text for message in lead.assessment.messages_shown)
            return own_doctor if advised else "", self._t(lead, NOT_CALLED, phone=self.phone)
        by_a_time, some_time = PROMISES[promised.way]
        if promised.by is None:
            return (self._t(lead, TODAY if promised.same_day else some_time),)
        time = spoken_time(promised.by, self.hours.zone, lead.submitted.language)
        return (self._t(lead, ONCE_OPEN if promised.once_open else by_a_time, time=time),)

    def _booked(self, lead: Lead) -> tuple[str, ...]:
        booking = lead.work.booking
        if booking is None:
            raise ValueError("a lead without an appointment")
        time = spoken_time(booking.at, self.hours.zone, lead.submitted.language)
        values = {"clinic": self.clinic, "time": time, "name": booking.with_whom}
        text = (
            "Your appointment at {clinic}: {time}, with {name}."
            if booking.with_whom
            else ("Your appointment at {clinic}: {time}")
        )
        return (
            self._t(lead, text, **values),
            booking.note,
            self._t(lead, "To change it, call us: {phone}.", phone=self.phone),
            self._open(lead),
        )

    def _please_call(self, lead: Lead) -> str:
        text = self._t(lead, "Please call {clinic}: {phone}.", clinic=self.clinic, phone=self.phone)
        return f"{text} {self._open(lead)}"

    def _open(self, lead: Lead) -> str:
        return self._t(lead, "We are open: {hours}.", hours=spoken_hours(self.hours.days, lead.submitted.language))

    def _calendar(self, lead: Lead, at: datetime) -> str:
        booking = lead.work.booking
        if booking is None:
            return ""
        earlier = sum(entry.kind == "booked" for entry in lead.mail.entries)
        title = self._t(lead, "Appointment: {clinic}", clinic=self.clinic)
        description = "\n".join(
            text
            for text in (
                booking.with_whom,
                booking.note,
                self._t(lead, "To change it, call us: {phone}.", phone=self.phone),
                self._t(lead, "Your reference: {reference}", reference=lead.reference),
            )
            if text
        )
        uid = f"{lead.lead_id}@appointments"
        return CalendarEntry(uid, title, description, booking.at, booking.ends, earlier).ics(at)

    def _t(self, lead: Lead, text: str, **values: str) -> str:
        known = self.words.get(lead.submitted.language, {})
        return known.get(text, text).format_map(values)
