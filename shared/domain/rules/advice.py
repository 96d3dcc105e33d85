"""The advice that a patient reads: the text of each message, and which sentence comes first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from shared.domain.rules.triage import Message, RuleSet


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A message exactly as the patient saw it."""

    id: str
    text: str


def advice(
    rule_set: RuleSet, message_ids: tuple[str, ...], *, clinic_open: bool, will_call: bool
) -> tuple[ShownMessage, ...]:
    """The messages as the patient reads them.

    clinic_open: if False, each message begins with its `closed` sentences (OPS-01).
    will_call: False if no contact is stored. Then no message promises a call, and `closed` sentences come first too.
    """
    return tuple(
        _shown(rule_set.messages[message_id], clinic_open and will_call, will_call) for message_id in message_ids
    )


@cache  # a few dozen messages, each in three forms
def _shown(message: Message, clinic_open: bool, will_call: bool) -> ShownMessage:
    text = message.text
    if message.call and not will_call:
        text = text.replace(message.call, "")
    if message.closed and not clinic_open:
        text = f"{message.closed} {text.replace(message.closed, '')}"
    return ShownMessage(id=message.id, text=" ".join(text.split()))
