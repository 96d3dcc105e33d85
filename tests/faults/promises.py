"""Checks the promises of docs/reliability.md after a simulation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from shared.domain.leads.history import RELEASED, RETURNED, WITHDRAWN
from shared.domain.leads.lead import RETURN_WITHIN, Lead
from shared.domain.leads.next_action import next_action
from shared.domain.leads.overdue import REMINDER
from shared.domain.opening_hours import OpeningHours
from shared.domain.rules.triage import Tier
from tests.faults.mail_limit import first_breach
from tests.faults.random_faults import MINUTE, SECOND, YEAR_BEGINS, Run
from tests.leads import RULEBOOK

HOURS = OpeningHours.parse("Mon-Fri 08:00-17:00", "America/Chicago", "2026-11-26,2026-12-25")
SWEEP_STOPS = 30 * SECOND  # as in functions/escalate_leads.py
ALERTED_WITHIN = 2 * MINUTE  # from the due time or the end of the last fault
ESCALATED_WITHIN = MINUTE + SWEEP_STOPS  # from the level's due time
MOMENT = 2 * SECOND  # maximum difference between two functions' clocks


def check(run: Run) -> None:
    for lead_id in run.ever_spooled - run.table.leads.keys():
        run.broken("I1", lead_id, "was spooled and never stored")
    for lead_id, lead in run.table.leads.items():
        alerts = run.alerts.get(lead_id, [])
        _check_number(run, lead_id, [*alerts, *run.reminders.get(lead_id, ())])
        _check_follow_up(run, lead)
        _check_order(run, lead_id, alerts)
        if lead_id in run.poisoned:
            waits = lead.escalation.alert_due and not lead.work.is_done
            if waits and not alerts and lead_id not in run.could_not_alert:
                run.broken("I9", lead_id, "is unreadable, and no operator was alerted")
        elif any(entry.action in (RETURNED, WITHDRAWN) for entry in lead.history):
            if (
                lead.escalation.alert_due
                and not alerts
                and not lead.work.is_done
                and lead.assessment.received_at + RETURN_WITHIN + ALERTED_WITHIN < run.ends
            ):
                run.broken("I4", lead_id, "nobody was alerted")
        else:
            _check_delay(run, lead, alerts)
    if breach := first_breach(run.mails):
        run.violations.append(f"more than ten e-mails in a second, at {breach:%H:%M:%S} ({run.name})")
    if run.counts["alerts"] > run.weather.alerts_a_level * run.counts["levels alerted"]:
        run.violations.append(
            f"R9: {run.counts['alerts']} alerts for {run.counts['levels alerted']} levels ({run.name})"
        )


def _check_number(run: Run, lead_id: UUID, alerts: list[tuple[datetime, int, datetime]]) -> None:
    """Checks that a level is alerted twice only after a fault."""
    levels: dict[tuple[int, datetime], list[datetime]] = {}
    for at, level, ladder in alerts:
        levels.setdefault((level, ladder), []).append(at)
    run.counts["alerts"] += len(alerts)
    run.counts["levels alerted"] += len(levels)
    run.counts["reminders"] += sum(level == REMINDER for level, _ in levels)
    faults = run.hits.get(lead_id, [])
    for (level, _), times in levels.items():
        for first, second in pairwise(times):
            if not any(first <= fault <= second for fault in faults):
                run.broken("I7", lead_id, f"level {level} was alerted again, and no fault hit the lead in between")


def _check_follow_up(run: Run, lead: Lead) -> None:
    """Checks that an open lead has a next action, and that an idle owner loses the lead."""
    lead_id, planned = lead.lead_id, next_action(lead)
    if lead.needs_someone and planned is None:
        run.broken("I11", lead_id, "is open without a next action")
    for entry in lead.history:
        if entry.action == RELEASED:
            run.counts["released"] += 1
            if not any(at <= entry.at + MOMENT for at, _, _ in run.reminders.get(lead_id, ())):
                run.broken("I11", lead_id, "lost its owner, who was not reminded")
    if lead.work.status != "acknowledged" or planned is None or lead_id in run.poisoned:
        return
    reminded = any(due == planned.remind_at for _, _, due in run.reminders.get(lead_id, ()))
    grace = ESCALATED_WITHIN + MOMENT
    last_fault = _last_fault(run, lead_id, run.ends)
    if planned.remind_at and not reminded and max(planned.remind_at, last_fault) + grace < run.ends:
        run.broken("I11", lead_id, "its owner was not reminded")
    if planned.returns_at and max(planned.returns_at, last_fault) + 2 * grace < run.ends:
        run.broken("I11", lead_id, "fell asleep with its owner")


def _check_order(run: Run, lead_id: UUID, alerts: list[tuple[datetime, int, datetime]]) -> None:
    """Checks that a new escalation starts no higher than the previous level."""
    for (_, before, began), (_, level, ladder) in pairwise(alerts):
        if level > before and ladder != began:
            run.broken("I5", lead_id, f"the ladder of level {level} began later than that of level {before}")


def _check_delay(run: Run, lead: Lead, alerts: list[tuple[datetime, int, datetime]]) -> None:
    tiers = _tiers(lead)
    by_the_clock = not tiers[lead.tier].marketing
    due = (
        lead.assessment.received_at
        if lead.submitted.complete or lead.assessment.red_flag
        else lead.assessment.received_at + RETURN_WITHIN
    )
    steps = lead.ladder(tiers, HOURS).steps
    restarted = [entry.action for entry in lead.history if entry.action in (RELEASED, "reopen")]
    if restarted:
        alerts = [alert for alert in alerts if alert[2] == lead.escalation.started_at]
        due = lead.escalation.started_at
        if restarted[-1] != RELEASED:
            due = tiers[lead.tier].follow_up.release.after(due, HOURS)
    for level, step in enumerate(steps if by_the_clock else steps[:1], start=1):
        due = max(due, step.after.after(lead.escalation.started_at, HOURS)) if level > 1 else due
        at = next((at for at, alerted_level, _ in alerts if alerted_level == level), None)
        if at is None and lead.work.acknowledged_at is not None:
            return
        grace = ALERTED_WITHIN
        if level == 1 and lead.lead_id in run.ever_spooled and not run.weather.stream:
            # The spool delivers a failed entry again after 90 s.
            grace += MINUTE
        without_faults = due + (grace if level == 1 else ESCALATED_WITHIN)
        by = max(without_faults, _last_fault(run, lead.lead_id, at or run.ends) + grace) + MOMENT
        if (at or run.ends) > by:
            what = f"{at - by} late" if at else "never"
            run.broken("I4, R8" if level == 1 else "I5, R8", lead.lead_id, f"level {level} was alerted {what}")
        if at is None:
            return
        if level == 1 and not restarted:
            delay = max(0, round((at - due).total_seconds()))
            run.delays[delay] = run.delays.get(delay, 0) + 1
        # An unrecorded alert is sent again before the next level.
        due = max(due, *(at for at, alerted_level, _ in alerts if alerted_level == level))


def _last_fault(run: Run, lead_id: UUID, until: datetime) -> datetime:
    """Returns the time of the last fault, before `until`, that may have delayed this lead's alerts."""
    faults = [at for at in (*run.hits.get(lead_id, ()), *run.sweeps_broken) if at <= until]
    faults += [min(ends, until) for _, begins, ends in run.outages if begins <= until]
    return max(faults, default=YEAR_BEGINS)


def _tiers(lead: Lead) -> Mapping[str, Tier]:
    rule_set = RULEBOOK.of(lead.submitted.questionnaire)
    assert rule_set is not None
    return rule_set.tiers
