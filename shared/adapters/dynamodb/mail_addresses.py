"""Stores which addresses get no more mail, and counts sent mails. Stores only keyed hashes of addresses."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from botocore.exceptions import BotoCoreError, ClientError

from shared.adapters.dynamodb.items import instant
from shared.domain.errors import StoreUnavailable
from shared.domain.leads.person_keys import email_key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from shared.domain.leads.mail_state import Closing

COUNTS_KEPT_FOR = timedelta(days=2)  # applies to counts and receipts; closed addresses are kept for ever


class MailAddresses:
    """The table of mail addresses. All methods raise StoreUnavailable if the table cannot be read or written.

    keys: the secrets that hash addresses. New entries use the first; `is_closed` also tries the others.
    """

    def __init__(self, client: DynamoDBClient, table: str, keys: tuple[str, ...]) -> None:
        self._client = client
        self._table = table
        self._keys = keys

    def is_closed(self, email: str) -> bool:
        return any(self._get(f"closed#{email_key(email, key)}") for key in self._keys)

    def close(self, address_key: str, closing: Closing, at: datetime) -> None:
        """Stops mail to an address for ever. `address_key`: the keyed hash of the address."""
        self._put(f"closed#{address_key}", {"closed_as": {"S": closing}, "at": {"S": instant(at)}})

    def close_email(self, email: str, closing: Closing, at: datetime) -> None:
        self.close(email_key(email, self._keys[0]), closing, at)

    def admits_receipt(self, email: str, lead_id: UUID, at: datetime) -> bool:
        """Records this lead's receipt and returns True, or returns False.

        On one day (UTC), an address gets the receipt of only one lead. A repeat for the same lead returns True.
        """
        values = {":day": {"S": f"{at:%Y-%m-%d}"}, ":lead_id": {"S": str(lead_id)}}
        return self._put(
            f"receipt#{email_key(email, self._keys[0])}",
            {"day": values[":day"], "lead_id": values[":lead_id"], **_expiry(at)},
            ConditionExpression="attribute_not_exists(entry) OR #day <> :day OR lead_id = :lead_id",
            ExpressionAttributeNames={"#day": "day"},
            ExpressionAttributeValues=values,
        )

    def admits_mail(self, at: datetime, most: int) -> bool:
        """Counts a mail and returns True, or returns False if this hour (UTC) already has `most` mails."""
        return self._try(
            self._client.update_item,
            Key={"entry": {"S": f"hour#{at:%Y-%m-%dT%H}"}},
            UpdateExpression="ADD mails :one SET expires_at = :expires",
            ConditionExpression="attribute_not_exists(mails) OR mails < :most",
            ExpressionAttributeValues={
                ":one": {"N": "1"},
                ":most": {"N": str(most)},
                ":expires": _expiry(at)["expires_at"],
            },
        )

    def _get(self, entry: str) -> bool:
        try:
            answer = self._client.get_item(TableName=self._table, Key={"entry": {"S": entry}}, ConsistentRead=True)
        except (ClientError, BotoCoreError) as error:
            raise StoreUnavailable from error
        return "Item" in answer

    def _put(self, entry: str, values: dict[str, Any], **condition: Any) -> bool:
        return self._try(self._client.put_item, Item={"entry": {"S": entry}, **values}, **condition)

    def _try(self, write: Any, **request: Any) -> bool:
        try:
            write(TableName=self._table, **request)
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        except (ClientError, BotoCoreError) as error:
            raise StoreUnavailable from error
        return True


def _expiry(at: datetime) -> dict[str, Any]:
    return {"expires_at": {"N": str(int((at + COUNTS_KEPT_FOR).timestamp()))}}
