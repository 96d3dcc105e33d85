"""The webhook for a pager or CRM about a waiting lead: enough to act on, nothing about the person or their health."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.errors import ForeignEvent

NEEDED = ("kind", "reference", "tier", "link")


@dataclass(frozen=True, slots=True)
class WaitingLead:
    """The content of a webhook. `message_id`: the same on every delivery attempt. Times are ISO 8601."""

    message_id: str
    at: str
    kind: str
    reference: str
    tier: str
    link: str
    deadline: str | None

    @classmethod
    def of(cls, message_id: str, at: str, attributes: Mapping[str, str]) -> WaitingLead:
        """From the attributes of an alert. Raises ForeignEvent if it is not an alert about a lead."""
        if not attributes.keys() >= set(NEEDED):
            raise ForeignEvent("not an alert about a lead")
        named = {name: attributes[name] for name in NEEDED}
        return cls(message_id=message_id, at=at, **named, deadline=attributes.get("deadline"))

    @property
    def body(self) -> bytes:
        """JSON with type, timestamp and data, as Standard Webhooks recommends."""
        data = {"reference": self.reference, "tier": self.tier, "deadline": self.deadline, "link": self.link}
        return json.dumps({"type": f"lead.{self.kind}", "timestamp": self.at, "data": data}).encode()
