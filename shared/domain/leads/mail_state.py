"""Records the outcome of each mail to the person of a lead. The record holds no address and no text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

MailKind = Literal["receipt", "tried", "booked", "unreachable"]
MailStatus = Literal["sending", "sent", "unknown", "waiting", "failed", "withheld", "bounced"]
Closing = Literal["bounce", "complaint", "unsubscribed"]  # why nothing more is ever sent to an address
Reason = Literal["", "closed", "daily_limit", "hourly_limit", "late"]
# A mail with one of these statuses is never tried again. "withheld": the mail was not sent, because of `reason`.
# "unknown": the mail may have been sent.
SETTLED: frozenset[MailStatus] = frozenset({"sent", "unknown", "failed", "withheld", "bounced"})
MAY_HAVE_ARRIVED: frozenset[MailStatus] = frozenset({"sent", "unknown", "bounced"})  # the person may know its text


@dataclass(frozen=True, slots=True)
class MailEntry:
    """One mail to the person of a lead.

    about: identifies the event that the mail is about: the `version` of a call's history entry, the time at which the
        lead was closed, or the time of an appointment; "" for the receipt. If several mails are about the same time of
        an appointment, a number follows the time in the later mails.
    at: when the status began; for "waiting", when to try again.
    tries: how often the service asked SES to send the mail.
    reason: why the mail was withheld or waits; "" if there is no particular reason.
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

    closed_as: why no more mail goes to the person's address; "" if mail may go there.
    """

    entries: tuple[MailEntry, ...] = ()
    closed_as: Closing | Literal[""] = ""
    closed_since: datetime | None = None

    def entry(self, kind: str, about: str) -> MailEntry | None:
        return next((entry for entry in self.entries if (entry.kind, entry.about) == (kind, about)), None)

    def recorded(self, entry: MailEntry) -> MailState:
        """Returns the state with this entry, which replaces any earlier entry for the same mail."""
        known = self.entry(entry.kind, entry.about)
        if known is None:
            return replace(self, entries=(*self.entries, entry))
        return replace(self, entries=tuple(entry if each is known else each for each in self.entries))

    def bounced(self, kind: str, at: datetime) -> MailState:
        """Returns the state after the latest mail of this kind bounced; the same state if there is none."""
        found = next((entry for entry in reversed(self.entries) if entry.kind == kind), None)
        if found is None or found.status == "bounced":
            return self
        return self.recorded(replace(found, status="bounced", at=at))

    def closed(self, closing: Closing, at: datetime) -> MailState:
        """Returns the state after the address was closed; the same state if it was closed before."""
        return self if self.closed_as else replace(self, closed_as=closing, closed_since=at)


@dataclass(frozen=True, slots=True)
class ReturnedMail:
    """A mail that bounced, or about which the recipient complained.

    closing: why the address is closed; None for a bounce that may be temporary.
    """

    lead_id: UUID
    kind: str
    email: str
    closing: Closing | None
