"""Stores which leads were erased, because restoring the leads table from a backup can bring them back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from botocore.exceptions import BotoCoreError, ClientError

from shared.domain.errors import StoreUnavailable
from shared.domain.leads.erasure import Erasure

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LIST = {"S": "erased"}
KEPT_FOR = timedelta(days=60)  # point-in-time recovery restores data up to 35 days old


class Erasures:
    """The table of erasures, which must never be restored from a backup."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def add(self, erasure: Erasure) -> None:
        """Raises StoreUnavailable; the caller must then not erase the lead."""
        item: Any = {
            "list": LIST,
            "lead_id": {"S": str(erasure.lead_id)},
            # With microseconds, because a repeated erasure writes a tombstone with exactly this time.
            "at": {"S": erasure.at.isoformat()},
            "by": {"S": erasure.by},
            "expires_at": {"N": str(int((erasure.at + KEPT_FOR).timestamp()))},
        }
        try:
            self._client.put_item(TableName=self._table, Item=item)
        except (ClientError, BotoCoreError) as error:
            raise StoreUnavailable from error

    def all(self) -> Iterator[Erasure]:
        what: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "#list = :list",
            "ExpressionAttributeNames": {"#list": "list"},
            "ExpressionAttributeValues": {":list": LIST},
            "ConsistentRead": True,
        }
        while True:
            try:
                answer = self._client.query(**what)
            except (ClientError, BotoCoreError) as error:
                raise StoreUnavailable from error
            for item in answer["Items"]:
                at = datetime.fromisoformat(item["at"]["S"])
                yield Erasure(UUID(item["lead_id"]["S"]), item["by"]["S"], at)
            if "LastEvaluatedKey" not in answer:
                return
            what["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
