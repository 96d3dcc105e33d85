"""Compares a stack's leads with a point-in-time copy, and copies back what is missing or spoilt.

DynamoDB restores into a new table, which no function uses. Leads that were erased or retired since the copy must be
erased or retired again.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from pydantic import ValidationError

from shared.adapters.dynamodb.items import MAIL_DUE, instant, kept_of
from shared.domain.leads.consent import chain_intact
from shared.domain.leads.lead import CANARY, Lead
from shared.domain.leads.mail import next_mail_at, without_due_mails

READY_WITHIN = 3600  # in seconds
LEAD, TOMBSTONE, CANARIES, OTHER = "leads", "erased or retired", "canaries", "other"
SPOILT = "unreadable, or with a broken chain of consents"
Item = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """The AWS resources of a stack that a restore needs.

    client: returns the boto3 client of an AWS service
    table: name of the table with the leads
    retire: name of the function retire_leads
    """

    client: Callable[[str], Any]
    table: str
    retire: str


@dataclass
class Comparison:
    """The differences between a table and its copy. A spoilt item is unreadable, or has a broken consent chain.

    counts: kind -> number of items in the table
    copied: kind -> number of items in the copy
    missing: ids of leads that only the copy has
    spoilt: id -> version in the table, for leads that are spoilt or older than in the copy
    lost: ids of leads that are missing or spoilt both in the table and in the copy
    later: number of items that arrived after the copy
    """

    counts: Counter[str] = field(default_factory=Counter)
    copied: Counter[str] = field(default_factory=Counter)
    missing: list[str] = field(default_factory=list)
    spoilt: dict[str, int] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    later: int = 0


def make_copy(place: Place, at: datetime | None, name: str) -> None:
    """Makes the point-in-time copy, without indexes, and waits until the copy can be read.

    at: moment of the copy; None: the latest possible
    """
    dynamodb = place.client("dynamodb")
    moment: Item = {"UseLatestRestorableTime": True} if at is None else {"RestoreDateTime": at}
    dynamodb.restore_table_to_point_in_time(
        SourceTableName=place.table,
        TargetTableName=name,
        GlobalSecondaryIndexOverride=[],
        BillingModeOverride="PAY_PER_REQUEST",
        **moment,
    )
    dynamodb.get_waiter("table_exists").wait(
        TableName=name, WaiterConfig={"Delay": 5, "MaxAttempts": READY_WITHIN // 5}
    )


def compare(place: Place, copy: str) -> Comparison:
    found = Comparison()
    ours = {lead_id: (kind, version) for lead_id, kind, version in _looked_at(place, place.table)}
    found.counts.update(kind for kind, _ in ours.values())
    seen: set[str] = set()
    for lead_id, kind, version in _looked_at(place, copy):
        seen.add(lead_id)
        found.copied[kind] += 1
        if kind == CANARIES:
            continue
        good = kind != SPOILT
        if lead_id not in ours:
            (found.missing if good else found.lost).append(lead_id)
        elif ours[lead_id][0] == SPOILT or (ours[lead_id][1] < version and kind != OTHER):
            if good:
                found.spoilt[lead_id] = ours[lead_id][1]
            else:
                found.lost.append(lead_id)
    later = [lead_id for lead_id in ours if lead_id not in seen]
    found.later = len(later)
    found.lost += [lead_id for lead_id in later if ours[lead_id][0] == SPOILT]
    return found


def copy_back(place: Place, copy: str, found: Comparison, at: datetime) -> int:
    """Copies the missing and spoilt leads into the stack's table. Returns the number of copied leads.

    Skips leads that changed since the comparison. Leads keep their alert state, so that no alert is repeated.
    """
    dynamodb = place.client("dynamodb")
    done = 0
    for lead_id in (*found.missing, *found.spoilt):
        key = {"lead_id": {"S": lead_id}}
        item = dynamodb.get_item(TableName=copy, Key=key, ConsistentRead=True)["Item"]
        now = dynamodb.get_item(TableName=place.table, Key=key, ConsistentRead=True).get("Item")
        if (None if now is None else _version(now)) == found.spoilt.get(lead_id):
            item = without_mail_due(item, at)
            item |= {"write_id": {"S": uuid4().hex}} if "write_id" in item else {}
            with suppress(dynamodb.exceptions.ConditionalCheckFailedException):  # a function has just written the lead
                dynamodb.put_item(TableName=place.table, Item=item, **_unchanged(now))
                done += 1
    return done


def without_mail_due(item: Item, at: datetime) -> Item:
    """Returns the item with the mails due by `at` recorded as "unknown".

    The mails may have been sent after the copy's moment, so they must not be sent again.
    """
    lead = kept_of(item)
    if not isinstance(lead, Lead) or (after := without_due_mails(lead, at)) is lead:
        return item
    changed = item | {"lead": {"S": after.as_json()}}
    if MAIL_DUE.order not in item:
        return changed
    if due := next_mail_at(after):
        return changed | {MAIL_DUE.order: {"S": instant(due)}}
    return {name: value for name, value in changed.items() if name not in (MAIL_DUE.partition, MAIL_DUE.order)}


def apply_again(place: Place) -> None:
    """Erases or retires once more the leads that the restored table still has.

    Raises:
        RuntimeError: the function failed; its log names the lead
    """
    answer = place.client("lambda").invoke(FunctionName=place.retire)
    if "FunctionError" in answer:
        kind = json.loads(answer["Payload"].read()).get("errorType", answer["FunctionError"])
        raise RuntimeError(f"RetireLeads failed with {kind}: read its log, then invoke it again")


def remove_copy(place: Place, copy: str) -> None:
    place.client("dynamodb").delete_table(TableName=copy)


def name_of_copy(table: str, at: datetime) -> str:
    return f"{table[:220]}-copy-{at.astimezone(UTC):%Y%m%d%H%M%S}"


def _looked_at(place: Place, table: str) -> Iterator[tuple[str, str, int]]:
    """Yields every item's id, kind and version."""
    pages = place.client("dynamodb").get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    for page in pages:
        for item in page["Items"]:
            yield item["lead_id"]["S"], kind_of(item), _version(item)


def _version(item: Item) -> int:
    return int(item.get("version", {}).get("N", 0))


def kind_of(item: Mapping[str, Any]) -> str:
    if "lead" not in item and "remainder" not in item:
        return SPOILT if _is_uuid(item["lead_id"]["S"]) else OTHER
    try:
        kept = kept_of(dict(item))
    except (ValidationError, KeyError):
        return SPOILT
    if not isinstance(kept, Lead):
        return TOMBSTONE
    if kept.source == CANARY:
        return CANARIES
    return LEAD if chain_intact(kept.submitted.consent_records) else SPOILT


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _unchanged(now: Item | None) -> Item:
    """Returns put_item arguments that make a write fail if the item differs from `now`."""
    if now is None:
        return {"ConditionExpression": "attribute_not_exists(lead_id)"}
    if "write_id" not in now:
        return {"ConditionExpression": "attribute_not_exists(write_id)"}
    return {"ConditionExpression": "write_id = :seen", "ExpressionAttributeValues": {":seen": now["write_id"]}}
