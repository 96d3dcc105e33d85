"""Decides which mail to the person of a lead is due, and when (docs/decisions/0024).

A conditional write claims each mail before it is sent.
A mail is tried again only if SES certainly did not accept it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from shared.domain.leads.escalation import CLAIM_LASTS
from shared.domain.leads.history import UNDO_WITHIN, HistoryEntry
from shared.domain.leads.lead import CANARY, Lead
from shared.domain.leads.mail_state import MAY_HAVE_ARRIVED, SETTLED, MailEntry, MailKind, Reason
from shared.domain.leads.next_action import NOT_REACHED

SETTLES = frozenset({"book", "close", "reopen"})  # actions after which no mail about an earlier call is sent
# A claimed mail without a result becomes "unknown" after this time, which exceeds any call to SES.
UNKNOWN_AFTER = timedelta(minutes=2)
RECEIPT_WITHIN = timedelta(hours=6)  # a later receipt would confuse the person
OTHERS_WITHIN = timedelta(hours=24)
BETWEEN_TRIED = timedelta(hours=20)  # the least time between two "we tried to reach you" mails about one lead
MOST_TRIED = 3
MOST_TRIES = 6
OTHERS_AFTER = timedelta(minutes=1)  # other mails wait this long in a new hour, so that appointments go first

# Why a person gets no mail; "" if they may get mail. "off": the stack sends no mail. "removed": the answers were
# removed. "closed": the address is closed. "no_messages": the person wants no messages that name the clinic.
Unmailed = Literal["", "off", "no_address", "removed", "closed", "no_consent", "no_messages", "suspect"]


@dataclass(frozen=True, slots=True)
class DueMail:
    """The next step for a mail. `MailEntry` explains `about` and `tries`.

    step: "withhold" a mail that is too late; "forget" a mail that was claimed but has no result.
    """

    kind: MailKind
    about: str
    at: datetime
    step: Literal["send", "withhold", "forget"] = "send"
    tries: int = 0

    def claimed(self, at: datetime) -> MailEntry:
        return MailEntry(self.kind, self.about, "sending", at, self.tries + 1)

    def withheld(self, reason: Reason, at: datetime) -> MailEntry:
        return MailEntry(self.kind, self.about, "withheld", at, self.tries, reason)

    def postponed(self, at: datetime) -> MailEntry:
        tries = self.tries + 1
        if tries >= MOST_TRIES:
            return MailEntry(self.kind, self.about, "failed", at, tries)
        return MailEntry(self.kind, self.about, "waiting", at + timedelta(minutes=2**self.tries), tries)

    def over_limit(self, at: datetime) -> MailEntry:
        """Returns the entry for a mail over the hourly limit. Appointments go first in the next hour."""
        next_hour = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        again_at = next_hour if self.kind == "booked" else next_hour + OTHERS_AFTER
        return MailEntry(self.kind, self.about, "waiting", again_at, self.tries, "hourly_limit")


def due_mail(lead: Lead, at: datetime) -> DueMail | None:
    """Returns the mail that is due; None also if an alert is due within CLAIM_LASTS, because alerts go first."""
    step = _next_step(lead)
    if step is None or step.at > at:
        return None
    if step.step == "forget":
        return step
    alert_at = lead.escalation.next_at
    if alert_at is not None and alert_at <= at + CLAIM_LASTS:
        return None
    return replace(step, step="withhold") if at >= _useful_until(lead, step) else step


def next_mail_at(lead: Lead) -> datetime | None:
    """Returns when to check the lead's mails next, which is the sort key of the mail index."""
    step = _next_step(lead)
    return step.at if step else None


def without_due_mails(lead: Lead, at: datetime) -> Lead:
    """Returns a lead restored from a backup, with its due mails recorded as "unknown".

    The mails may have been sent after the backup, and no mail may be sent twice.
    """
    mail = lead.mail
    while (step := _next_step(lead)) and step.at <= at:
        mail = mail.recorded(MailEntry(step.kind, step.about, "unknown", at, step.tries))
        lead = lead.changed(mail=mail, version=lead.version)
    return lead


def why_unmailed(lead: Lead) -> Unmailed:
    contact = lead.submitted.contact
    covered = next((each.covers for each in reversed(lead.submitted.consent_records) if each.consent == "contact"), ())
    reasons: dict[Unmailed, bool] = {
        "no_address": contact.email is None,
        "removed": lead.source == CANARY or lead.answers_removed_at is not None,
        "closed": lead.mail.closed_as != "",
        "no_consent": contact.email not in covered or not lead.consents_to("email"),
        "no_messages": contact.message_ok == "no" and contact.preference != "email",
        "suspect": lead.assessment.suspicion.suspect,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def may_be_mailed(lead: Lead) -> bool:
    return why_unmailed(lead) == ""


def receipt_was_mailed(lead: Lead) -> bool:
    entry = lead.mail.entry("receipt", "")
    return entry is not None and entry.status == "sent"


def _next_step(lead: Lead) -> DueMail | None:
    for entry in lead.mail.entries:
        if entry.status == "sending":
            return DueMail(entry.kind, entry.about, entry.at + UNKNOWN_AFTER, "forget", entry.tries)
    steps = [_as_recorded(lead, step) for step in _causes(lead)] if may_be_mailed(lead) else []
    return min((step for step in steps if step), key=lambda step: step.at, default=None)


def _as_recorded(lead: Lead, step: DueMail) -> DueMail | None:
    """Applies the mail's entry to the step. Returns None if the mail is settled."""
    entry = lead.mail.entry(step.kind, step.about)
    if entry is None:
        return step
    return None if entry.status in SETTLED else replace(step, at=max(entry.at, step.at), tries=entry.tries)


def _causes(lead: Lead) -> Iterator[DueMail]:
    """Yields the mails that the lead's state requires. A mail about an action waits until its undo period ends."""
    if lead.submitted.complete:
        yield DueMail("receipt", "", lead.assessment.received_at)
    yield from _tried(lead)
    work = lead.work
    if work.status == "booked" and work.booking is not None and work.closed_at is not None:
        booked = _latest(lead, frozenset({"book"}))  # a new appointment time does not change `closed_at`
        since = booked.at if booked else work.closed_at
        yield DueMail("booked", _about_appointment(lead, work.booking.at), since + UNDO_WITHIN)
    if work.status == "closed" and work.closed_reason == "unreachable" and work.closed_at is not None:
        yield DueMail("unreachable", work.closed_at.isoformat(), work.closed_at + UNDO_WITHIN)


def _about_appointment(lead: Lead, at: datetime) -> str:
    """Returns the `about` of the mail about an appointment.

    A time gets a number if the person was told another time in between, so that the mail is sent again.
    """
    time = at.isoformat()
    entries = [entry for entry in lead.mail.entries if entry.kind == "booked"]
    told = max((index for index, entry in enumerate(entries) if entry.status in MAY_HAVE_ARRIVED), default=0)
    known = next((entry.about for entry in entries[told:] if entry.about.split()[0] == time), "")
    return known or (f"{time} {len(entries) + 1}" if any(entry.about == time for entry in entries) else time)


def _tried(lead: Lead) -> Iterator[DueMail]:
    last = _latest(lead, SETTLES | {"contact_attempt"})
    if last is None or last.detail not in NOT_REACHED or last.action in SETTLES:
        return
    about = str(last.version)
    others = [entry for entry in lead.mail.entries if entry.kind == "tried" and entry.about != about]
    recent = any(entry.at > last.at - BETWEEN_TRIED for entry in others)
    if not recent and len(others) < MOST_TRIED and not lead.work.is_done:
        yield DueMail("tried", about, last.at + UNDO_WITHIN)


def _latest(lead: Lead, actions: frozenset[str]) -> HistoryEntry | None:
    undone = {entry.undo_of for entry in lead.history}
    found = (entry for entry in reversed(lead.history) if entry.action in actions and entry.version not in undone)
    return next(found, None)


def _useful_until(lead: Lead, step: DueMail) -> datetime:
    if step.kind == "booked" and lead.work.booking is not None:
        return lead.work.booking.at
    first_due = next(cause.at for cause in _causes(lead) if (cause.kind, cause.about) == (step.kind, step.about))
    return first_due + (RECEIPT_WITHIN if step.kind == "receipt" else OTHERS_WITHIN)
