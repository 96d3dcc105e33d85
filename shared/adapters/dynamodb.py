"""The leads table. The only module that knows DynamoDB."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from botocore.exceptions import BotoCoreError, ClientError

from shared.domain.errors import LeadChanged, StoreUnavailable
from shared.domain.lead import Lead

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

INDEX = "open_leads"
RED_FLAG = "red-"  # shards of their own, so that no flood of others is in front of them


class LeadsTable:
    """One item for each lead: the lead as JSON, and beside it only what conditions and the index of open leads need."""

    def __init__(self, client: DynamoDBClient, table: str, index_shards: int) -> None:
        self._client = client
        self._table = table
        self._index_shards = index_shards

    def add(self, lead: Lead) -> Lead | None:
        """Store a lead that is not there yet; None, or the lead that already has this id.

        The SDK's own retry can meet its own first write: the caller compares the content and answers as for a repeat.
        Raises StoreUnavailable.
        """
        try:
            self._client.put_item(
                TableName=self._table,
                Item=self._item(lead),
                ConditionExpression="attribute_not_exists(lead_id)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            item: Any = error.response.get("Item")
            if item is None:  # DynamoDB always sends it; without it we cannot tell a repeat from a conflict
                raise StoreUnavailable from error
            return _lead(item)
        except (ClientError, BotoCoreError) as error:
            raise StoreUnavailable from error
        return None

    def get(self, lead_id: UUID) -> Lead | None:
        try:
            answer = self._client.get_item(
                TableName=self._table, Key={"lead_id": {"S": str(lead_id)}}, ConsistentRead=True
            )
        except (ClientError, BotoCoreError) as error:
            raise StoreUnavailable from error
        item = answer.get("Item")
        return _lead(item) if item else None

    def replace(self, before: Lead, after: Lead) -> None:
        """Write `after` while `before` is still the stored version. Raises LeadChanged or StoreUnavailable.

        When the SDK's retry meets its own first write, the stored lead is already `after`: that is success.
        """
        item = self._item(after)
        try:
            self._client.put_item(
                TableName=self._table,
                Item=item,
                ConditionExpression="version = :before",
                ExpressionAttributeValues={":before": {"N": str(before.version)}},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            if error.response.get("Item") != item:
                raise LeadChanged from None
        except (ClientError, BotoCoreError) as error:
            raise StoreUnavailable from error

    def due(self, at: datetime) -> Iterator[UUID]:
        """Leads whose next look is due: those with a red flag first, by shard, and then the longest due first.

        Raises StoreUnavailable.
        """
        pages = self._client.get_paginator("query")
        for shard in (f"{kind}{number}" for kind in (RED_FLAG, "") for number in range(self._index_shards)):
            try:
                for page in pages.paginate(
                    TableName=self._table,
                    IndexName=INDEX,
                    KeyConditionExpression="open_shard = :shard AND next_at <= :at",
                    ExpressionAttributeValues={":shard": {"S": shard}, ":at": {"S": _instant(at)}},
                ):
                    yield from (UUID(item["lead_id"]["S"]) for item in page["Items"])
            except (ClientError, BotoCoreError) as error:
                raise StoreUnavailable from error

    def _shard(self, lead: Lead) -> str:
        number = zlib.crc32(lead.lead_id.bytes) % self._index_shards
        return f"{RED_FLAG if lead.red_flag else ''}{number}"

    def _item(self, lead: Lead) -> dict[str, Any]:
        item = {
            "lead_id": {"S": str(lead.lead_id)},
            "version": {"N": str(lead.version)},
            "lead": {"S": lead.model_dump_json()},
            "write_id": {"S": uuid4().hex},  # tells our own write, met again by the SDK's retry, from an equal one
        }
        if lead.next_at is not None:  # only leads that need someone are in the index
            item["open_shard"] = {"S": self._shard(lead)}
            item["next_at"] = {"S": _instant(lead.next_at)}
        return item


def _lead(item: dict[str, Any]) -> Lead:
    return Lead.model_validate_json(item["lead"]["S"])


def _instant(at: datetime) -> str:
    """Sorts as text the way instants sort in time."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")
