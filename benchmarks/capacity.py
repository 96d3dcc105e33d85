"""Computes the read and write units of DynamoDB calls.

Source: Amazon DynamoDB developer guide ("Item sizes and formats", "Read and write operations", "Global secondary
indexes").
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
    """A secondary index.

    attributes: names of the attributes in the index; None: all
    """

    keys: tuple[str, ...]
    attributes: frozenset[str] | None

    @classmethod
    def of(cls, index: dict[str, Any], table_keys: tuple[str, ...]) -> Index:
        keys = tuple(key["AttributeName"] for key in index["KeySchema"])
        if index["Projection"]["ProjectionType"] == "ALL":
            return cls(keys, None)
        return cls(keys, frozenset((*keys, *table_keys, *index["Projection"].get("NonKeyAttributes", ()))))

    def entry(self, item: Item | None) -> Item | None:
        """Returns the item's index entry, or None if the item lacks a key attribute."""
        if item is None or any(key not in item for key in self.keys):
            return None
        return {name: value for name, value in item.items() if self.attributes is None or name in self.attributes}

    def writes(self, before: Item | None, after: Item | None) -> int:
        """Returns the index's write units for replacing `before` with `after`."""
        was, becomes = self.entry(before), self.entry(after)
        if was == becomes:
            return 0
        if was and becomes and any(was[key] != becomes[key] for key in self.keys):
            return _write_units(was) + _write_units(becomes)
        return max(_write_units(was), _write_units(becomes))


def item_size(item: Item) -> int:
    """Returns the size in bytes."""
    return sum(
        len(name.encode()) + (math.ceil(len(value["N"]) / 2) + 1 if "N" in value else len(value["S"].encode()))
        for name, value in item.items()
    )


def indexes_of(table: dict[str, Any]) -> dict[str, Index]:
    keys = tuple(key["AttributeName"] for key in table["KeySchema"])
    return {index["IndexName"]: Index.of(index, keys) for index in table.get("GlobalSecondaryIndexes", ())}


def write_units(before: Item | None, after: Item | None, indexes: dict[str, Index]) -> dict[str, int]:
    """Returns index name -> write units for replacing `before` with `after`.

    The name "" stands for the table.
    """
    units = {"": max(_write_units(before), _write_units(after))}
    units |= {name: index.writes(before, after) for name, index in indexes.items()}
    return {name: count for name, count in units.items() if count}


def read_units(items: Iterable[Item], *, consistent: bool) -> float:
    size = sum(map(item_size, items))
    return max(1, math.ceil(size / READ_UNIT)) * (1 if consistent else 0.5)


def _write_units(item: Item | None) -> int:
    return math.ceil(item_size(item) / WRITE_UNIT) if item else 0
