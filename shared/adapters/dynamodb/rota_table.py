"""Stores the on-call rota, and which staff can be alerted individually, in a table with one item."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from shared.domain.errors import RotaChanged, StoreUnavailable
from shared.domain.leads.rota import DutyBoard, Reach, Rota

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEY: Any = {"id": {"S": "rota"}}


def board_of(item: Mapping[str, Any]) -> DutyBoard:
    """Returns the rota in an item, and which staff can be alerted individually.

    Raises ValueError if the item is invalid.
    """
    rota = Rota.model_validate_json(item["rota"]["S"]) if "rota" in item else Rota()
    return DutyBoard(rota, Reach.model_validate_json(item["reach"]["S"]) if "reach" in item else None)


class RotaTable:
    """The table of the rota. All methods raise StoreUnavailable if the table cannot be read or written."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def get(self) -> DutyBoard:
        try:
            return board_of(self._client.get_item(TableName=self._table, Key=KEY, ConsistentRead=True).get("Item", {}))
        except (ClientError, BotoCoreError, ValueError) as error:  # ValueError: the stored rota is invalid
            raise StoreUnavailable from error

    def replace(self, rota: Rota) -> None:
        """Stores the rota. Succeeds if the SDK repeats its own write.

        Raises: RotaChanged if the stored rota is not the version before `rota`.
        """
        text = rota.model_dump_json()
        values: dict[str, Any] = {":rota": {"S": text}, ":version": {"N": str(rota.version)}}
        condition = "attribute_not_exists(version)"
        if rota.version > 1:
            values[":before"] = {"N": str(rota.version - 1)}
            condition = "version = :before"
        try:
            self._client.update_item(
                TableName=self._table,
                Key=KEY,
                UpdateExpression="SET rota = :rota, version = :version",
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            found: Any = error.response.get("Item", {})
            if found.get("rota", {}).get("S") != text:
                raise RotaChanged from None
        except (ClientError, BotoCoreError) as error:
            raise StoreUnavailable from error

    def reached(self, reach: Reach) -> None:
        try:
            self._client.update_item(
                TableName=self._table,
                Key=KEY,
                UpdateExpression="SET reach = :reach",
                ExpressionAttributeValues={":reach": {"S": reach.model_dump_json()}},
            )
        except (ClientError, BotoCoreError) as error:
            raise StoreUnavailable from error
