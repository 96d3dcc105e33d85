"""Writes the part of a receipt that says what happens next (docs/decisions/0030)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.intake.phone import spoken_number
from shared.domain.leads.calendar_entry import CalendarEntry
from shared.domain.leads.lead import Lead
from shared.domain.leads.mail import may_be_mailed, receipt_was_mailed
from shared.domain.leads.mail_text import BY_A_TIME, NO_NUMBER, NOT_CALLED
from shared.domain.leads.promise import Promise, Way, may_book_online, promise
from shared.domain.opening_hours import OpeningHours
from shared.domain.rules.condition import CALLBACK
from shared.domain.rules.triage import NOT_A_FIT, SEEK_EMERGENCY_CARE
from shared.domain.spoken_time import spoken_hours, spoken_time
from shared.http.visitor_responses import NextSteps
from shared.settings import ClinicSettings
from shared.usecases.ports import RuleSets

CALENDAR_ENTRY = timedelta(minutes=30)  # ends at the deadline for the call
NUMBER = "{number}"
IN_CRISIS = "M-E-CRISIS"
HAS_TIME = "M-CALLBACK"
ONCE_OPEN = "We will call {number} when we open, by {time}."
TODAY = "We will call {number} today."
HAS_NUMBER = "We have your number: {number}."
PROMISES: dict[Way, tuple[str, str]] = {  # (sentence with a time, sentence without a time)
    "call": ("We will call {number} by {time}.", "We will call {number}."),
    "text": ("We will send a text message to {number} by {time}.", "We will send a text message to {number}."),
    "write": ("We will write to you by {time}.", "We will write to you."),
}

Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class NextStepsWriter:
    """Writes what the clinic tells a person after Send.

    words: returns the translations of English texts into a language.
    sends_mail: whether this stack sends mail to patients.
    """

    clinic: ClinicSettings
    hours: OpeningHours
    rule_sets: RuleSets
    words: Callable[[str], Words]
    sends_mail: bool

    def write(self, lead: Lead, at: datetime) -> NextSteps:
        words = self.words(lead.submitted.language)
        if lead.assessment.disposition == SEEK_EMERGENCY_CARE:
            return self._in_emergency(lead, words)
        rule_set = self.rule_sets.of(lead.submitted.questionnaire, lead.submitted.language)
        safety = rule_set is None or rule_set.tiers[lead.tier].safety
        promised = promise(lead, self.hours, at, safety=safety)
        return NextSteps(
            title=_t(words, "We received your answers"),
            promise=self._promise(promised, lead, words),
            details=tuple(self._details(promised, lead, words, at)),
            calendar=self._calendar(promised, lead, words, at),
            booking_link=self.clinic.booking_link if may_book_online(lead) else "",
        )

    def _in_emergency(self, lead: Lead, words: Words) -> NextSteps:
        """Returns the texts that are shown beside emergency advice.

        The texts never tell the person to come to the clinic, which may be closed.
        """
        has_number = lead.submitted.contact.phone is not None
        text = "We will also try to call {number}. Do not wait for our call."
        worse = "Something changed or got worse? Call 911."
        return NextSteps(
            title=_emergency_title(lead, words),
            promise=_t(words, text, number=NUMBER) if has_number else "",
            details=(_t(words, worse),),
            calendar="",
            booking_link="",
        )

    def with_number(self, steps: NextSteps, lead: Lead, *, whole: bool) -> NextSteps:
        """Fills in the person's phone number, or only its last two digits if `whole` is False."""
        contact = lead.submitted.contact
        number = spoken_number(contact.phone or "")
        if whole and contact.extension:
            number = f"{number} ext. {contact.extension}"
        elif not whole:
            number = _t(self.words(lead.submitted.language), "the number ending in {end}", end=number[-2:])
        return steps.model_copy(update={"promise": steps.promise.replace(NUMBER, number)})

    def _promise(self, promised: Promise | None, lead: Lead, words: Words) -> str:
        if promised is None:
            return _t(words, HAS_NUMBER, number=NUMBER) if _is_due_a_call(lead) else ""
        by_a_time, some_time = PROMISES[promised.way]
        if promised.way == "call" and any(message.id == HAS_TIME for message in lead.assessment.messages_shown):
            return _t(words, "We call you at {number}.", number=NUMBER)
        if promised.by is None:
            return _t(words, TODAY if promised.same_day else some_time, number=NUMBER)
        time = spoken_time(promised.by, self.hours.zone, lead.submitted.language)
        return _t(words, ONCE_OPEN if promised.once_open else by_a_time, number=NUMBER, time=time)

    def _details(self, promised: Promise | None, lead: Lead, words: Words, at: datetime) -> list[str]:
        found = []
        if lead.assessment.disposition == NOT_A_FIT:
            found.append(_t(words, NOT_CALLED, phone=self.clinic.phone))
        elif promised is None and lead.submitted.contact.phone is None:
            found.append(_t(words, NO_NUMBER, phone=self.clinic.phone))
        if promised.way == "call" if promised else _is_due_a_call(lead):
            found.append(_t(words, "We call from {phone}.", phone=self.clinic.phone))
        if promised and promised.way == "call":
            found.append(
                _t(words, "Have ready, if you can: the names of your medicines, your insurance card, reports of scans.")
            )
        hours = spoken_hours(self.hours.days, lead.submitted.language)
        found.append(_t(words, "We are open: {hours}.", hours=hours))
        if receipt_was_mailed(lead):
            found.append(_t(words, "A confirmation went to your e-mail."))
        elif self._mails(lead):
            found.append(_t(words, "We will also try to e-mail you a confirmation, at most one a day."))
        time = spoken_time(at, self.hours.zone, lead.submitted.language)
        return [*found, _t(words, "Received: {time}", time=time)]

    def _mails(self, lead: Lead) -> bool:
        """Returns whether to announce a confirmation by e-mail.

        Returns False for every callback request, so that no receipt reveals whether the number has an open lead.
        """
        return self.sends_mail and lead.door != CALLBACK and not lead.mail.entries and may_be_mailed(lead)

    def _calendar(self, promised: Promise | None, lead: Lead, words: Words, at: datetime) -> str:
        if promised is None or promised.way != "call" or promised.by is None:
            return ""
        time = spoken_time(promised.by, self.hours.zone, lead.submitted.language)
        description = "\n".join(
            (
                _t(words, BY_A_TIME, time=time),
                _t(words, "We call from {phone}.", phone=self.clinic.phone),
                _t(words, "Something changed? Call us: {phone}.", phone=self.clinic.phone),
                _t(words, "Your reference: {reference}", reference=lead.reference),
            )
        )
        return CalendarEntry(
            uid=f"{lead.reference}@calls",
            title=_t(words, "By {time}: call from {clinic}", time=time, clinic=self.clinic.name),
            description=description,
            starts=promised.by - CALENDAR_ENTRY,
            ends=promised.by,
            busy=False,
        ).ics(at)


def _is_due_a_call(lead: Lead) -> bool:
    return lead.escalation.deadline is not None and lead.submitted.contact.phone is not None


def _emergency_title(lead: Lead, words: Words) -> str:
    if lead.submitted.contact.phone is None:
        return _t(words, "Get emergency help now")
    if any(message.id == IN_CRISIS for message in lead.assessment.messages_shown):
        return _t(words, "We have your number. Call or text 988 first.")
    return _t(words, "We have your number. Call 911 first.")


def _t(words: Words, text: str, **values: str) -> str:
    return words.get(text, text).format_map(values)
