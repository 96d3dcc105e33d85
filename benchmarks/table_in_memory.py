"""A table in memory that counts capacity units.

DynamoDB Local would take half an hour to store a million leads.
"""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Iterator
from itertools import islice
from typing import Any

from benchmarks.capacity import Index, Item, indexes_of, item_size, read_units, write_units

PAGE = 1_000_000  # bytes; just below DynamoDB's limit
CONDITION = re.compile(
    r"[#\w]+ = (?P<key>:\w+)"
    r"(?: AND \w+ (?:(?P<operator><=|<|>) (?P<limit>:\w+)|BETWEEN (?P<from>:\w+) AND (?P<to>:\w+)))?"
)
LAST = "\U0010ffff"


class ConditionalCheckFailedException(Exception):
    """Never raised, because the table has only one writer."""


class TableInMemory:
    """A substitute for a DynamoDB client with one table."""

    class exceptions:  # noqa: N801  botocore uses this name
        ConditionalCheckFailedException = ConditionalCheckFailedException

    def __init__(self, table: dict[str, Any]) -> None:
        self._indexes = indexes_of(table)
        self._items: dict[str, Item] = {}
        self._entries: dict[tuple[str, str], list[tuple[str, str]]] = {}
        self.forget()

    def forget(self) -> None:
        self.requests, self.units = 0, 0.0

    def load(self, items: Iterator[Item]) -> None:
        for item in items:
            self._store(item)

    def put_item(self, Item: Item, **_: Any) -> None:  # noqa: N803  named as in boto3
        before = self._items.get(Item["lead_id"]["S"])
        self.requests += 1
        self.units += sum(write_units(before, Item, self._indexes).values())
        if before:
            for name, index in self._indexes.items():
                if index.entry(before):
                    partition, entry = _place(name, index, before)
                    entries = self._entries[partition]
                    entries.pop(bisect_left(entries, entry))
        self._store(Item)

    def get_item(self, Key: Item, **_: Any) -> dict[str, Any]:  # noqa: N803
        found = self._items.get(Key["lead_id"]["S"])
        self.requests += 1
        self.units += read_units([found] if found else [], consistent=True)
        return {"Item": found} if found else {}

    def batch_get_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        """Counts whole items, as DynamoDB does, even if only some attributes are requested."""
        ((table, wanted),) = RequestItems.items()
        found = [item for key in wanted["Keys"] if (item := self._items.get(key["lead_id"]["S"]))]
        self.requests += 1
        self.units += sum(read_units([item], consistent=False) for item in found)
        return {"Responses": {table: found}}

    def query(self, **what: Any) -> dict[str, Any]:
        """Responds to a Query as DynamoDB does.

        Raises:
            ValueError: the condition has an unknown form
        """
        name, forward = what["IndexName"], what.get("ScanIndexForward", True)
        index = self._indexes[name]
        condition = CONDITION.fullmatch(what["KeyConditionExpression"])
        if condition is None:
            raise ValueError(what["KeyConditionExpression"])
        value = {key: entry["S"] for key, entry in what["ExpressionAttributeValues"].items()}
        entries = self._entries.get((name, value[condition["key"]]), [])
        low, high = _range(entries, condition, value)
        if start := what.get("ExclusiveStartKey"):
            at = bisect_left(entries, (_sort(index, start), start["lead_id"]["S"]))
            low, high = (max(low, at + 1), high) if forward else (low, min(high, at))
        numbers = range(low, high) if forward else range(high - 1, low - 1, -1)
        found: list[Item] = []
        size = 0
        for number in islice(numbers, what.get("Limit")):
            found.append(index.entry(self._items[entries[number][1]]) or {})
            size += item_size(found[-1])
            if size > PAGE:
                break
        self.requests += 1
        self.units += read_units(found, consistent=False)
        full = found and (len(found) < len(numbers) or len(found) == what.get("Limit"))
        return {"Items": found} | ({"LastEvaluatedKey": found[-1]} if full else {})

    def _store(self, item: Item) -> None:
        self._items[item["lead_id"]["S"]] = item
        for name, index in self._indexes.items():
            if all(key in item for key in index.keys):
                partition, entry = _place(name, index, item)
                insort(self._entries.setdefault(partition, []), entry)


def _place(name: str, index: Index, item: Item) -> tuple[tuple[str, str], tuple[str, str]]:
    return (name, item[index.keys[0]]["S"]), (_sort(index, item), item["lead_id"]["S"])


def _range(entries: list[tuple[str, str]], condition: re.Match[str], value: dict[str, str]) -> tuple[int, int]:
    if condition["from"]:
        return bisect_left(entries, (value[condition["from"]], "")), bisect_left(
            entries, (value[condition["to"]], LAST)
        )
    if not condition["operator"]:
        return 0, len(entries)
    limit = value[condition["limit"]]
    before, after = bisect_left(entries, (limit, "")), bisect_left(entries, (limit, LAST))
    return {"<": (0, before), "<=": (0, after), ">": (after, len(entries))}[condition["operator"]]


def _sort(index: Index, item: Item) -> str:
    return item[index.keys[1]]["S"] if len(index.keys) > 1 else ""
