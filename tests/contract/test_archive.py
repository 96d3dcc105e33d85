"""Tests exports, erasure and retention on moto and on DynamoDB Local."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.adapters.dynamodb.leads_table import LeadsTable
from shared.domain.errors import InvalidInput, LeadChanged, StoreUnavailable, SubmissionConflict
from shared.domain.leads.erasure import erased
from shared.domain.leads.export import Period
from shared.domain.leads.lead import Lead
from shared.domain.leads.person_keys import id_of_key
from shared.domain.leads.rekeying import rekeyed
from shared.domain.leads.retention_stage import Stage, last_contact
from tests.functions.calls import NOT_A_FIT, URGENT
from tests.leads import RECEIVED, a_lead, varied

SOME_ID = UUID(int=7, version=4)  # pytest-xdist needs the same test names in each process
JANUARY = Period(datetime(2026, 1, 1, 6, tzinfo=UTC), datetime(2026, 2, 1, 6, tzinfo=UTC))
KEY = "a key of tests"
RETENTION_KEYS = ("retention_partition", "retention_since")


def acknowledged(lead: Lead) -> Lead:
    return varied(lead, version=lead.version + 1, status="closed", next_at=None)


def test_leads_are_in_order_of_arrival_and_continue_after_a_cursor(partitioned: LeadsTable) -> None:
    leads = [a_lead(at=RECEIVED + timedelta(days=days)) for days in (3, 0, 20, 1)]
    for lead in leads:
        partitioned.add(lead)
    arrived = list(partitioned.arrivals(JANUARY))
    assert [lead_id for lead_id, _ in arrived] == [leads[i].lead_id for i in (1, 3, 0)]
    for number, (_, cursor) in enumerate(arrived):
        assert list(partitioned.arrivals(JANUARY, cursor)) == arrived[number + 1 :]


def test_leads_of_the_same_millisecond_are_neither_missed_nor_repeated(partitioned: LeadsTable) -> None:
    for _ in range(7):
        partitioned.add(a_lead())
    seen: list[tuple[UUID, str]] = []
    while arrived := next(partitioned.arrivals(JANUARY, seen[-1][1] if seen else None), None):
        seen.append(arrived)
    assert len({lead_id for lead_id, _ in seen}) == len(seen) == 7


def test_a_period_may_span_several_months(partitioned: LeadsTable) -> None:
    leads = [a_lead(at=datetime(2025 + month // 12, month % 12 + 1, 28, tzinfo=UTC)) for month in (9, 10, 11, 12, 13)]
    for lead in leads:
        partitioned.add(lead)
    period = Period(datetime(2025, 11, 1, tzinfo=UTC), datetime(2026, 1, 28, 0, 0, 1, tzinfo=UTC))
    arrived = list(partitioned.arrivals(period))
    assert [lead_id for lead_id, _ in arrived] == [lead.lead_id for lead in leads[1:4]]
    assert list(partitioned.arrivals(period, arrived[1][1])) == arrived[2:]


def test_the_end_of_a_period_is_exclusive(partitioned: LeadsTable) -> None:
    last, next_day = (a_lead(at=JANUARY.until - before) for before in (timedelta(microseconds=1), timedelta()))
    for lead in (last, next_day):
        partitioned.add(lead)
    assert [lead_id for lead_id, _ in partitioned.arrivals(JANUARY)] == [last.lead_id]


@pytest.mark.parametrize(
    "cursor", ["", "x", f"1_{SOME_ID}", f"99999999999999_{SOME_ID}", f"1768406400000_{SOME_ID}x", "1768406400000_"]
)
def test_a_cursor_of_another_period_is_refused(table: LeadsTable, cursor: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        table.arrivals(JANUARY, cursor)
    assert [problem.pointer for problem in refused.value.problems] == ["/cursor"]


def test_a_cursor_works_after_its_lead_is_deleted(partitioned: LeadsTable) -> None:
    leads = [a_lead(at=RECEIVED + timedelta(minutes=minute)) for minute in range(3)]
    for lead in leads:
        partitioned.add(lead)
    middle = list(partitioned.arrivals(JANUARY))[1][1]
    partitioned.replace(leads[1], erased(leads[1], "s-1", RECEIVED, KEY))
    assert [lead_id for lead_id, _ in partitioned.arrivals(JANUARY, middle)] == [leads[2].lead_id]


def test_a_retention_stage_is_read_across_partitions_oldest_first(partitioned: LeadsTable) -> None:
    leads = [acknowledged(a_lead(at=RECEIVED + timedelta(days=days))) for days in range(6)]
    for lead in leads:
        partitioned.add(lead)
    due = list(partitioned.in_stage(Stage.ANSWERS, RECEIVED + timedelta(days=4)))
    assert due == [lead.lead_id for lead in leads[:5]]


def test_a_retention_stage_lists_due_leads_oldest_first(table: LeadsTable) -> None:
    leads = [acknowledged(a_lead(at=RECEIVED + timedelta(days=days))) for days in (2, 0, 1)]
    for lead in (*leads, a_lead(URGENT)):  # the URGENT lead has no owner, so it is in no retention stage
        table.add(lead)
    assert list(table.in_stage(Stage.ANSWERS, RECEIVED + timedelta(days=1))) == [leads[1].lead_id, leads[2].lead_id]
    assert list(table.in_stage(Stage.EVIDENCE, RECEIVED + timedelta(days=9))) == []


def test_a_lead_changes_retention_stage_with_its_state(partitioned: LeadsTable) -> None:
    lead = a_lead(URGENT)
    later = RECEIVED + timedelta(days=9)
    partitioned.add(lead)
    assert [list(partitioned.in_stage(stage, later)) for stage in Stage] == [[], [], [], []]
    closed = acknowledged(lead)
    partitioned.replace(lead, closed)
    assert list(partitioned.in_stage(Stage.ANSWERS, later)) == [lead.lead_id]
    left = erased(closed, "s-1", RECEIVED, KEY)
    partitioned.replace(closed, left)
    assert list(partitioned.in_stage(Stage.ANSWERS, later)) == []
    assert list(partitioned.in_stage(Stage.EVIDENCE, last_contact(closed))) == [lead.lead_id]


def test_leads_whose_contacts_a_former_key_has_hashed_are_found(partitioned: LeadsTable) -> None:
    leads = [a_lead() for _ in range(5)]
    for lead in leads:
        partitioned.add(lead)
    current, *former = leads
    fresh = id_of_key("a fresh key")
    partitioned.replace(current, rekeyed(current, "a fresh key"))
    assert set(partitioned.hashed_with_former_keys(fresh)) == {lead.lead_id for lead in former}
    partitioned.replace(former[0], erased(former[0], "s-1", RECEIVED, KEY))
    assert set(partitioned.hashed_with_former_keys(fresh)) == {lead.lead_id for lead in former[1:]}


def test_a_tombstone_is_read_back_and_is_not_a_lead(table: LeadsTable, client: Any, name: str) -> None:
    lead = a_lead(URGENT)
    table.add(lead)
    left = erased(lead, "s-1", RECEIVED, KEY)
    table.replace(lead, left)
    assert table.kept(lead.lead_id) == left
    assert table.get(lead.lead_id) is None
    assert table.id_of(lead.reference) == lead.lead_id, "a link to it says that it was erased"
    assert table.of_person(lead.submitted.phone_key, lead.submitted.email_key) == ()
    [item] = client.scan(TableName=name)["Items"]
    assert set(item) == {"lead_id", "reference", "version", "remainder", "write_id", *RETENTION_KEYS}


def test_an_erased_lead_cannot_be_added_again(table: LeadsTable) -> None:
    lead = a_lead(URGENT)
    table.add(lead)
    table.replace(lead, erased(lead, "s-1", RECEIVED, KEY))
    with pytest.raises(SubmissionConflict):
        table.add(lead)
    with pytest.raises(LeadChanged):
        table.replace(lead, acknowledged(lead))


def test_only_the_version_that_was_read_is_removed(table: LeadsTable) -> None:
    lead = a_lead(NOT_A_FIT)
    table.add(lead)
    table.replace(lead, acknowledged(lead))
    with pytest.raises(LeadChanged):
        table.remove(lead)
    table.remove(acknowledged(lead))
    assert table.kept(lead.lead_id) is None
    table.remove(acknowledged(lead))


def test_a_missing_table_is_unavailable(client: Any) -> None:
    table = LeadsTable(client, "no-such-table", 1)
    calls: list[Any] = [
        lambda: table.kept(uuid4()),
        lambda: table.remove(a_lead()),
        lambda: list(table.arrivals(JANUARY)),
        lambda: list(table.in_stage(Stage.ANSWERS, RECEIVED)),
        lambda: list(table.hashed_with_former_keys("")),
    ]
    for call in calls:
        with pytest.raises(StoreUnavailable):
            call()
