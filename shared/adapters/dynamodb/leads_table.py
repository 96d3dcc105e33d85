"""Stores leads in the table. Iterators fetch pages as the caller iterates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from botocore.exceptions import BotoCoreError, ClientError

from shared.adapters.dynamodb.cursors import ExportCursor, View, WorklistCursor
from shared.adapters.dynamodb.items import (
    ARRIVAL,
    ARRIVALS,
    CLOSED,
    DUE,
    MAIL,
    MAIL_DUE,
    NO_RED_FLAG,
    OPEN,
    PERSON_KEY_ID,
    RED_FLAG,
    TO_RETIRE,
    WORKLIST,
    instant,
    item_of,
    kept_of,
    name_of,
    summary_of,
)
from shared.adapters.dynamodb.partitions import Item, Partitions
from shared.domain.errors import LeadChanged, LeadErased, StoreUnavailable
from shared.domain.leads.lead import Lead
from shared.domain.leads.lead_summary import LeadSummary, Listed
from shared.domain.leads.person_keys import SAME_PERSON

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from shared.domain.leads.erasure import Kept
    from shared.domain.leads.export import Period
    from shared.domain.leads.retention_stage import Stage

BY_REFERENCE = "by_reference"
BY_PHONE = "by_phone"
BY_EMAIL = "by_email"
KEYS_AT_ONCE = 100
AFTER = "~"  # sorts after every sort key


class LeadsTable:
    """The leads table, with one item for each lead or tombstone. All methods raise StoreUnavailable.

    index_shards: the number of partitions of each index.
    sends_mail: whether this stack sends mail to patients. If False, the index MAIL_DUE stays empty.
    """

    def __init__(self, client: DynamoDBClient, table: str, index_shards: int, *, sends_mail: bool = False) -> None:
        self._client = client
        self._table = table
        self._sends_mail = sends_mail
        self._partitions = Partitions(index_shards)

    def add(self, lead: Lead) -> Lead | None:
        """Stores a new lead and returns None. If the id is taken, returns the stored lead unchanged.

        The returned lead may be the new lead itself, if the SDK repeated its own write.
        Raises: LeadErased if a lead with this id was erased.
        """
        try:
            self._client.put_item(
                TableName=self._table,
                Item=item_of(lead, self._partitions, sends_mail=self._sends_mail),
                ConditionExpression="attribute_not_exists(lead_id)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            item: Any = error.response.get("Item")
            if item is None:  # cannot happen, because DynamoDB sends the stored item
                raise StoreUnavailable from error
            earlier = kept_of(item)
            if not isinstance(earlier, Lead):
                raise LeadErased from None
            return earlier
        except (ClientError, BotoCoreError) as error:
            raise StoreUnavailable from error
        return None

    def get(self, lead_id: UUID) -> Lead | None:
        kept = self.kept(lead_id)
        return kept if isinstance(kept, Lead) else None

    def kept(self, lead_id: UUID) -> Kept | None:
        try:
            answer = self._client.get_item(
                TableName=self._table, Key={"lead_id": {"S": str(lead_id)}}, ConsistentRead=True
            )
        except (ClientError, BotoCoreError) as error:
            raise StoreUnavailable from error
        item = answer.get("Item")
        return kept_of(item) if item else None

    def replace(self, before: Kept, after: Kept) -> None:
        """Replaces `before` with `after`. Succeeds if the SDK repeats its own write.

        Raises: LeadChanged if `before` is not the stored version.
        """
        item = item_of(after, self._partitions, sends_mail=self._sends_mail)
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

    def remove(self, kept: Kept) -> None:
        """Deletes the item. Succeeds if the SDK repeats its own deletion.

        Raises: LeadChanged if `kept` is not the stored version.
        """
        try:
            self._client.delete_item(
                TableName=self._table,
                Key={"lead_id": {"S": str(kept.lead_id)}},
                ConditionExpression="attribute_not_exists(lead_id) OR version = :before",
                ExpressionAttributeValues={":before": {"N": str(kept.version)}},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            raise LeadChanged from None
        except (ClientError, BotoCoreError) as error:
            raise StoreUnavailable from error

    def due(self, at: datetime) -> Iterator[UUID]:
        """Yields the ids of leads whose next alert is due. Red flags come first, then the longest overdue."""
        for kind in (RED_FLAG, NO_RED_FLAG):
            for item in self._partitions.read(self._query, DUE, kind, "<= :at", at=instant(at)):
                yield UUID(item["lead_id"]["S"])

    def mail_due(self, at: datetime) -> Iterator[UUID]:
        for item in self._partitions.read(self._query, MAIL_DUE, MAIL, "<= :at", at=instant(at)):
            yield UUID(item["lead_id"]["S"])

    def open_leads(self, after: str | None = None) -> Iterator[Listed]:
        """Yields open leads in the order of `urgency`, starting after the cursor `after`.

        Raises InvalidInput for a cursor of another list.
        """
        return self._open("open", "0", after)

    def taken_leads(self, after: str | None = None) -> Iterator[Listed]:
        return self._open("taken", "1", after)

    def closed_leads(self, after: str | None = None) -> Iterator[Listed]:
        before = AFTER if after is None else WorklistCursor.parse(after, "closed").order
        items = self._partitions.read(self._query, WORKLIST, CLOSED, "< :before", latest_first=True, before=before)
        return _listed("closed", items)

    def _open(self, view: View, beginning: str, after: str | None) -> Iterator[Listed]:
        place = beginning if after is None else WorklistCursor.parse(after, view).order
        return _listed(view, self._partitions.read(self._query, WORKLIST, OPEN, "> :place", place=place))

    def id_of(self, reference: str) -> UUID | None:
        answer = self._query(
            IndexName=BY_REFERENCE,
            KeyConditionExpression="#reference = :reference",
            ExpressionAttributeNames={"#reference": "reference"},  # a reserved word of DynamoDB
            ExpressionAttributeValues={":reference": {"S": reference}},
        )
        return next((UUID(item["lead_id"]["S"]) for item in answer["Items"]), None)

    def of_person(self, phone_key: str, email_key: str) -> tuple[tuple[UUID, LeadSummary], ...]:
        """Returns leads with this hashed phone number or e-mail address, the latest first.

        Reads at most SAME_PERSON leads for each key. An empty key finds no lead.
        """
        found = {
            UUID(item["lead_id"]["S"]): summary_of(item)
            for index, name, key in ((BY_PHONE, "phone_key", phone_key), (BY_EMAIL, "email_key", email_key))
            if key
            for item in self._items_of_key(index, name, key)
        }
        return tuple(sorted(found.items(), key=lambda each: each[1].received_at, reverse=True))

    def names(self, lead_ids: Sequence[UUID]) -> dict[UUID, str]:
        """Takes at most 100 ids. Leaves out leads that DynamoDB did not read for lack of capacity."""
        found = {UUID(item["lead_id"]["S"]): name_of(item) for item in self._batch(lead_ids, "lead")}
        return {lead_id: name for lead_id, name in found.items() if name}

    def batch(self, lead_ids: Sequence[UUID]) -> tuple[Lead, ...]:
        """Takes at most 100 ids. Leaves out leads that DynamoDB did not read for lack of capacity."""
        items = self._batch(lead_ids, "lead")
        return tuple(Lead.model_validate_json(item["lead"]["S"]) for item in items if "lead" in item)

    def summaries(self, lead_ids: Sequence[UUID]) -> dict[UUID, LeadSummary]:
        """Returns summaries by lead id. Open leads come first, in the order of `urgency`, then the latest done.

        Leaves out canaries, erased leads, and leads that DynamoDB did not read for lack of capacity.
        """
        items = [
            item
            for start in range(0, len(lead_ids), KEYS_AT_ONCE)
            for item in self._batch(lead_ids[start : start + KEYS_AT_ONCE], "summary", *WORKLIST)
            if "summary" in item
        ]
        items.sort(key=lambda item: item[WORKLIST.order]["S"])
        is_open = [item[WORKLIST.partition]["S"].startswith(OPEN) for item in items]
        done = [item for item, still in zip(items, is_open, strict=True) if not still]
        in_order = [item for item, still in zip(items, is_open, strict=True) if still] + done[::-1]
        return {UUID(item["lead_id"]["S"]): summary_of(item) for item in in_order}

    def _batch(self, lead_ids: Sequence[UUID], *attributes: str) -> list[Item]:
        names = {f"#{number}": attribute for number, attribute in enumerate(attributes)}
        wanted: Any = {
            "Keys": [{"lead_id": {"S": str(lead_id)}} for lead_id in lead_ids],
            "ProjectionExpression": ", ".join(["lead_id", *names]),
            "ExpressionAttributeNames": names,
        }
        try:
            answer: Any = self._client.batch_get_item(RequestItems={self._table: wanted})
        except (ClientError, BotoCoreError) as error:
            raise StoreUnavailable from error
        items: list[Item] = answer["Responses"].get(self._table, [])
        return items

    def of_number(self, phone_key: str) -> Iterator[tuple[UUID, LeadSummary]]:
        """Yields leads with this hashed phone number, the latest first, but at most SAME_PERSON."""
        for item in self._items_of_key(BY_PHONE, "phone_key", phone_key):
            yield UUID(item["lead_id"]["S"]), summary_of(item)

    def arrivals(self, period: Period, after: str | None = None) -> Iterator[tuple[UUID, str]]:
        """Yields the ids of leads in order of arrival, starting after the cursor `after`, each with its cursor.

        Raises InvalidInput for a cursor of another period.
        """
        first = instant(period.since)
        if after is not None:
            cursor = ExportCursor.parse(after, period)
            first = f"{instant(cursor.at)}#{cursor.lead_id}{AFTER}"
        # Excludes a lead that arrived exactly at period.until, because its sort key continues after `last`.
        last = instant(period.until)
        between = "BETWEEN :first AND :last"
        return map(_arrived, self._partitions.read(self._query, ARRIVALS, ARRIVAL, between, first=first, last=last))

    def in_stage(self, stage: Stage, until: datetime) -> Iterator[UUID]:
        """Yields the ids of leads and tombstones that entered this retention stage by `until`, the earliest first."""
        for item in self._partitions.read(self._query, TO_RETIRE, stage, "<= :until", until=instant(until)):
            yield UUID(item["lead_id"]["S"])

    def hashed_with_former_keys(self, key_id: str) -> Iterator[UUID]:
        """Yields the ids of leads whose phone number or e-mail address was hashed with a former key.

        key_id: the id of the current key.
        """
        for partition in self._partitions.keys(ARRIVAL):
            what: dict[str, Any] = {
                "IndexName": ARRIVALS.name,
                "KeyConditionExpression": f"{ARRIVALS.partition} = :partition",
                "FilterExpression": f"attribute_exists({PERSON_KEY_ID}) AND {PERSON_KEY_ID} <> :current",
                "ExpressionAttributeValues": {":partition": {"S": partition}, ":current": {"S": key_id}},
            }
            while True:  # a query returns at most a megabyte of the index, about 5,000 leads
                answer = self._query(**what)
                yield from (UUID(item["lead_id"]["S"]) for item in answer["Items"])
                if "LastEvaluatedKey" not in answer:
                    break
                what |= {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def _items_of_key(self, index: str, name: str, key: str) -> list[Item]:
        answer = self._query(
            IndexName=index,
            KeyConditionExpression=f"{name} = :key",
            ExpressionAttributeValues={":key": {"S": key}},
            ScanIndexForward=False,
            Limit=SAME_PERSON,
        )
        items: list[Item] = answer["Items"]
        return items

    def _query(self, **what: Any) -> dict[str, Any]:
        try:
            answer: Any = self._client.query(TableName=self._table, **what)
        except (ClientError, BotoCoreError) as error:
            raise StoreUnavailable from error
        return dict(answer)


def _listed(view: View, items: Iterable[Item]) -> Iterator[Listed]:
    for item in items:
        cursor = WorklistCursor(view, item[WORKLIST.order]["S"])
        yield Listed(summary_of(item), str(cursor), UUID(item["lead_id"]["S"]))


def _arrived(item: Item) -> tuple[UUID, str]:
    at, _, _ = item[ARRIVALS.order]["S"].partition("#")
    cursor = ExportCursor(datetime.fromisoformat(at), UUID(item["lead_id"]["S"]))
    return cursor.lead_id, str(cursor)
