"""An alert to staff: enough to act on, nothing about the person or their health."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from shared.domain.leads.escalation import Ladder
from shared.domain.leads.lead import CANARY, Lead


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert about a lead. Subscriptions filter by its attributes. SNS encrypts neither attributes nor the subject.

    level: escalation level, from 1.
    kind: "new" at level 1, "escalation" above it, "canary" for a lead that staff do not see.
    suspect: the lead may come from a bot. Some subscriptions, such as text messages, may leave it out.
    received_at: when a finished form arrived; None while it is unfinished, because its alert waits.
    last: this is the highest level.
    """

    lead_id: str
    level: int
    tier: str
    kind: str
    audience: str
    suspect: bool
    reference: str
    deadline: datetime | None
    link: str
    subject: str
    body: str
    received_at: datetime | None = None
    last: bool = False

    @property
    def is_canary(self) -> bool:
        return self.kind == CANARY

    @property
    def attributes(self) -> dict[str, str]:
        values = {
            "tier": self.tier,
            "kind": self.kind,
            "audience": self.audience,
            "suspect": str(self.suspect).lower(),
            "reference": self.reference,
            "deadline": self.deadline.isoformat(timespec="seconds") if self.deadline else "",
            "link": self.link,
        }
        return {name: value for name, value in values.items() if value}


def alert_for(lead: Lead, level: int, ladder: Ladder, staff_link: str, zone: ZoneInfo) -> Alert:
    """The alert for an escalation level, counted from 1. The subject is ASCII and the same for all leads of a tier."""
    tier = lead.tier
    canary = lead.source == CANARY
    kind = CANARY if canary else "new" if level == 1 else "escalation"
    link = f"{staff_link}{lead.reference}"
    lines = [
        f"{tier} lead {lead.reference} is waiting.",
        f"Respond by {_local(lead.escalation.deadline, zone)}." if lead.escalation.deadline else "",
        f"Nobody has taken it yet: this is alert {level}." if level > 1 else "",
        f"Open it: {link}",
    ]
    return Alert(
        lead_id=str(lead.lead_id),
        level=level,
        tier=tier,
        kind=kind,
        audience=CANARY if canary else ladder.audience(level),
        suspect=lead.assessment.suspicion.suspect,
        reference=lead.reference,
        deadline=lead.escalation.deadline,
        link=link,
        subject=f"{tier} lead waiting",
        body="\n".join(line for line in lines if line),
        received_at=lead.assessment.received_at if lead.submitted.complete else None,
        last=level == len(ladder),
    )


def _local(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%a %Y-%m-%d %H:%M %Z")
