"""Staff are told what is due: at once, and again until somebody takes the lead."""

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
from shared.usecases.rules import rule_set_of


@dataclass(frozen=True, slots=True)
class Alerting:
    """What it takes to tell staff. `staff_link`: where staff open a lead; the reference is appended."""

    leads: Leads
    rule_sets: RuleSets
    publisher: Publisher[Alert]
    hours: OpeningHours
    staff_link: str


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep told staff, and the leads that it could not tell."""

    alerts: tuple[Alert, ...]
    failed: tuple[tuple[UUID, Exception], ...]


def alert_staff(lead_id: UUID, alerting: Alerting, at: datetime) -> Alert | None:
    """Tell staff what the lead says is due, if anything. The only use case that publishes.

    The claim is a conditional write, so of two callers at once one publishes. If the publish or the last write fails,
    the claim lapses and the sweep tells staff again: at least once, never silence.

    Raises StoreUnavailable or an error of the publisher.
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
    _record(claimed, level, ladder, alerting)
    return alert


def escalate_leads(alerting: Alerting, clock: Callable[[], datetime], until: datetime) -> Swept:
    """Tell staff everything that has fallen due: first alerts that did not get out, and the next steps of the ladders.

    One lead that cannot be told never holds up the others. Stops taking leads at `until`; the next run goes on.
    Raises StoreUnavailable when the due leads cannot be read.
    """
    alerts: list[Alert] = []
    failed: list[tuple[UUID, Exception]] = []
    for lead_id in alerting.leads.due(clock()):
        if clock() >= until:
            break
        try:
            alert = alert_staff(lead_id, alerting, clock())
        except Exception as error:  # noqa: BLE001  whatever is wrong with this lead, the next one is waiting
            failed.append((lead_id, error))
        else:
            if alert is not None:
                alerts.append(alert)
    return Swept(tuple(alerts), tuple(failed))


def _record(claimed: Lead, level: int, ladder: Ladder, alerting: Alerting) -> None:
    """That staff were told. Whoever wrote to the lead meanwhile is not overwritten: a note or a call changes nothing in
    what is due, and a lead that somebody took needs no record."""
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
