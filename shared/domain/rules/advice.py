"""Composes the advice that a patient reads: the text of each message, and which sentence comes first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from shared.domain.rules.triage import Message, RuleSet


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A message of advice, exactly as the patient saw it."""

    id: str
    text: str


def advice(
    rule_set: RuleSet, message_ids: tuple[str, ...], *, clinic_open: bool, will_call: bool
) -> tuple[ShownMessage, ...]:
    """Returns the messages as the patient reads them.

    clinic_open: if False, each message begins with its sentences for a closed clinic, `Message.closed` (OPS-01).
    will_call: False if no contact is stored. No message then promises a call, and messages begin as if the clinic were
        closed.
    """
    return tuple(
        _shown(rule_set.messages[message_id], clinic_open and will_call, will_call) for message_id in message_ids
    )


@cache  # the cache stays small: there are a few dozen messages, each in three forms
def _shown(message: Message, clinic_open: bool, will_call: bool) -> ShownMessage:
    text = message.text
    if message.call and not will_call:
        text = text.replace(message.call, "")
    if message.closed and not clinic_open:
        text = f"{message.closed} {text.replace(message.closed, '')}"
    return ShownMessage(id=message.id, text=" ".join(text.split()))
