"""The leads table and the access log. The only module that knows DynamoDB."""

from __future__ import annotations

import heapq
import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from botocore.exceptions import BotoCoreError, ClientError

from shared.domain.errors import LeadChanged, LeadErased, StoreUnavailable
from shared.domain.leads.erasure import Tombstone
from shared.domain.leads.export import ExportCursor, Period, month_of
from shared.domain.leads.lead import CANARY, Lead
from shared.domain.leads.lead_view import LeadSummary
from shared.domain.leads.person import SAME_PERSON
from shared.domain.leads.retention import Kept, Stage, stage_of
from shared.domain.leads.staff import Staff
from shared.domain.leads.worklist import WorklistCursor, closed_shelves, open_shelves, shelf_of, sorted_at

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

OPEN_LEADS = "open_leads"
CANARY_KEPT_FOR = timedelta(days=2)
WORKLIST = "worklist"
BY_REFERENCE = "by_reference"
BY_PHONE = "by_phone"
BY_EMAIL = "by_email"
BY_ARRIVAL = "by_arrival"
TO_RETIRE = "to_retire"
RED_FLAG = "red-"  # shards of their own, so that no flood of others is in front of them


class LeadsTable:
    """One item for each lead: the lead as JSON, and beside it only what conditions and indexes need. No index holds a
    name, a way to reach the person, or an answer."""

    def __init__(self, client: DynamoDBClient, table: str, index_shards: int) -> None:
        self._client = client
        self._table = table
        self._index_shards = index_shards

    def add(self, lead: Lead) -> Lead | None:
        """Store a lead that is not there yet; None, or the lead that already has this id.

        The SDK's own retry can meet its own first write: the caller compares the content and answers as for a repeat.
        Raises StoreUnavailable, or LeadErased: it does not come back.
        """
        try:
            self._client.put_item(
                TableName=self._table,
                Item=self._item(lead),
                ConditionExpression="attribute_not_exists(lead_id)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            item: Any = error.response.get("Item")
            if item is None:  # DynamoDB always sends it; without it we cannot tell a repeat from a conflict
                raise StoreUnavailable from error
            earlier = _kept(item)
            if isinstance(earlier, Tombstone):
                raise LeadErased from None
            return earlier
        except (ClientError, BotoCoreError) as error:
            raise StoreUnavailable from error
        return None

    def get(self, lead_id: UUID) -> Lead | None:
        kept = self.kept(lead_id)
        return kept if isinstance(kept, Lead) else None

    def kept(self, lead_id: UUID) -> Kept | None:
        """The lead, or what is left of it. Raises StoreUnavailable."""
        try:
            answer = self._client.get_item(
                TableName=self._table, Key={"lead_id": {"S": str(lead_id)}}, ConsistentRead=True
            )
        except (ClientError, BotoCoreError) as error:
            raise StoreUnavailable from error
        item = answer.get("Item")
        return _kept(item) if item else None

    def replace(self, before: Kept, after: Kept) -> None:
        """Write `after` while `before` is still the stored version. Raises LeadChanged or StoreUnavailable.

        When the SDK's retry meets its own first write, the stored lead is already `after`: that is success.
        """
        item = self._item(after)
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
        """Leave nothing, while that version is the stored one. Raises LeadChanged or StoreUnavailable.

        When the SDK's retry meets its own first deletion, there is nothing left: that is success.
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
        """Leads whose next look is due: those with a red flag first, by shard, and then the longest due first.

        Raises StoreUnavailable.
        """
        for shard in (f"{kind}{number}" for kind in (RED_FLAG, "") for number in range(self._index_shards)):
            for item in self._pages(
                IndexName=OPEN_LEADS,
                KeyConditionExpression="open_shard = :shard AND next_at <= :at",
                ExpressionAttributeValues={":shard": {"S": shard}, ":at": {"S": _instant(at)}},
            ):
                yield UUID(item["lead_id"]["S"])

    def open_shelves(self) -> tuple[str, ...]:
        return tuple(open_shelves(self._index_shards))

    def closed_shelves(self, at: datetime, since: datetime | None = None) -> tuple[str, ...]:
        return tuple(closed_shelves(at, since, self._index_shards))

    def on_shelf(self, place: WorklistCursor, limit: int) -> tuple[tuple[LeadSummary, ...], WorklistCursor | None]:
        """Up to `limit` leads of the worklist after that place, and where to go on; None at the end of the shelf.

        Open leads come with the nearest deadline first, done ones with the latest. Raises StoreUnavailable.
        """
        start = {}
        if place.lead_id:
            keys = {"worklist_shard": place.shelf, "sort_at": place.sort_at, "lead_id": place.lead_id}
            start = {"ExclusiveStartKey": {name: {"S": value} for name, value in keys.items()}}
        answer = self._query(
            IndexName=WORKLIST,
            KeyConditionExpression="worklist_shard = :shelf",
            ExpressionAttributeValues={":shelf": {"S": place.shelf}},
            ScanIndexForward=place.shelf in self.open_shelves(),
            Limit=limit,
            **start,
        )
        last = answer.get("LastEvaluatedKey")
        onward = WorklistCursor(place.shelf, last["sort_at"]["S"], last["lead_id"]["S"]) if last else None
        return tuple(map(_summary, answer["Items"])), onward

    def id_of(self, reference: str) -> UUID | None:
        """The lead with this reference. Raises StoreUnavailable."""
        answer = self._query(
            IndexName=BY_REFERENCE,
            KeyConditionExpression="#reference = :reference",
            ExpressionAttributeNames={"#reference": "reference"},  # a reserved word
            ExpressionAttributeValues={":reference": {"S": reference}},
        )
        return next((UUID(item["lead_id"]["S"]) for item in answer["Items"]), None)

    def of_person(self, phone_key: str, email_key: str) -> tuple[LeadSummary, ...]:
        """Leads with this phone number or e-mail address, the latest first; an empty key finds none. Raises
        StoreUnavailable."""
        found = {
            summary.reference: summary
            for index, name, key in ((BY_PHONE, "phone_key", phone_key), (BY_EMAIL, "email_key", email_key))
            if key
            for summary in self._of_key(index, name, key)
        }
        return tuple(sorted(found.values(), key=lambda summary: summary.received_at, reverse=True))

    def arrivals(self, period: Period, after: ExportCursor | None) -> Iterator[ExportCursor]:
        """The leads that came in then, in order, after that mark; read as far as asked for. Raises StoreUnavailable."""
        for month in period.months:
            if after is None or month >= month_of(after.at):
                shards = (self._arrivals(month, shard, period, after) for shard in range(self._index_shards))
                yield from heapq.merge(*shards, key=lambda mark: mark.at)  # of equals, those of the lower shard first

    def _arrivals(self, month: str, shard: int, period: Period, after: ExportCursor | None) -> Iterator[ExportCursor]:
        first, key, start = period.since, f"{month}-{shard}", {}
        if after is not None and after.at >= first:
            last_read = self._shard_of(after.lead_id)
            first = after.at if shard >= last_read else after.at + timedelta(milliseconds=1)
            if shard == last_read and month == month_of(after.at):
                keys = {"received_month": key, "received_at": _instant(after.at), "lead_id": str(after.lead_id)}
                start = {"ExclusiveStartKey": {name: {"S": value} for name, value in keys.items()}}
        for item in self._pages(
            IndexName=BY_ARRIVAL,
            KeyConditionExpression="received_month = :month AND received_at BETWEEN :first AND :last",
            ExpressionAttributeValues={
                ":month": {"S": key},
                ":first": {"S": _instant(first)},
                ":last": {"S": _instant(period.until - timedelta(milliseconds=1))},
            },
            **start,
        ):
            yield ExportCursor(datetime.fromisoformat(item["received_at"]["S"]), UUID(item["lead_id"]["S"]))

    def in_stage(self, stage: Stage, until: datetime) -> Iterator[UUID]:
        """What entered this stage of retention then or earlier: by shard, the oldest first. Raises StoreUnavailable."""
        for shard in range(self._index_shards):
            for item in self._pages(
                IndexName=TO_RETIRE,
                KeyConditionExpression="retention_stage = :stage AND retention_since <= :until",
                ExpressionAttributeValues={":stage": {"S": f"{stage}-{shard}"}, ":until": {"S": _instant(until)}},
            ):
                yield UUID(item["lead_id"]["S"])

    def _pages(self, **what: Any) -> Iterator[dict[str, Any]]:
        while True:
            answer = self._query(**what)
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            what["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _of_key(self, index: str, name: str, key: str) -> Iterable[LeadSummary]:
        answer = self._query(
            IndexName=index,
            KeyConditionExpression=f"{name} = :key",
            ExpressionAttributeValues={":key": {"S": key}},
            ScanIndexForward=False,
            Limit=SAME_PERSON,
        )
        return map(_summary, answer["Items"])

    def _query(self, **what: Any) -> dict[str, Any]:
        try:
            answer: Any = self._client.query(TableName=self._table, **what)
        except (ClientError, BotoCoreError) as error:
            raise StoreUnavailable from error
        return dict(answer)

    def _item(self, kept: Kept) -> dict[str, Any]:
        item = {
            "lead_id": {"S": str(kept.lead_id)},
            "version": {"N": str(kept.version)},
            _attribute(kept): {"S": kept.model_dump_json()},
            "write_id": {"S": uuid4().hex},  # tells our own write, met again by the SDK's retry, from an equal one
        }
        if isinstance(kept, Lead) and kept.source == CANARY:  # on no list; the table forgets it by itself
            expires = int((kept.assessment.received_at + CANARY_KEPT_FOR).timestamp())
            return item | self._due_entries(kept) | {"expires_at": {"N": str(expires)}}
        if (stage := stage_of(kept)) is not None:
            item["retention_stage"] = {"S": f"{stage[0]}-{self._shard_of(kept.lead_id)}"}
            item["retention_since"] = {"S": _instant(stage[1])}
        return item | self._due_entries(kept) | self._index_entries(kept) if isinstance(kept, Lead) else item

    def _shard_of(self, lead_id: UUID) -> int:
        """An index's partition takes 1,000 writes a second: above that, leads are spread over several."""
        return zlib.crc32(lead_id.bytes) % self._index_shards

    def _due_entries(self, lead: Lead) -> dict[str, Any]:
        """Only leads that need someone are in the index of open leads."""
        if lead.escalation.next_at is None:
            return {}
        shard = f"{RED_FLAG if lead.assessment.red_flag else ''}{self._shard_of(lead.lead_id)}"
        return {"open_shard": {"S": shard}, "next_at": {"S": _instant(lead.escalation.next_at)}}

    def _index_entries(self, lead: Lead) -> dict[str, Any]:
        """An attribute that is left out keeps the lead out of that index."""
        shard = self._shard_of(lead.lead_id)
        entries = {
            "worklist_shard": shelf_of(lead, shard),
            "sort_at": _instant(sorted_at(lead)),
            "summary": LeadSummary.of(lead).model_dump_json(),
            "reference": lead.reference,
            "received_month": f"{month_of(lead.assessment.received_at)}-{shard}",
            "received_at": _instant(lead.assessment.received_at),
            "phone_key": lead.submitted.phone_key,
            "email_key": lead.submitted.email_key,
        }
        return {name: {"S": value} for name, value in entries.items() if value}


class AccessLog:
    """Who opened which lead, and when: a table of its own, to which functions may only add."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def add(self, lead_id: UUID, staff: Staff, what: str, at: datetime) -> None:
        """Raises StoreUnavailable, and then nobody may be shown the lead."""
        entry = {
            "lead_id": str(lead_id),
            "entry": f"{_instant(at)}#{uuid4().hex}",  # two at the same moment are two entries
            "staff_id": staff.id,
            "staff_name": staff.name,
            "what": what,
        }
        try:
            self._client.put_item(
                TableName=self._table,
                Item={name: {"S": value} for name, value in entry.items()},
                ConditionExpression="attribute_not_exists(lead_id)",
            )
        except (ClientError, BotoCoreError) as error:
            raise StoreUnavailable from error


def _summary(item: dict[str, Any]) -> LeadSummary:
    return LeadSummary.model_validate_json(item["summary"]["S"])


def _attribute(kept: Kept) -> str:
    return "lead" if isinstance(kept, Lead) else "remainder"


def _kept(item: dict[str, Any]) -> Kept:
    if "remainder" in item:
        return Tombstone.model_validate_json(item["remainder"]["S"])
    return Lead.model_validate_json(item["lead"]["S"])


def _instant(at: datetime) -> str:
    """Sorts as text the way instants sort in time."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")
