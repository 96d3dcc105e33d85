"""Stores counts per day, the counts of open leads, and the search keys of leads.

A record of each lead's counts changes in the same transaction as the counts, so no lead counts twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from botocore.exceptions import BotoCoreError, ClientError

from shared.domain.errors import LeadChanged, StoreUnavailable
from shared.domain.leads.counts import Cell, Change, Counted

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEYS_AT_ONCE = 100
READ_OF_A_KEY = 1_000  # the most leads read for one search key
WHOLE = "-"  # the sort key of an item that is alone in its partition
OPEN_LEADS = "open"


class DerivedData:
    """The table of derived data. All methods raise StoreUnavailable if the table cannot be read or written."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def counted(self, lead_id: UUID) -> Counted | None:
        item = self._get(_of_lead(lead_id), consistent=True)
        return _counted(item["counted"]["S"]) if item else None

    def count(self, lead_id: UUID, before: Counted | None, after: Counted, changed: Change) -> None:
        """Moves the lead from the counts `before` to the counts `after`, in one transaction.

        before: None if the lead is not counted yet.
        Raises LeadChanged if the stored record is not `before`, or if another process is counting the lead.
        """
        key = _key(_of_lead(lead_id))
        condition: dict[str, Any] = {"TableName": self._table, "ConditionExpression": "attribute_not_exists(id)"}
        if before is not None:
            values = {":before": {"S": _text(before)}}
            condition |= {"ConditionExpression": "counted = :before", "ExpressionAttributeValues": values}
        if after == Counted():
            items: list[Any] = [{"Delete": {"Key": key, **condition}}]
        else:
            items = [{"Put": {"Item": {**key, "counted": {"S": _text(after)}}, **condition}}]
        for search_key in changed.found_by:
            items.append({"Put": {"TableName": self._table, "Item": _key(search_key, str(lead_id))}})
        for search_key in changed.no_longer_found_by:
            items.append({"Delete": {"TableName": self._table, "Key": _key(search_key, str(lead_id))}})
        items += [self._added(_of_day(day), cells) for day, cells in changed.days.items()]
        if changed.waiting:
            items.append(self._added(OPEN_LEADS, changed.waiting))
        try:
            self._client.transact_write_items(TransactItems=items)
        except self._client.exceptions.TransactionCanceledException as error:
            raise LeadChanged from error
        except (ClientError, BotoCoreError) as error:
            raise StoreUnavailable from error

    def open_leads(self) -> Mapping[Cell, int]:
        """The counts may lack the last changes (eventually consistent read)."""
        return _cells(self._get(OPEN_LEADS, consistent=False) or {})

    def days(self, first: date, last: date) -> dict[date, Mapping[Cell, int]]:
        """Leaves out days without counts."""
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        by_key = {name: day for day in days for name in (_of_day(day.isoformat()), _of_stops(day))}
        keys = [_key(name) for name in by_key]
        found: dict[date, Mapping[Cell, int]] = {}
        for start in range(0, len(keys), KEYS_AT_ONCE):
            for item in self._batch(keys[start : start + KEYS_AT_ONCE]):
                day = by_key[item["id"]["S"]]
                found[day] = {**found.get(day, {}), **_cells(item)}
        return found

    def add_stop(self, day: date, cells: Mapping[Cell, int]) -> None:
        """Adds to a separate item, so that these updates never delay the counts of leads."""
        try:
            self._client.update_item(**self._added(_of_stops(day), cells)["Update"])
        except (ClientError, BotoCoreError) as error:
            raise StoreUnavailable from error

    def found_by(self, search_keys: Iterable[str]) -> frozenset[UUID]:
        found = [frozenset(self._of_key(search_key)) for search_key in search_keys]
        return frozenset.intersection(*found) if found else frozenset()

    def _of_key(self, search_key: str) -> Iterator[UUID]:
        try:
            answer = self._client.query(
                TableName=self._table,
                KeyConditionExpression="id = :id",
                ExpressionAttributeValues={":id": {"S": search_key}},
                Limit=READ_OF_A_KEY,
            )
        except (ClientError, BotoCoreError) as error:
            raise StoreUnavailable from error
        for item in answer["Items"]:
            yield UUID(item["part"]["S"])

    def _get(self, name: str, *, consistent: bool) -> dict[str, Any] | None:
        try:
            answer = self._client.get_item(TableName=self._table, Key=_key(name), ConsistentRead=consistent)
        except (ClientError, BotoCoreError) as error:
            raise StoreUnavailable from error
        return answer.get("Item")

    def _batch(self, keys: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        left: Any = {self._table: {"Keys": keys}}
        while left:
            try:
                answer: Any = self._client.batch_get_item(RequestItems=left)
            except (ClientError, BotoCoreError) as error:
                raise StoreUnavailable from error
            yield from answer["Responses"].get(self._table, ())
            left = answer.get("UnprocessedKeys")

    def _added(self, name: str, cells: Mapping[Cell, int]) -> dict[str, Any]:
        numbered = list(enumerate(cells.items()))
        return {
            "Update": {
                "TableName": self._table,
                "Key": _key(name),
                "UpdateExpression": "ADD " + ", ".join(f"#{number} :{number}" for number, _ in numbered),
                "ExpressionAttributeNames": {f"#{number}": "|".join(cell) for number, (cell, _) in numbered},
                "ExpressionAttributeValues": {f":{number}": {"N": str(added)} for number, (_, added) in numbered},
            }
        }


def _key(name: str, part: str = WHOLE) -> dict[str, Any]:
    return {"id": {"S": name}, "part": {"S": part}}


def _of_lead(lead_id: UUID) -> str:
    return f"lead#{lead_id}"


def _of_day(day: str) -> str:
    return f"day#{day}"


def _of_stops(day: date) -> str:
    return f"stops#{day}"


def _cells(item: Mapping[str, Any]) -> dict[Cell, int]:
    return {tuple(name.split("|")): int(value["N"]) for name, value in item.items() if "N" in value}


def _text(counted: Counted) -> str:
    """Equal records must have equal texts, because a write's condition compares them."""
    cells = sorted("|".join(cell) for cell in counted.cells)
    return json.dumps([counted.day, cells, "|".join(counted.waiting), sorted(counted.found_by)])


def _counted(text: str) -> Counted:
    day, cells, waiting, found_by = json.loads(text)
    return Counted(
        day,
        frozenset(tuple(cell.split("|")) for cell in cells),
        tuple(waiting.split("|")) if waiting else (),
        frozenset(found_by),
    )
