"""What a pager or a CRM is told about a waiting lead: enough to act, nothing about the person or their health."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.errors import ForeignEvent

NEEDED = ("kind", "reference", "tier", "link")


@dataclass(frozen=True, slots=True)
class WaitingLead:
    """`message_id`: the same whenever delivery is tried again, so that a receiver can tell. Times are ISO 8601."""

    message_id: str
    at: str
    kind: str
    reference: str
    tier: str
    link: str
    deadline: str | None

    @classmethod
    def of(cls, message_id: str, at: str, attributes: Mapping[str, str]) -> WaitingLead:
        """From an alert's attributes. Raises ForeignEvent when this is no alert about a lead."""
        if not attributes.keys() >= set(NEEDED):
            raise ForeignEvent("this is no alert about a lead")
        named = {name: attributes[name] for name in NEEDED}
        return cls(message_id=message_id, at=at, **named, deadline=attributes.get("deadline"))

    @property
    def body(self) -> bytes:
        """JSON as Standard Webhooks recommends: type, timestamp, data."""
        data = {"reference": self.reference, "tier": self.tier, "deadline": self.deadline, "link": self.link}
        return json.dumps({"type": f"lead.{self.kind}", "timestamp": self.at, "data": data}).encode()
