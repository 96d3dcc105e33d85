"""Sends due mail to patients, each mail at most once, and stops mail to addresses that bounce or unsubscribe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from shared.domain.errors import LeadChanged, NotDelivered
from shared.domain.leads.mail import DueMail, due_mail
from shared.domain.leads.mail_state import MailEntry, MailState
from shared.usecases.ports import ATTEMPTS_TO_WORK
from shared.usecases.scoring import rule_set_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.domain.leads.lead import Lead
    from shared.domain.leads.mail_state import Closing, ReturnedMail
    from shared.domain.leads.mail_text import Mail, MailWriter
    from shared.usecases.ports import RuleSets

# The limit of the stack in a clock hour, in case bots send many leads. A clinic needs far fewer.
MAILS_AN_HOUR = 200
BY_LINK = "the link in an e-mail"


class MailedLeads(Protocol):
    """The stored leads, for mailing. All methods raise StoreUnavailable."""

    def get(self, lead_id: UUID, /) -> Lead | None: ...

    def replace(self, before: Lead, after: Lead, /) -> None:
        """Raises LeadChanged if `before` is no longer the stored version."""

    def mail_due(self, at: datetime, /) -> Iterable[UUID]:
        """Yields the ids of leads whose mail to the patient is due, the longest overdue first."""


class Addresses(Protocol):
    """Knows which addresses get no more mail, and counts mails. All methods raise StoreUnavailable."""

    def is_closed(self, email: str, /) -> bool: ...

    def close(self, address_key: str, closing: Closing, at: datetime, /) -> None: ...

    def close_email(self, email: str, closing: Closing, at: datetime, /) -> None: ...

    def admits_receipt(self, email: str, lead_id: UUID, at: datetime, /) -> bool: ...

    def admits_mail(self, at: datetime, most: int, /) -> bool: ...


class Mails(Protocol):
    def send(self, mail: Mail, /) -> None:
        """Raises NotDelivered if the mail certainly was not sent. Other errors leave that open."""


class Links(Protocol):
    def link(self, lead_id: UUID, email: str, language: str, /) -> str: ...


@dataclass(frozen=True, slots=True)
class Mailing:
    leads: MailedLeads
    rule_sets: RuleSets
    addresses: Addresses
    mails: Mails
    links: Links
    writer: MailWriter


@dataclass(frozen=True, slots=True)
class MailSweep:
    """The result of a sweep: (lead id, new mail entry) pairs, and the leads that failed, with their errors."""

    entries: tuple[tuple[UUID, MailEntry], ...]
    failed: tuple[tuple[UUID, Exception], ...]


def send_mails(mailing: Mailing, clock: Callable[[], datetime], until: datetime) -> MailSweep:
    """Sends the due mail of each lead, or records why it is not sent.

    Stops before the next lead once `until` has passed.

    Raises: StoreUnavailable if the due leads cannot be read.
    """
    entries: list[tuple[UUID, MailEntry]] = []
    failed: list[tuple[UUID, Exception]] = []
    for lead_id in mailing.leads.mail_due(clock()):
        if clock() >= until:
            break
        try:
            entry = send_mail(lead_id, mailing, clock)
        except Exception as error:  # noqa: BLE001  whatever is wrong with this lead, the others are due too
            failed.append((lead_id, error))
        else:
            entries += [(lead_id, entry)] if entry else []
    return MailSweep(tuple(entries), tuple(failed))


def send_mail(lead_id: UUID, mailing: Mailing, clock: Callable[[], datetime]) -> MailEntry | None:
    """Sends a lead's due mail, or records why it is not sent. Returns the new entry of the lead's mail state.

    A claim by conditional write lets only one process send the mail. After a crash, the mail is not sent again.

    Raises: StoreUnavailable.
    """
    lead = mailing.leads.get(lead_id)
    due = due_mail(lead, clock()) if lead else None
    if lead is None or due is None:
        return None
    refused = _refusal(lead, due, mailing, clock())
    # Compose before claiming, so that a mail that cannot be composed stays due.
    mail = None if refused else _written(lead, due, mailing, clock())
    claimed = lead.changed(mail=lead.mail.recorded(refused or due.claimed(clock())))
    try:
        mailing.leads.replace(lead, claimed)
    except LeadChanged:
        return None
    if mail is None:
        return refused
    entry = _sent(mail, due, mailing, clock)
    change_mail(claimed, mailing.leads, lambda mail: mail.recorded(entry))
    return entry


def change_mail(lead: Lead, leads: MailedLeads, change: Callable[[MailState], MailState]) -> None:
    """Applies `change` to the mail state of a lead. Tries again if another process changes the lead at the same time.

    Gives up without an error if the lead was erased, or after ATTEMPTS_TO_WORK attempts.

    Raises: StoreUnavailable.
    """
    for _ in range(ATTEMPTS_TO_WORK):
        after = change(lead.mail)
        if after == lead.mail:
            return
        try:
            leads.replace(lead, lead.changed(mail=after))
        except LeadChanged:
            now = leads.get(lead.lead_id)
            if now is None:
                return
            lead = now
        else:
            return


def _refusal(lead: Lead, due: DueMail, mailing: Mailing, at: datetime) -> MailEntry | None:
    """Returns the entry for a mail that must not be sent now, or None if the mail may be sent."""
    email = lead.submitted.contact.email or ""
    if due.step == "forget":
        return MailEntry(due.kind, due.about, "unknown", at, due.tries)
    if due.step == "withhold":
        return due.withheld("late", at)
    if mailing.addresses.is_closed(email):
        return due.withheld("closed", at)
    if due.kind == "receipt" and not mailing.addresses.admits_receipt(email, lead.lead_id, at):
        return due.withheld("daily_limit", at)
    if not mailing.addresses.admits_mail(at, MAILS_AN_HOUR):
        return due.over_limit(at)
    return None


def _written(lead: Lead, due: DueMail, mailing: Mailing, at: datetime) -> Mail:
    safety = rule_set_of(lead, mailing.rule_sets).tiers[lead.tier].safety
    link = mailing.links.link(lead.lead_id, lead.submitted.contact.email or "", lead.submitted.language)
    return mailing.writer.write(lead, due, link, at, safety=safety)


def _sent(mail: Mail, due: DueMail, mailing: Mailing, clock: Callable[[], datetime]) -> MailEntry:
    try:
        mailing.mails.send(mail)
    except NotDelivered:
        return due.postponed(clock())
    except Exception:  # noqa: BLE001  the mail may be on its way
        return MailEntry(due.kind, due.about, "unknown", clock(), due.tries + 1)
    return MailEntry(due.kind, due.about, "sent", clock(), due.tries + 1)


@dataclass(frozen=True, slots=True)
class EndingMails:
    leads: MailedLeads
    addresses: Addresses


def close_address(returned: ReturnedMail, ending: EndingMails, at: datetime) -> None:
    """Records a bounce or a complaint. Keeps the address open after a temporary bounce. Harmless if repeated.

    Raises: StoreUnavailable.
    """
    closing = returned.closing
    if closing:
        ending.addresses.close_email(returned.email, closing, at)
    lead = ending.leads.get(returned.lead_id)
    if lead is None:
        return

    def change(mail: MailState) -> MailState:
        bounced = mail if closing == "complaint" else mail.bounced(returned.kind, at)
        return bounced.closed(closing, at) if closing else bounced

    change_mail(lead, ending.leads, change)


def unsubscribe(lead_id: UUID, address_key: str, ending: EndingMails, at: datetime) -> None:
    """Closes an address, and revokes "email" in the lead's consent ledger. Harmless if repeated.

    Raises: LeadChanged if others kept changing the lead; StoreUnavailable.
    """
    ending.addresses.close(address_key, "unsubscribed", at)
    for attempt in range(1, ATTEMPTS_TO_WORK + 1):
        lead = ending.leads.get(lead_id)
        if lead is None:
            return
        revoked = lead.revoked("email", BY_LINK, at)
        after = lead.changed(submitted=revoked.submitted, mail=lead.mail.closed("unsubscribed", at))
        if (after.submitted, after.mail) == (lead.submitted, lead.mail):
            return
        try:
            ending.leads.replace(lead, after)
        except LeadChanged:
            if attempt == ATTEMPTS_TO_WORK:
                raise
        else:
            return
