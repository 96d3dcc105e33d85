"""Tests the computed capacity units against DynamoDB's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import boto3
import pytest

from benchmarks import growth
from benchmarks.capacity import indexes_of, read_units, write_units
from benchmarks.table_in_memory import TableInMemory
from dev import template
from shared.adapters.dynamodb.items import item_of
from shared.adapters.dynamodb.leads_table import LeadsTable
from shared.domain.leads.lead import Lead
from tests.aws import create_leads_table
from tests.functions.calls import NOT_A_FIT, URGENT
from tests.leads import RECEIVED, a_lead, varied

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("dynamodb")]

INDEXES = indexes_of(template.expand()["Resources"]["LeadsTable"]["Properties"])
LEAD = a_lead(URGENT)
TOLD = varied(LEAD, version=2, next_at=RECEIVED + timedelta(seconds=30))
TAKEN = varied(TOLD, version=3, status="acknowledged", next_at=None)
CLOSED = varied(TAKEN, version=4, status="closed", closed_at=RECEIVED)


@pytest.fixture
def table(dynamodb_local: str) -> tuple[Any, str]:
    client = boto3.client("dynamodb", endpoint_url=dynamodb_local)
    name = f"leads-{uuid4().hex}"
    create_leads_table(client, name)
    return client, name


@pytest.mark.parametrize(
    "states",
    [(None, LEAD), (LEAD, TOLD), (TOLD, TAKEN), (TAKEN, CLOSED), (None, a_lead(NOT_A_FIT))],
    ids=["new", "alerted", "acknowledged", "closed", "not a fit"],
)
def test_units_written_match_dynamodb(table: tuple[Any, str], states: tuple[Lead | None, Lead]) -> None:
    client, name = table
    before, after = (item_of(lead, growth.ONE) if lead else None for lead in states)
    if before:
        client.put_item(TableName=name, Item=before)
    answer = client.put_item(TableName=name, Item=after, ReturnConsumedCapacity="INDEXES")["ConsumedCapacity"]
    said = {"": answer["Table"]["CapacityUnits"]}
    said |= {index: units["CapacityUnits"] for index, units in answer.get("GlobalSecondaryIndexes", {}).items()}
    assert write_units(before, after, INDEXES) == {index: units for index, units in said.items() if units}


def test_units_read_match_dynamodb(table: tuple[Any, str]) -> None:
    client, name = table
    for lead in (LEAD, *(a_lead(NOT_A_FIT) for _ in range(3))):
        client.put_item(TableName=name, Item=item_of(lead, growth.ONE))
    got = client.get_item(
        TableName=name, Key={"lead_id": {"S": str(LEAD.lead_id)}}, ConsistentRead=True, ReturnConsumedCapacity="TOTAL"
    )
    assert read_units([got["Item"]], consistent=True) == got["ConsumedCapacity"]["CapacityUnits"]
    found = client.query(
        TableName=name,
        IndexName="worklist",
        KeyConditionExpression="worklist_partition = :partition",
        ExpressionAttributeValues={":partition": {"S": "closed-0"}},
        ReturnConsumedCapacity="TOTAL",
    )
    assert found["Count"] == 3
    assert read_units(found["Items"], consistent=False) == found["ConsumedCapacity"]["CapacityUnits"]


class Counting:
    """A DynamoDB client that adds up the consumed capacity."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.exceptions = client.exceptions
        self.forget()

    def forget(self) -> None:
        self.requests, self.units = 0, 0.0

    def put_item(self, **what: Any) -> Any:
        return self._count(self._client.put_item, what)

    def get_item(self, **what: Any) -> Any:
        return self._count(self._client.get_item, what)

    def query(self, **what: Any) -> Any:
        return self._count(self._client.query, what)

    def batch_get_item(self, **what: Any) -> Any:
        answer = self._client.batch_get_item(**what, ReturnConsumedCapacity="TOTAL")
        self.requests += 1
        self.units += sum(table["CapacityUnits"] for table in answer["ConsumedCapacity"])
        return answer

    def _count(self, call: Any, what: dict[str, Any]) -> Any:
        answer = call(**what, ReturnConsumedCapacity="TOTAL")
        self.requests += 1
        self.units += answer["ConsumedCapacity"]["CapacityUnits"] or 0.5
        return answer


def test_the_in_memory_table_counts_units_as_dynamodb_does(table: tuple[Any, str]) -> None:
    client, name = table
    memory = TableInMemory(template.expand()["Resources"]["LeadsTable"]["Properties"])
    items = list(growth.fill(160))
    memory.load(iter(items))
    for item in items:
        client.put_item(TableName=name, Item=item)
    counting = Counting(client)
    pairs = (growth.reads(LeadsTable(one, name, 1)) for one in (memory, counting))  # type: ignore[arg-type]
    for (what, in_memory), on_dynamodb in zip(next(pairs).items(), next(pairs).values(), strict=True):
        memory.forget()
        counting.forget()
        in_memory()
        on_dynamodb()
        assert (memory.requests, memory.units) == (counting.requests, counting.units), what
