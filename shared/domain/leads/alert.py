"""Builds the alerts to staff. An alert says nothing about the person or their health."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from shared.domain.leads.escalation import Ladder
from shared.domain.leads.history import RELEASED
from shared.domain.leads.lead import CANARY, Lead
from shared.domain.leads.next_action import CALL, CALL_AGAIN, CLOSE, CONFIRM_BOOKING, OTHER_WAY, TAKE, next_action
from shared.domain.leads.overdue import OWNER, REMINDER
from shared.domain.leads.rota import EVERYONE

CLINICIANS = "clinician"  # the audience of all clinicians
ON_CALL = "on_call"  # the audience of only the clinician on call
AUDIENCES = {"desk": "the desk", CLINICIANS: "the clinicians", "manager": "the managers"}
WORDS = {
    TAKE: "take it",
    CALL: "call",
    CALL_AGAIN: "call again",
    OTHER_WAY: "reach the person another way",
    CONFIRM_BOOKING: "book a time",
    CLOSE: "book or close it",
}
AFTER_REVOCATION = "close it, or call for a medical reason"


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert to staff about a lead. SNS subscriptions filter by its attributes.

    SNS does not encrypt attributes and subjects, so they must not contain personal data.
    level: the escalation level, from 1; 0 for a reminder.
    kind: "new" at level 1, "escalation" above level 1, "reminder" for the owner, "canary" for a test lead.
    received_at: None for an unfinished form, for a reminder, and after alerts have restarted.
    summarised: whether e-mail subscriptions get a summary instead.
    on_call: a user name or EVERYONE, for an alert to clinicians; "" for other audiences.
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
    owner: str = ""
    on_call: str = ""

    @property
    def to(self) -> str:
        return self.owner or (self.on_call if self.audience == ON_CALL else "")

    @property
    def is_mailed(self) -> bool:
        """The filter policies of e-mail subscriptions in infra/template.yaml must agree with this property."""
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
            "owner": self.owner,
            # Names the owner in a reminder, because a clinician's only subscription filters on `on_call`.
            "on_call": self.on_call or self.owner,
        }
        return {name: value for name, value in values.items() if value}


@dataclass(frozen=True, slots=True)
class Summary:
    """A notice that replaces the individual e-mails about many leads."""

    audience: str
    leads: int
    safety: int
    inbox: str
    on_call: str = ""
    is_mailed: ClassVar[bool] = True

    @property
    def subject(self) -> str:
        return f"{self._number} waiting{self._of_safety}"

    @property
    def body(self) -> str:
        who = self.on_call if self.audience == ON_CALL else AUDIENCES.get(self.audience, f"the {self.audience}")
        waits = "waits" if self.leads == 1 else "wait"
        return f"{self._number} {waits} for {who}{self._of_safety}.\nOpen the inbox: {self.inbox}"

    @property
    def _number(self) -> str:
        return "1 more lead" if self.leads == 1 else f"{self.leads} more leads"

    @property
    def _of_safety(self) -> str:
        if not self.safety:
            return ""
        return f", {'' if self.leads == 1 else f'{self.safety} of them '}EMERGENCY or URGENT"

    @property
    def attributes(self) -> dict[str, str]:
        on_call = {"on_call": self.on_call} if self.on_call else {}
        return {"kind": "summary", "audience": self.audience, "suspect": "false", **on_call}


def alert_for(
    lead: Lead, level: int, ladder: Ladder, staff_link: str, zone: ZoneInfo, at: datetime, on_call: str
) -> Alert:
    """Returns the alert for an escalation level (from 1). SNS requires the subject to be ASCII.

    on_call: a user name or EVERYONE, used if the level is for clinicians.
    """
    tier, deadline = lead.tier, lead.escalation.deadline
    respond = "Overdue since" if deadline and deadline <= at else "Respond by"
    canary = lead.source == CANARY
    kind = CANARY if canary else "new" if level == 1 else "escalation"
    audience = CANARY if canary else ladder.audience(level)
    on_call = on_call if audience == CLINICIANS else ""
    link = f"{staff_link}{lead.reference}"
    released = any(entry.action == RELEASED for entry in lead.history[-1:])
    lines = [
        f"{tier} lead {lead.reference} is waiting.",
        "Somebody had it and did not act in time." if released else "",
        "The person no longer wants contact: is there a medical reason to call?" if lead.contact_revoked else "",
        f"{respond} {_local(deadline, zone)}." if deadline else "",
        f"Nobody has it: this is alert {level}." if level > 1 else "",
        f"Open it: {link}",
    ]
    return Alert(
        lead_id=str(lead.lead_id),
        level=level,
        tier=tier,
        kind=kind,
        audience=audience if on_call in ("", EVERYONE) else ON_CALL,
        suspect=lead.assessment.suspicion.suspect,
        reference=lead.reference,
        deadline=deadline,
        link=link,
        subject=f"{tier} lead waiting",
        body="\n".join(line for line in lines if line),
        received_at=lead.assessment.received_at if _first(lead) else None,
        last=level == len(ladder),
        on_call=on_call,
    )


def reminder_for(lead: Lead, staff_link: str, zone: ZoneInfo) -> Alert:
    planned = next_action(lead)
    step = (AFTER_REVOCATION if lead.contact_revoked else WORDS[planned.what]) if planned else ""
    returns_at = planned.returns_at if planned else None
    link = f"{staff_link}{lead.reference}"
    lines = [
        f"{lead.tier} lead {lead.reference} is yours.",
        f"Next: {step}{f', due {_local(planned.due, zone)}' if planned.due else ''}." if planned else "",
        f"From {_local(returns_at, zone)} on it has no owner, and the clinic is alerted." if returns_at else "",
        f"Open it: {link}",
    ]
    return Alert(
        lead_id=str(lead.lead_id),
        level=REMINDER,
        tier=lead.tier,
        kind="reminder",
        audience=OWNER,
        suspect=lead.assessment.suspicion.suspect,
        reference=lead.reference,
        deadline=planned.due if planned else None,
        link=link,
        subject=f"{lead.tier} lead: your next step is due",
        body="\n".join(filter(None, lines)),
        owner=lead.work.owner_name,
    )


def _first(lead: Lead) -> bool:
    """Returns whether the form is finished and alerts have not restarted."""
    return lead.submitted.complete and lead.escalation.started_at == lead.assessment.received_at


def _local(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%a %Y-%m-%d %H:%M %Z")
