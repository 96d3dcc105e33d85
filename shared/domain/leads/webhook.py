"""Builds the webhook that tells a pager or CRM about a waiting lead, without personal data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.errors import ForeignEvent

NEEDED = ("kind", "reference", "tier", "link")


@dataclass(frozen=True, slots=True)
class WaitingLead:
    """The content of a webhook about a waiting lead. Times are ISO 8601.

    message_id: an id that stays the same when delivery is tried again.
    """

    message_id: str
    at: str
    kind: str
    reference: str
    tier: str
    link: str
    deadline: str | None

    @classmethod
    def of(cls, message_id: str, at: str, attributes: Mapping[str, str]) -> WaitingLead:
        """Returns the content for an SNS message.

        Raises: ForeignEvent if the message is not an alert about a lead.
        """
        if not attributes.keys() >= set(NEEDED):
            raise ForeignEvent("not an alert about a lead")
        named = {name: attributes[name] for name in NEEDED}
        return cls(message_id=message_id, at=at, **named, deadline=attributes.get("deadline"))

    @property
    def body(self) -> bytes:
        """The format follows Standard Webhooks."""
        data = {"reference": self.reference, "tier": self.tier, "deadline": self.deadline, "link": self.link}
        return json.dumps({"type": f"lead.{self.kind}", "timestamp": self.at, "data": data}).encode()
