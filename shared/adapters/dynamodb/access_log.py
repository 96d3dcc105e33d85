"""Writes the access log, which records who opened which lead, and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from botocore.exceptions import BotoCoreError, ClientError

from shared.adapters.dynamodb.items import instant
from shared.domain.errors import StoreUnavailable
from shared.domain.leads.staff import Staff

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class AccessLog:
    """The access log in its own table, to which functions may only add entries."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def add(self, lead_id: UUID, staff: Staff, what: str, at: datetime) -> None:
        """Adds an entry to the access log. Raises StoreUnavailable; the caller must then not show the lead."""
        entry = {
            "lead_id": str(lead_id),
            "entry": f"{instant(at)}#{uuid4().hex}",  # two accesses at the same moment are two entries
            "staff_id": staff.id,
            "staff_name": staff.name,
            "what": what,
        }
        self._put(entry)

    def add_page(self, references: Sequence[str], staff: Staff, at: datetime) -> None:
        """Adds one entry for a page of rows with names, under "page#" and the id of the member of staff.

        The inbox asks for its page every few seconds: the same rows within the hour are one entry. Raises
        StoreUnavailable; the caller must then not show the names.
        """
        shown = " ".join(references)
        entry = {
            "lead_id": f"page#{staff.id}",
            "entry": f"{instant(at)[:13]}#{sha256(shown.encode()).hexdigest()[:32]}",  # to the hour
            "at": instant(at),
            "references": shown,
            "staff_id": staff.id,
            "staff_name": staff.name,
            "what": "listed",
        }
        self._put(entry)

    def _put(self, entry: dict[str, str]) -> None:
        """Adds an entry. One that is there already is the same entry: entries are never replaced."""
        try:
            self._client.put_item(
                TableName=self._table,
                Item={name: {"S": value} for name, value in entry.items()},
                ConditionExpression="attribute_not_exists(lead_id)",
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            pass
        except (ClientError, BotoCoreError) as error:
            raise StoreUnavailable from error
