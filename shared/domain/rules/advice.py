"""Chooses the advice texts for a patient."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.rules.triage import Message, RuleSet


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A message of advice, exactly as the patient saw it."""

    id: str
    text: str


def advice(
    rule_set: RuleSet, message_ids: tuple[str, ...], *, clinic_open: bool, calls: bool, deadline: str = ""
) -> tuple[ShownMessage, ...]:
    """Returns the messages as the patient reads them.

    clinic_open: False to use `closed_text` (OPS-01).
    calls: False to use `no_number_text`.
    deadline: the time of the promised call, in the language of the rule set.
    """
    return tuple(
        ShownMessage(message_id, _text(rule_set.messages[message_id], clinic_open, calls, deadline))
        for message_id in message_ids
    )


def advice_at_once(rule_set: RuleSet) -> tuple[ShownMessage, ...]:
    """Returns the safety-net message and the messages to show as soon as an option is chosen.

    No message promises a call, because the visitor has not entered a phone number yet.
    """
    ids = tuple(dict.fromkeys((*rule_set.messages_at_once.values(), rule_set.net)))
    return advice(rule_set, ids, clinic_open=True, calls=False)


def _text(message: Message, clinic_open: bool, calls: bool, deadline: str) -> str:
    text = message.text
    if not calls and message.no_number_text is not None:
        text = message.no_number_text
    elif not clinic_open and message.closed_text is not None:
        text = message.closed_text
    return text.replace("{deadline}", deadline)
