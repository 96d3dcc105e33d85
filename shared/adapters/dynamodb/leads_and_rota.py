"""Reads a lead and the on-call rota in one request, since an alert needs both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from botocore.exceptions import BotoCoreError, ClientError

from shared.adapters.dynamodb.items import kept_of
from shared.adapters.dynamodb.leads_table import LeadsTable
from shared.adapters.dynamodb.partitions import Item
from shared.adapters.dynamodb.rota_table import KEY, board_of
from shared.domain.errors import StoreUnavailable
from shared.domain.leads.lead import Lead
from shared.domain.leads.rota import DutyBoard

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class LeadsAndRota(LeadsTable):
    """The leads table and the rota table."""

    def __init__(
        self, client: DynamoDBClient, table: str, rota_table: str, index_shards: int, *, sends_mail: bool
    ) -> None:
        super().__init__(client, table, index_shards, sends_mail=sends_mail)
        self._rota_table = rota_table

    def with_rota(self, lead_id: UUID) -> tuple[Lead | None, DutyBoard]:
        keys: dict[str, Any] = {self._table: {"lead_id": {"S": str(lead_id)}}, self._rota_table: KEY}
        wanted: Any = {table: {"Keys": [key], "ConsistentRead": True} for table, key in keys.items()}
        try:
            answer: Any = self._client.batch_get_item(RequestItems=wanted)
            if answer.get("UnprocessedKeys"):
                raise StoreUnavailable
            lead, rota = [next(iter(answer["Responses"].get(table, ())), Item()) for table in keys]
            kept = kept_of(lead) if lead else None
            return kept if isinstance(kept, Lead) else None, board_of(rota)
        except (ClientError, BotoCoreError, ValueError) as error:  # ValueError: the stored lead or rota is invalid
            raise StoreUnavailable from error
