"""Computes the read and write units of DynamoDB calls from the items that the calls read and write.

The rules are in the Amazon DynamoDB developer guide ("Item sizes and formats", "Read and write operations", "Global
secondary indexes"). tests/contract/test_capacity.py compares the results with DynamoDB Local.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Item = dict[str, dict[str, str]]
WRITE_UNIT = 1024  # bytes
READ_UNIT = 4096


@dataclass(frozen=True, slots=True)
class Index:
    """A secondary index. `attributes`: names of the attributes that the index contains; None: all."""

    keys: tuple[str, ...]
    attributes: frozenset[str] | None

    @classmethod
    def of(cls, index: dict[str, Any], table_keys: tuple[str, ...]) -> Index:
        keys = tuple(key["AttributeName"] for key in index["KeySchema"])
        if index["Projection"]["ProjectionType"] == "ALL":
            return cls(keys, None)
        return cls(keys, frozenset((*keys, *table_keys, *index["Projection"].get("NonKeyAttributes", ()))))

    def entry(self, item: Item | None) -> Item | None:
        """Returns an item's entry in this index, or None if the item lacks a key attribute of the index."""
        if item is None or any(key not in item for key in self.keys):
            return None
        return {name: value for name, value in item.items() if self.attributes is None or name in self.attributes}

    def writes(self, before: Item | None, after: Item | None) -> int:
        """Returns the write units in this index for replacing `before` with `after`. A changed key takes two writes."""
        was, becomes = self.entry(before), self.entry(after)
        if was == becomes:
            return 0
        if was and becomes and any(was[key] != becomes[key] for key in self.keys):
            return _write_units(was) + _write_units(becomes)
        return max(_write_units(was), _write_units(becomes))


def item_size(item: Item) -> int:
    """Returns the size of an item's attribute names and values, in bytes.

    A number takes one byte for every two digits, plus one byte.
    """
    return sum(
        len(name.encode()) + (math.ceil(len(value["N"]) / 2) + 1 if "N" in value else len(value["S"].encode()))
        for name, value in item.items()
    )


def indexes_of(table: dict[str, Any]) -> dict[str, Index]:
    """Returns the secondary indexes of a table in the template, by name."""
    keys = tuple(key["AttributeName"] for key in table["KeySchema"])
    return {index["IndexName"]: Index.of(index, keys) for index in table.get("GlobalSecondaryIndexes", ())}


def write_units(before: Item | None, after: Item | None, indexes: dict[str, Index]) -> dict[str, int]:
    """Returns index name -> write units for replacing `before` with `after`. None: there is no item.

    The name "" stands for the table itself. Indexes without write units are left out.
    """
    units = {"": max(_write_units(before), _write_units(after))}
    units |= {name: index.writes(before, after) for name, index in indexes.items()}
    return {name: count for name, count in units.items() if count}


def read_units(items: Iterable[Item], *, consistent: bool) -> float:
    """Returns the read units for one GetItem or one page of a Query. `items`: what the call found.

    An empty result costs as much as one small item.
    """
    size = sum(map(item_size, items))
    return max(1, math.ceil(size / READ_UNIT)) * (1 if consistent else 0.5)


def _write_units(item: Item | None) -> int:
    return math.ceil(item_size(item) / WRITE_UNIT) if item else 0
