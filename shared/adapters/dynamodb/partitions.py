"""Spreads an index over several partitions and reads them as one list.

DynamoDB limits each partition key to 1,000 writes a second. The template parameter IndexShards raises that limit.
"""

from __future__ import annotations

import heapq
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

READ_AT_ONCE = 100
UNEVEN = 10  # extra items to read from each partition, because pages are spread unevenly

Item = dict[str, Any]


class Index(NamedTuple):
    name: str
    partition: str
    order: str


@dataclass(frozen=True, slots=True)
class Partitions:
    """The partitions of an index.

    count: the number of partitions, which may only be raised. A lead moves to its new partition at its next write.
    """

    count: int

    def of(self, lead_id: UUID, kind: str) -> str:
        return f"{kind}-{zlib.crc32(lead_id.bytes) % self.count}"

    def keys(self, kind: str) -> Iterator[str]:
        return (f"{kind}-{number}" for number in range(self.count))

    def read(
        self,
        query: Callable[..., dict[str, Any]],
        index: Index,
        kind: str,
        condition: str,
        *,
        latest_first: bool = False,
        **values: str,
    ) -> Iterator[Item]:
        """Yields items of this kind in the index's order. Pages are fetched as the caller iterates.

        condition: the condition on the sort key, with a placeholder for each of `values`, such as "<= :last".
        """
        first_read = min(READ_AT_ONCE // self.count + UNEVEN, READ_AT_ONCE)

        def partition(number: int) -> Iterator[Item]:
            what = {
                "IndexName": index.name,
                "KeyConditionExpression": f"{index.partition} = :partition AND {index.order} {condition}",
                "ExpressionAttributeValues": {
                    f":{name}": {"S": value} for name, value in {"partition": f"{kind}-{number}", **values}.items()
                },
                "ScanIndexForward": not latest_first,
                "Limit": first_read,
            }
            while True:
                answer = query(**what)
                yield from answer["Items"]
                if "LastEvaluatedKey" not in answer:
                    return
                what |= {"ExclusiveStartKey": answer["LastEvaluatedKey"], "Limit": READ_AT_ONCE}

        return heapq.merge(
            *map(partition, range(self.count)), key=lambda item: str(item[index.order]["S"]), reverse=latest_first
        )
