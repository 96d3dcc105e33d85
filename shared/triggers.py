"""What other services of AWS hand to a function. What is not meant for it fails as ForeignEvent, and by no accident.

Functions that run by the clock read nothing of their event: whatever it is, they do what the clock has them do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.domain.errors import ForeignEvent


@dataclass(frozen=True, slots=True)
class Notification:
    """What a topic delivered. `at`: ISO 8601."""

    message_id: str
    at: str
    attributes: Mapping[str, str]


def stream_batch(event: object) -> dict[str, Any]:
    """The event, when each of its records is a table's and can be named as failed. Raises ForeignEvent."""
    match event:
        case {"Records": [_, *_] as records} if isinstance(event, dict) and all(map(_is_change, records)):
            return event
    raise ForeignEvent("this is no batch of a table's stream")


def queue_batch(event: object) -> dict[str, Any]:
    """The event, when each of its records is a queue's and can be named as failed. Raises ForeignEvent."""
    match event:
        case {"Records": [_, *_] as records} if isinstance(event, dict) and all(map(_is_message, records)):
            return event
    raise ForeignEvent("this is no batch of a queue")


def lead_id_of(record: Mapping[str, Any]) -> UUID:
    """Raises ForeignEvent for a record of another table."""
    match record:
        case {"dynamodb": {"Keys": {"lead_id": {"S": str() as lead_id}}}}:
            try:
                return UUID(lead_id)
            except ValueError:
                pass
    raise ForeignEvent("this is no record of the leads table")


def notifications(event: object) -> tuple[Notification, ...]:
    """Raises ForeignEvent."""
    match event:
        case {"Records": [_, *_] as records}:
            return tuple(map(_notification, records))
    raise ForeignEvent("this is no delivery of a topic")


def _is_change(record: object) -> bool:
    match record:
        case {"eventSource": "aws:dynamodb", "dynamodb": {"SequenceNumber": str()}}:
            return True
    return False


def _is_message(record: object) -> bool:
    match record:
        case {"eventSource": "aws:sqs", "messageId": str(), "body": str()}:
            return True
    return False


def _notification(record: object) -> Notification:
    match record:
        case {
            "EventSource": "aws:sns",
            "Sns": {"MessageId": str() as message_id, "Timestamp": str() as at, "MessageAttributes": dict() as given},
        }:
            values = {name: attribute.get("Value") for name, attribute in given.items() if isinstance(attribute, dict)}
            texts = {name: value for name, value in values.items() if isinstance(value, str)}
            return Notification(message_id, at, texts)
    raise ForeignEvent("this is no delivery of a topic")
