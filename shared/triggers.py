"""Parses the events of schedules, table streams, queues and topics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.domain.errors import ForeignEvent


@dataclass(frozen=True, slots=True)
class Notification:
    """A message of an SNS topic. `at`: when it was published (ISO 8601)."""

    message_id: str
    at: str
    attributes: Mapping[str, str]
    text: str


def is_schedule(event: object) -> bool:
    return isinstance(event, dict) and event.get("source") == "aws.events"


def stream_batch(event: object) -> dict[str, Any]:
    """Returns the event. Every record must have a sequence number, because failures are reported by it.

    Raises ForeignEvent if a record is not from a table's stream.
    """
    match event:
        case {"Records": [_, *_] as records} if isinstance(event, dict) and all(map(_is_change, records)):
            return event
    raise ForeignEvent("not a batch of a DynamoDB stream")


def queue_batch(event: object) -> dict[str, Any]:
    """Returns the event. Every record must have a message id, because failures are reported by it.

    Raises ForeignEvent if a record is not from a queue.
    """
    match event:
        case {"Records": [_, *_] as records} if isinstance(event, dict) and all(map(_is_message, records)):
            return event
    raise ForeignEvent("not a batch of an SQS queue")


def lead_id_of(record: Mapping[str, Any]) -> UUID:
    """Raises ForeignEvent for a record of another table."""
    match record:
        case {"dynamodb": {"Keys": {"lead_id": {"S": str() as lead_id}}}}:
            try:
                return UUID(lead_id)
            except ValueError:
                pass
    raise ForeignEvent("not a record of the leads table")


def notifications(event: object) -> tuple[Notification, ...]:
    """Raises ForeignEvent."""
    match event:
        case {"Records": [_, *_] as records}:
            return tuple(map(_notification, records))
    raise ForeignEvent("not an SNS notification")


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
            "Sns": {
                "MessageId": str() as message_id,
                "Timestamp": str() as at,
                "MessageAttributes": dict() as given,
                "Message": str() as text,
            },
        }:
            values = {name: attribute.get("Value") for name, attribute in given.items() if isinstance(attribute, dict)}
            texts = {name: value for name, value in values.items() if isinstance(value, str)}
            return Notification(message_id, at, texts, text)
    raise ForeignEvent("not an SNS notification")
