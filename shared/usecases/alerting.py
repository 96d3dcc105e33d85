"""Alerts staff about a lead: at once, and again at each escalation level until somebody takes the lead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.domain.errors import LeadChanged
from shared.domain.leads.alert import Alert, alert_for
from shared.domain.leads.escalation import Ladder
from shared.domain.leads.lead import Lead
from shared.domain.opening_hours import OpeningHours
from shared.usecases.ports import ATTEMPTS_TO_WORK, Leads, Publisher, RuleSets
from shared.usecases.scoring import rule_set_of


@dataclass(frozen=True, slots=True)
class Alerting:
    """The clients and settings that alerting staff needs.

    staff_link: the URL at which staff open a lead, without the reference at its end.
    """

    leads: Leads
    rule_sets: RuleSets
    publisher: Publisher[Alert]
    hours: OpeningHours
    staff_link: str


@dataclass(frozen=True, slots=True)
class Swept:
    """The result of a sweep: the alerts that it sent, and the leads that it could not process, with their errors."""

    alerts: tuple[Alert, ...]
    failed: tuple[tuple[UUID, Exception], ...]


def alert_staff(lead_id: UUID, alerting: Alerting, at: datetime) -> Alert | None:
    """Alerts staff about a lead at the escalation level that is due. Returns None if no alert is due.

    No other use case publishes alerts. A caller first claims the lead by a conditional write, so that only one of two
    concurrent callers publishes the alert. If publishing or the last write fails, the claim lapses and the sweep alerts
    staff again. Alerts are delivered at least once.

    Raises: StoreUnavailable, or an error of the publisher.
    """
    lead = alerting.leads.get(lead_id)
    if lead is None:
        return None
    hours = alerting.hours
    ladder = lead.ladder(rule_set_of(lead, alerting.rule_sets).tiers, hours)
    level = lead.level_due(ladder, at)
    if level is None:
        return None
    claimed = lead.claimed(level, at)
    try:
        alerting.leads.replace(lead, claimed)
    except LeadChanged:
        return None
    alert = alert_for(lead, level, ladder, alerting.staff_link, hours.zone)
    alerting.publisher.publish(alert)
    _record_delivery(claimed, level, ladder, alerting)
    return alert


def escalate_leads(alerting: Alerting, clock: Callable[[], datetime], until: datetime) -> Swept:
    """Sends all alerts that are due: first alerts that failed, and the alerts of further escalation levels.

    A lead that cannot be processed does not delay the other leads. No lead is started after `until`; the next run
    continues.

    Raises: StoreUnavailable if the due leads cannot be read.
    """
    alerts: list[Alert] = []
    failed: list[tuple[UUID, Exception]] = []
    for lead_id in alerting.leads.due(clock()):
        if clock() >= until:
            break
        try:
            alert = alert_staff(lead_id, alerting, clock())
        except Exception as error:  # noqa: BLE001  whatever is wrong with this lead, staff need the other alerts
            failed.append((lead_id, error))
        else:
            if alert is not None:
                alerts.append(alert)
    return Swept(tuple(alerts), tuple(failed))


def _record_delivery(claimed: Lead, level: int, ladder: Ladder, alerting: Alerting) -> None:
    """Records on the lead that staff were alerted, without overwriting concurrent changes.

    Tries again if staff added a note or a contact attempt in the meantime. Records nothing once somebody has taken the
    lead.
    """
    for _ in range(ATTEMPTS_TO_WORK):
        try:
            alerting.leads.replace(claimed, claimed.alerted(level, ladder))
        except LeadChanged:
            now = alerting.leads.get(claimed.lead_id)
            if now is None or now.escalation.next_at != claimed.escalation.next_at:
                return
            claimed = now
        else:
            return
