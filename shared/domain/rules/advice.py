"""The words a patient reads: which messages, in which order, with which sentence first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from shared.domain.rules.triage import Message, RuleSet


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A message exactly as it was shown."""

    id: str
    text: str


def advice(
    rule_set: RuleSet, message_ids: tuple[str, ...], *, clinic_open: bool, will_call: bool
) -> tuple[ShownMessage, ...]:
    """`clinic_open`: outside opening hours the 'closed' sentences come first (OPS-01).

    `will_call`: no call is promised where no contact is stored, and then the 'closed' sentences come first too.
    """
    return tuple(
        _shown(rule_set.messages[message_id], clinic_open and will_call, will_call) for message_id in message_ids
    )


@cache  # of some dozen messages, in three ways each
def _shown(message: Message, clinic_open: bool, will_call: bool) -> ShownMessage:
    text = message.text
    if message.call and not will_call:
        text = text.replace(message.call, "")
    if message.closed and not clinic_open:
        text = f"{message.closed} {text.replace(message.closed, '')}"
    return ShownMessage(id=message.id, text=" ".join(text.split()))
