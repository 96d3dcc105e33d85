"""An alert to staff: enough to act, nothing about the person or their health."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from shared.domain.lead import Lead
from shared.domain.triage import LadderStep


@dataclass(frozen=True, slots=True)
class Alert:
    """`suspect`: it may be a machine's, so that a subscription can leave it out (a text message, say).

    `kind` is new for the first level and escalation after it. Subject and attributes are never encrypted by SNS."""

    lead_id: str
    level: int
    tier: str
    kind: str
    audience: str
    suspect: bool
    subject: str
    body: str


def alert_for(lead: Lead, level: int, step: LadderStep, staff_link: str, zone: ZoneInfo) -> Alert:
    """`level` is the step's number on the ladder, from 1. The subject is constant ASCII for each tier."""
    tier = lead.tier
    kind = "new" if level == 1 else "escalation"
    lines = [
        f"{tier} lead {lead.reference} is waiting.",
        f"Respond by {_local(lead.deadline, zone)}." if lead.deadline else "",
        f"Nobody has taken it yet: this is alert {level}." if level > 1 else "",
        f"Open it: {staff_link}{lead.reference}",
    ]
    return Alert(
        lead_id=str(lead.lead_id),
        level=level,
        tier=tier,
        kind=kind,
        audience=step.audience,
        suspect=lead.suspicion.suspect,
        subject=f"{tier} lead waiting",
        body="\n".join(line for line in lines if line),
    )


def _local(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%a %Y-%m-%d %H:%M %Z")
