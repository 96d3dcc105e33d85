"""Simulates two hours of mail to visitors with random faults. The same seed gives the same run."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from shared.adapters.ses import MAIL_PACE
from shared.adapters.sns import Pace
from shared.domain.errors import LeadChanged, NotDelivered, StoreUnavailable
from shared.domain.leads.lead import Lead
from shared.domain.leads.mail import UNKNOWN_AFTER, next_mail_at
from shared.domain.leads.mail_state import Closing
from shared.domain.leads.mail_text import Mail, MailWriter
from shared.usecases.mailing import Mailing, send_mails
from tests.faults.mail_limit import first_breach
from tests.leads import HOURS, RECEIVED, RULEBOOK, a_lead, varied

T = TypeVar("T")
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
CALL_TAKES = 0.02
SWEEP_STOPS = 30 * SECOND
PEOPLE = 60  # addresses, each with several leads


class Killed(BaseException):
    """Ends a sweep as if its machine died. A BaseException, so that no `except Exception` catches it."""


class MailDays:
    """One simulated run.

    violations: broken promises, as sentences
    fault_rate: share of failing calls
    """

    def __init__(self, seed: int, leads: int, fault_rate: float) -> None:
        self.chance = random.Random(f"mail/{seed}/{fault_rate}")
        self.fault_rate = fault_rate
        self.now = RECEIVED
        self.kept: dict[UUID, Lead] = {}
        self.violations: list[str] = []
        self.accepted: list[tuple[datetime, Mail]] = []
        self.counts: Counter[str] = Counter()
        self._closed: set[str] = set()
        self._receipts: dict[tuple[str, str], UUID] = {}
        self._hours: Counter[str] = Counter()
        self._sweeping = 0
        self._template = varied(a_lead(), next_at=None)
        self._arrivals = sorted(RECEIVED + self.chance.random() * 60 * MINUTE for _ in range(leads))

    def run(self) -> MailDays:
        end = RECEIVED + 130 * MINUTE
        while self.now < end:
            start = self.now
            while self._arrivals and self._arrivals[0] <= self.now:
                self._arrive(self._arrivals.pop(0))
            self.sweep()
            self.now = max(self.now, start + MINUTE)
        self._check()
        return self

    def _arrive(self, at: datetime) -> None:
        lead_id = UUID(int=self.chance.getrandbits(128), version=4)
        email = f"person{self.chance.randrange(PEOPLE)}@example.com"
        contact = varied(self._template.submitted.contact, email=email)
        records = tuple(varied(one, covers=(email,)) for one in self._template.submitted.consent_records)
        assessment = varied(self._template.assessment, received_at=at)
        changes = {"lead_id": lead_id, "assessment": assessment, "contact": contact, "consent_records": records}
        self.kept[lead_id] = varied(self._template, **changes)

    def sweep(self) -> None:
        self._sweeping += 1
        mails = _Ses(self, Pace(MAIL_PACE, self._seconds, self._wait))
        writer = MailWriter("Example Spine Clinic", "(312) 555-0100", HOURS, {})
        mailing = Mailing(_Leads(self), RULEBOOK, _Addresses(self), mails, _Links(), writer)
        began = self.now
        try:
            swept = send_mails(mailing, lambda: self.now, began + SWEEP_STOPS)
            self.counts["failed"] += len(swept.failed)
            if self.now < began + SWEEP_STOPS:
                self._check_claims(began, {lead_id for lead_id, _ in swept.failed})
        except (Killed, StoreUnavailable):
            self.counts["ended"] += 1
        finally:
            self._sweeping -= 1

    def _seconds(self) -> float:
        return (self.now - RECEIVED).total_seconds()

    def _wait(self, seconds: float) -> None:
        self.now += seconds * SECOND

    def carry(self, effect: Callable[[], T], refused: Exception, lost: Exception) -> T:
        """Makes a call that may fail. Raises `refused` before the effect, or `lost` after the effect."""
        self.now += CALL_TAKES * SECOND
        if self._sweeping == 1 and self.chance.random() < 0.02:
            self.counts["side by side"] += 1
            self.sweep()
        if self.chance.random() >= self.fault_rate:
            return effect()
        self.counts["faults"] += 1
        kind = self.chance.choice(("refused", "lost", "killed before", "killed after"))
        if kind in ("lost", "killed after"):
            effect()
        if kind.startswith("killed"):
            raise Killed
        raise refused if kind == "refused" else lost

    def _check_claims(self, swept_at: datetime, failed: Collection[UUID]) -> None:
        """Checks that a sweep left no lapsed claim open, except on leads in `failed`."""
        for lead in self.kept.values():
            for entry in lead.mail.entries:
                lapsed = entry.status == "sending" and swept_at - entry.at > UNKNOWN_AFTER
                if lapsed and lead.lead_id not in failed:
                    self.violations.append(f"a claim of {entry.at:%H:%M} is open after the sweep of {swept_at:%H:%M}")

    def _check(self) -> None:
        sent = Counter((mail.tags["lead_id"], mail.tags["kind"]) for _, mail in self.accepted)
        self.violations += [f"{what} was sent {times} times" for what, times in sent.items() if times > 1]
        days = defaultdict(set)
        for at, mail in self.accepted:
            days[mail.to, at.date()].add(mail.tags["lead_id"])
        self.violations += [f"{len(leads)} receipts to one address" for leads in days.values() if len(leads) > 1]
        if breach := first_breach([at for at, _ in self.accepted]):
            self.violations.append(f"more than ten mails in a second, at {breach:%H:%M:%S}")
        for lead in self.kept.values():
            entry = lead.mail.entry("receipt", "")
            status, times = (entry.status if entry else "none"), sent[str(lead.lead_id), "receipt"]
            self.counts[status] += 1
            if times and status in ("none", "waiting", "failed", "withheld"):
                self.violations.append(f"a {status} receipt was sent")
            if status == "sent" and times != 1:
                self.violations.append(f"a receipt that counts as sent was sent {times} times")
            if status in ("none", "sending", "waiting"):
                self.violations.append(f"a receipt is {status} an hour after the last arrival")


class _Leads:
    def __init__(self, days: MailDays) -> None:
        self._days = days

    def get(self, lead_id: UUID) -> Lead | None:
        return self._days.carry(lambda: self._days.kept.get(lead_id), StoreUnavailable(), StoreUnavailable())

    def replace(self, before: Lead, after: Lead) -> None:
        def effect() -> bool:
            if self._days.kept[before.lead_id].version != before.version:
                return False
            self._days.kept[before.lead_id] = after
            return True

        if not self._days.carry(effect, StoreUnavailable(), StoreUnavailable()):
            raise LeadChanged

    def mail_due(self, at: datetime) -> Iterable[UUID]:
        due = [(next_mail_at(lead), lead.lead_id) for lead in self._days.kept.values()]
        found = sorted((when, lead_id) for when, lead_id in due if when is not None and when <= at)
        return self._days.carry(lambda: [lead_id for _, lead_id in found], StoreUnavailable(), StoreUnavailable())


class _Addresses:
    def __init__(self, days: MailDays) -> None:
        self._days = days
        self._receipts = days._receipts
        self._hours = days._hours

    def is_closed(self, email: str) -> bool:
        return self._days.carry(lambda: email in self._days._closed, StoreUnavailable(), StoreUnavailable())

    def close(self, address_key: str, _closing: Closing, _at: datetime) -> None:
        self._days._closed.add(address_key)

    def close_email(self, email: str, _closing: Closing, _at: datetime) -> None:
        self._days._closed.add(email)

    def admits_receipt(self, email: str, lead_id: UUID, at: datetime) -> bool:
        def effect() -> bool:
            return self._receipts.setdefault((email, f"{at:%Y-%m-%d}"), lead_id) == lead_id

        return self._days.carry(effect, StoreUnavailable(), StoreUnavailable())

    def admits_mail(self, at: datetime, most: int) -> bool:
        def effect() -> bool:
            self._hours[f"{at:%Y-%m-%dT%H}"] += 1
            return self._hours[f"{at:%Y-%m-%dT%H}"] <= most

        return self._days.carry(effect, StoreUnavailable(), StoreUnavailable())


class _Ses:
    def __init__(self, days: MailDays, pace: Pace) -> None:
        self._days = days
        self._pace = pace

    def send(self, mail: Mail) -> None:
        self._pace.keep()
        self._days.carry(lambda: self._days.accepted.append((self._days.now, mail)), NotDelivered(), TimeoutError())


class _Links:
    def link(self, lead_id: UUID, _email: str, _language: str) -> str:
        return f"https://leads.clinic.example/unsubscribe/{lead_id}"
