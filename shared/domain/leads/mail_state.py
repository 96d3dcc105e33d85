"""Records the outcome of each mail to the person of a lead, without address and text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

MailKind = Literal["receipt", "tried", "booked", "unreachable"]
MailStatus = Literal["sending", "sent", "unknown", "waiting", "failed", "withheld", "bounced"]
Closing = Literal["bounce", "complaint", "unsubscribed"]  # why nothing more is ever sent to an address
Reason = Literal["", "closed", "daily_limit", "hourly_limit", "late"]
# A settled mail is never tried again. "withheld": not sent, because of `reason`. "unknown": perhaps sent.
SETTLED: frozenset[MailStatus] = frozenset({"sent", "unknown", "failed", "withheld", "bounced"})
MAY_HAVE_ARRIVED: frozenset[MailStatus] = frozenset({"sent", "unknown", "bounced"})


@dataclass(frozen=True, slots=True)
class MailEntry:
    """One mail to the person of a lead.

    about: the `version` of a call, the time of closing, or the time of an appointment; "" for the receipt. A number
        follows a time that the person is told again.
    at: when the status began; for "waiting", when to try again.
    reason: why the mail was withheld or waits; "" for no particular reason.
    """

    kind: MailKind
    about: str
    status: MailStatus
    at: datetime
    tries: int = 0
    reason: Reason = ""


@dataclass(frozen=True, slots=True)
class MailState:
    """The mails to the person of a lead, oldest first.

    closed_as: why the address gets no more mail; "" if it may get mail.
    """

    entries: tuple[MailEntry, ...] = ()
    closed_as: Closing | Literal[""] = ""
    closed_since: datetime | None = None

    def entry(self, kind: str, about: str) -> MailEntry | None:
        return next((entry for entry in self.entries if (entry.kind, entry.about) == (kind, about)), None)

    def recorded(self, entry: MailEntry) -> MailState:
        known = self.entry(entry.kind, entry.about)
        if known is None:
            return replace(self, entries=(*self.entries, entry))
        return replace(self, entries=tuple(entry if each is known else each for each in self.entries))

    def bounced(self, kind: str, at: datetime) -> MailState:
        found = next((entry for entry in reversed(self.entries) if entry.kind == kind), None)
        if found is None or found.status == "bounced":
            return self
        return self.recorded(replace(found, status="bounced", at=at))

    def closed(self, closing: Closing, at: datetime) -> MailState:
        return self if self.closed_as else replace(self, closed_as=closing, closed_since=at)


@dataclass(frozen=True, slots=True)
class ReturnedMail:
    """A mail that bounced, or about which the recipient complained.

    closing: why to close the address; None for a bounce that may be temporary.
    """

    lead_id: UUID
    kind: str
    email: str
    closing: Closing | None
