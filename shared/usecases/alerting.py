"""Alerts staff about a lead until a staff member takes it, and then reminds the owner."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from uuid import UUID

from shared.domain.errors import LeadChanged, StoreUnavailable
from shared.domain.leads.alert import CLINICIANS, Alert, Summary, alert_for, reminder_for
from shared.domain.leads.escalation import Ladder
from shared.domain.leads.lead import Lead
from shared.domain.leads.overdue import REMINDER, alert_due, has_nothing_to_send, is_overdue, released, reminded
from shared.domain.leads.rota import EVERYONE, DutyBoard, to_alert
from shared.domain.opening_hours import OpeningHours
from shared.usecases.ports import ATTEMPTS_TO_WORK, LeadsWithRota, Publisher, RuleSets
from shared.usecases.scoring import rule_set_of

MAILED_SINGLY = 20  # how many e-mails of a sweep are about one lead each; later e-mails are summaries
BATCH = 250


@dataclass(frozen=True, slots=True)
class Alerting:
    """The clients and settings needed to alert staff.

    staff_link: the start of a lead's URL in the staff inbox; the reference follows.
    """

    leads: LeadsWithRota
    rule_sets: RuleSets
    publisher: Publisher[Alert | Summary]
    hours: OpeningHours
    staff_link: str


@dataclass(frozen=True, slots=True)
class Swept:
    alerts: tuple[Alert, ...]
    failed: tuple[tuple[UUID, Exception], ...]


def alert_staff(lead_id: UUID, alerting: Alerting, at: datetime) -> Alert | None:
    """Sends the due alert about a lead, or the due reminder to its owner. Returns None if it sent neither.

    A claim by conditional write lets only one of two concurrent calls publish the alert.
    If a later step fails, the claim expires and `escalate_leads` sends the alert, perhaps a second time.

    Raises: StoreUnavailable, or an error of the publisher.
    """
    due = _due(lead_id, alerting, at)
    return _send(due, alerting, at) if due else None


def escalate_leads(alerting: Alerting, clock: Callable[[], datetime], until: datetime) -> Swept:
    """Sends all due alerts and reminders.

    After MAILED_SINGLY e-mails, each audience gets one summary per BATCH leads.
    Webhooks and text messages are always about one lead.
    Once `until` has passed, the sweep stops before the next lead.

    Raises: StoreUnavailable if the due leads cannot be read.
    """
    sweep = _Sweep(alerting, clock, until)
    lead_ids = iter(alerting.leads.due(clock()))
    sweep.alert_singly(lead_ids)
    while clock() < until and (batch := list(islice(lead_ids, BATCH))):
        sweep.alert_many(batch)
    return Swept(tuple(sweep.alerts), tuple(sweep.failed))


@dataclass(frozen=True, slots=True)
class _Due:
    """A due alert.

    level: its escalation level, or REMINDER.
    safety: whether the lead's tier is a safety tier.
    """

    lead: Lead
    level: int
    ladder: Ladder
    alert: Alert
    safety: bool


def _due(lead_id: UUID, alerting: Alerting, at: datetime) -> _Due | None:
    """Returns the due alert about a lead.

    First takes an overdue lead from its owner. If the rota cannot be read, the alert goes to all clinicians.
    """
    board: DutyBoard | None = None
    try:
        lead, board = alerting.leads.with_rota(lead_id)
    except StoreUnavailable:
        lead = alerting.leads.get(lead_id)
    if lead is None:
        return None
    tiers = rule_set_of(lead, alerting.rule_sets).tiers
    if is_overdue(lead, at):
        lead, overdue = released(lead, tiers, at), lead
        try:
            alerting.leads.replace(overdue, lead)
        except LeadChanged:
            return None
    ladder = lead.ladder(tiers, alerting.hours)
    level = alert_due(lead, ladder, at)
    if level is None:
        if has_nothing_to_send(lead, ladder, at):
            with suppress(LeadChanged):
                alerting.leads.replace(lead, lead.changed(escalation=lead.escalation.stopped()))
        return None
    zone = alerting.hours.zone
    if level == REMINDER:
        alert = reminder_for(lead, alerting.staff_link, zone)
    else:
        who = ""
        if ladder.audience(level) == CLINICIANS:
            who = to_alert(board, at, alerting.hours) if board else EVERYONE
        alert = alert_for(lead, level, ladder, alerting.staff_link, zone, at, who)
    return _Due(lead, level, ladder, alert, tiers[lead.tier].safety)


def _send(due: _Due, alerting: Alerting, at: datetime) -> Alert | None:
    """Claims the lead, publishes the alert and records it. Returns None if the lead has changed since it was read."""
    claimed = due.lead.claimed(due.level, at)
    try:
        alerting.leads.replace(due.lead, claimed)
    except LeadChanged:
        return None
    alerting.publisher.publish(due.alert)
    _record_delivery(claimed, due, alerting, at)
    return due.alert


class _Sweep:
    def __init__(self, alerting: Alerting, clock: Callable[[], datetime], until: datetime) -> None:
        self.alerts: list[Alert] = []
        self.failed: list[tuple[UUID, Exception]] = []
        self._alerting = alerting
        self._clock = clock
        self._until = until

    def alert_singly(self, lead_ids: Iterator[UUID]) -> None:
        while sum(alert.is_mailed for alert in self.alerts) < MAILED_SINGLY and self._clock() < self._until:
            lead_id = next(lead_ids, None)
            if lead_id is None:
                return
            with self._failing(lead_id):
                self._add(alert_staff(lead_id, self._alerting, self._clock()))

    def alert_many(self, lead_ids: list[UUID]) -> None:
        for due in _summarised(self._read(lead_ids), self._alerting):
            if self._clock() >= self._until:
                return
            with self._failing(due.lead.lead_id):
                self._add(_send(due, self._alerting, self._clock()))

    def _read(self, lead_ids: list[UUID]) -> list[_Due]:
        """Leaves half of the remaining time for sending the alerts."""
        began = self._clock()
        found: list[_Due] = []
        for lead_id in lead_ids:
            at = self._clock()
            if at >= began + (self._until - began) / 2:
                break
            with self._failing(lead_id):
                due = _due(lead_id, self._alerting, at)
                found += [due] if due else []
        return found

    def _add(self, alert: Alert | None) -> None:
        self.alerts += [alert] if alert else []

    @contextmanager
    def _failing(self, lead_id: UUID) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # noqa: BLE001  whatever is wrong with this lead, staff need the other alerts
            self.failed.append((lead_id, error))


def _summarised(waiting: list[_Due], alerting: Alerting) -> list[_Due]:
    """Publishes a summary for each audience, and marks the alerts that need no e-mail of their own.

    If the topic refuses a summary, the alerts about its leads are e-mailed one by one.
    """
    mailed = [due for due in waiting if due.alert.is_mailed]
    leads = Counter((due.alert.audience, due.alert.on_call) for due in mailed)
    safety = Counter((due.alert.audience, due.alert.on_call) for due in mailed if due.safety)
    inbox, _, _ = alerting.staff_link.partition("#")
    refused: set[tuple[str, str]] = set()
    for who in leads:
        audience, on_call = who
        try:
            alerting.publisher.publish(Summary(audience, leads[who], safety[who], inbox, on_call))
        except Exception:  # noqa: BLE001  if the topic is down, the leads' own alerts fail too and report it
            refused.add(who)
    summarised = leads.keys() - refused
    return [
        replace(due, alert=replace(due.alert, summarised=True))
        if due.alert.is_mailed and (due.alert.audience, due.alert.on_call) in summarised
        else due
        for due in waiting
    ]


def _record_delivery(claimed: Lead, due: _Due, alerting: Alerting, at: datetime) -> None:
    """Records on the lead that staff were alerted.

    Records nothing if the lead's next alert has changed, because staff have acted on the lead.
    """
    for _ in range(ATTEMPTS_TO_WORK):
        if due.level == REMINDER:
            after = reminded(claimed, at)
        else:
            after = claimed.alerted(due.level, due.ladder, at, due.alert.to)
        try:
            alerting.leads.replace(claimed, after)
        except LeadChanged:
            now = alerting.leads.get(claimed.lead_id)
            if now is None or now.escalation.next_at != claimed.escalation.next_at:
                return
            claimed = now
        else:
            return
