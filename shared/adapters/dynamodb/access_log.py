"""Stores the access log, which records who opened which lead, and when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from hashlib import sha256
from itertools import groupby
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from botocore.exceptions import BotoCoreError, ClientError

from shared.adapters.dynamodb.items import instant
from shared.adapters.dynamodb.partitions import Item
from shared.domain.errors import FieldProblem, InvalidInput, StoreUnavailable
from shared.domain.leads.access import Access, references_of
from shared.domain.leads.staff import Staff

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from shared.domain.leads.export import Period

# The sort order of entries and the parts of a cursor. No two entries have the same three values.
ORDER = ("at", "entry", "lead_id")
HOUR = len("2026-01-14T16")


class AccessLog:
    """The table of the access log. All methods raise StoreUnavailable. The caller must then not show the lead."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def add(self, lead_id: UUID, staff: Staff, what: str, at: datetime) -> None:
        entry = {
            "lead_id": str(lead_id),
            "entry": f"{instant(at)}#{uuid4().hex}",
            "what": what,
        }
        self._put(entry, staff, at)

    def add_page(self, references: Sequence[str], staff: Staff, at: datetime) -> None:
        """Adds an entry for a page of leads that shows people's names.

        The inbox reloads its page every few seconds, so repeats within the same clock hour (UTC) add no entry.
        """
        shown = " ".join(references)
        entry = {
            "lead_id": f"page#{staff.id}",
            "entry": f"{instant(at)[:13]}#{sha256(shown.encode()).hexdigest()[:32]}",
            "references": shown,
            "what": "listed",
        }
        self._put(entry, staff, at)

    def add_reading(self, staff: Staff, at: datetime) -> None:
        entry = {"lead_id": f"log#{staff.id}", "entry": f"{instant(at)}#{uuid4().hex}", "what": "read the log"}
        self._put(entry, staff, at)

    def between(self, period: Period, after: str | None) -> Iterator[tuple[Access, str]]:
        """Yields the entries of a period, the latest first, each with its cursor.

        after: a cursor; the list starts with the entry after it.
        Raises: InvalidInput if the cursor is malformed.
        """
        start = _place_in(after) if after is not None else None
        last = start[0] if start else instant(period.until)
        day = last[:10]
        while day >= instant(period.since)[:10]:
            for item in self._of_day(day, last[:HOUR]):
                place = _place(item)
                if (start is None or place < start) and instant(period.since) <= place[0] < instant(period.until):
                    yield _access(item), "~".join(place)
            day = (date.fromisoformat(day) - timedelta(days=1)).isoformat()

    def _of_day(self, day: str, last_hour: str) -> Iterator[Item]:
        """Yields the entries of a day up to the end of an hour, the latest first.

        The index is not sorted within an hour, because entries from `add_page` have no exact time in their key.
        """
        for _, items in groupby(self._as_indexed(day, last_hour), lambda item: item["entry"]["S"][:HOUR]):
            yield from sorted(items, key=_place, reverse=True)

    def _as_indexed(self, day: str, last_hour: str) -> Iterator[Item]:
        what: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": "by_day",
            "KeyConditionExpression": "#day = :day AND entry < :end",
            "ExpressionAttributeNames": {"#day": "day"},
            # "~" sorts after every character that can follow the hour in a key
            "ExpressionAttributeValues": {":day": {"S": day}, ":end": {"S": f"{last_hour}~"}},
            "ScanIndexForward": False,
        }
        while True:
            try:
                answer = self._client.query(**what)
            except (ClientError, BotoCoreError) as error:
                raise StoreUnavailable from error
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            what["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _put(self, entry: dict[str, str], staff: Staff, at: datetime) -> None:
        entry |= {"at": instant(at), "staff_id": staff.id, "staff_name": staff.name}
        entry["day"] = entry["at"][:10]
        try:
            self._client.put_item(
                TableName=self._table,
                Item={name: {"S": value} for name, value in entry.items()},
                ConditionExpression="attribute_not_exists(lead_id)",
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            pass
        except (ClientError, BotoCoreError) as error:
            raise StoreUnavailable from error


def _access(item: Item) -> Access:
    return Access(
        at=datetime.fromisoformat(item["at"]["S"]),
        staff_id=item["staff_id"]["S"],
        staff_name=item["staff_name"]["S"],
        what=item["what"]["S"],
        references=references_of(item["lead_id"]["S"], item.get("references", {}).get("S", "")),
    )


def _place(item: Item) -> tuple[str, ...]:
    return tuple(item[name]["S"] for name in ORDER)


def _place_in(cursor: str) -> tuple[str, ...]:
    place = tuple(cursor.split("~"))
    if len(place) == len(ORDER) and all(place):
        with suppress(ValueError):
            if instant(datetime.fromisoformat(place[0])) == place[0]:
                return place
    raise InvalidInput((FieldProblem("/cursor", "It is from another list."),))
