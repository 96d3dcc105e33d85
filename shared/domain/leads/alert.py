"""Builds the alerts to staff. An alert says enough to act on and nothing about the person or their health."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from shared.domain.leads.escalation import Ladder
from shared.domain.leads.lead import CANARY, Lead


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert to staff about a lead. SNS subscriptions filter by its attributes.

    SNS encrypts neither the attributes nor the subject of a message, so both must stay free of personal data.

    level: the escalation level, from 1.
    kind: "new" at level 1, "escalation" above level 1, "canary" for a lead that only tests delivery.
    suspect: True if a bot may have sent the lead. Subscriptions such as text messages can filter suspects out.
    received_at: when the finished form arrived; None for an unfinished form, whose alert is delayed on purpose.
    last: True at the highest escalation level of the lead.
    summarised: True if e-mail gets a summary in place of this alert.
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
    summarised: bool = False

    @property
    def is_mailed(self) -> bool:
        """Whether e-mail subscriptions get it. The filters of the subscriptions in infra/template.yaml say the same."""
        return not (self.suspect or self.summarised or self.is_canary)

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
            "summarised": "true" if self.summarised else "",
        }
        return {name: value for name, value in values.items() if value}


@dataclass(frozen=True, slots=True)
class Summary:
    """A notice that stands for the e-mails about many leads at once.

    leads: how many more leads wait for the audience than were mailed singly.
    urgent: how many of them are in a safety tier.
    inbox: the URL of the staff inbox.
    """

    audience: str
    leads: int
    urgent: int
    inbox: str
    is_mailed: ClassVar[bool] = True

    @property
    def subject(self) -> str:
        return f"{self.leads} more leads waiting, {self.urgent} of them urgent"

    @property
    def body(self) -> str:
        waiting = f"{self.leads} more leads wait for the {self.audience}, {self.urgent} of them urgent."
        return f"{waiting}\nOpen the inbox: {self.inbox}"

    @property
    def attributes(self) -> dict[str, str]:
        return {"kind": "summary", "audience": self.audience, "suspect": "false"}


def alert_for(lead: Lead, level: int, ladder: Ladder, staff_link: str, zone: ZoneInfo) -> Alert:
    """Returns the alert for an escalation level (from 1). Its subject is ASCII and the same for all leads of a tier."""
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
