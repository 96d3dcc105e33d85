"""What exporting, erasing and retiring rely on in DynamoDB: on moto and on AWS's DynamoDB Local."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.adapters.dynamodb import LeadsTable
from shared.domain.errors import LeadChanged, StoreUnavailable, SubmissionConflict
from shared.domain.leads.erasure import erased, last_contact
from shared.domain.leads.export import ExportCursor, Period
from shared.domain.leads.lead import Lead
from shared.domain.leads.retention import Stage
from tests.functions.calls import NOT_A_FIT, URGENT
from tests.leads import RECEIVED, a_lead, varied

JANUARY = Period(datetime(2026, 1, 1, 6, tzinfo=UTC), datetime(2026, 2, 1, 6, tzinfo=UTC))
KEY = "a key of tests"


def taken(lead: Lead) -> Lead:
    return varied(lead, version=lead.version + 1, status="closed", next_at=None)


def test_leads_come_in_the_order_of_arrival_and_after_a_mark(sharded: LeadsTable) -> None:
    leads = [a_lead(at=RECEIVED + timedelta(days=days)) for days in (3, 0, 20, 1)]
    for lead in leads:
        sharded.add(lead)
    marks = list(sharded.arrivals(JANUARY, None))
    assert [mark.lead_id for mark in marks] == [leads[i].lead_id for i in (1, 3, 0)]  # the last came in February
    for number, mark in enumerate(marks):
        assert list(sharded.arrivals(JANUARY, ExportCursor.parse(str(mark)))) == marks[number + 1 :]


def test_leads_of_the_same_millisecond_are_neither_missed_nor_repeated(sharded: LeadsTable) -> None:
    for _ in range(7):
        sharded.add(a_lead())
    seen: list[ExportCursor] = []
    while mark := next(iter(sharded.arrivals(JANUARY, seen[-1] if seen else None)), None):
        seen.append(mark)
    assert len({mark.lead_id for mark in seen}) == len(seen) == 7


def test_a_period_goes_over_several_months(sharded: LeadsTable) -> None:
    leads = [a_lead(at=datetime(2025 + month // 12, month % 12 + 1, 28, tzinfo=UTC)) for month in (9, 10, 11, 12, 13)]
    for lead in leads:
        sharded.add(lead)
    period = Period(datetime(2025, 11, 1, tzinfo=UTC), datetime(2026, 1, 28, 0, 0, 1, tzinfo=UTC))
    marks = list(sharded.arrivals(period, None))
    assert [mark.lead_id for mark in marks] == [lead.lead_id for lead in leads[1:4]]
    assert list(sharded.arrivals(period, marks[1])) == marks[2:]


def test_a_mark_whose_lead_is_gone_still_leads_on(sharded: LeadsTable) -> None:
    leads = [a_lead(at=RECEIVED + timedelta(minutes=minute)) for minute in range(3)]
    for lead in leads:
        sharded.add(lead)
    middle = ExportCursor(leads[1].assessment.received_at, leads[1].lead_id)
    sharded.replace(leads[1], erased(leads[1], "s-1", RECEIVED, KEY))
    assert [mark.lead_id for mark in sharded.arrivals(JANUARY, middle)] == [leads[2].lead_id]


def test_a_stage_is_read_over_all_shards(sharded: LeadsTable) -> None:
    leads = [taken(a_lead(at=RECEIVED + timedelta(days=days))) for days in range(6)]
    for lead in leads:
        sharded.add(lead)
    due = list(sharded.in_stage(Stage.ANSWERS, RECEIVED + timedelta(days=4)))
    assert sorted(due) == sorted(lead.lead_id for lead in leads[:5])


def test_a_stage_holds_what_is_due_the_oldest_first(table: LeadsTable) -> None:
    leads = [taken(a_lead(at=RECEIVED + timedelta(days=days))) for days in (2, 0, 1)]
    for lead in (*leads, a_lead(URGENT)):  # nobody has taken the last one
        table.add(lead)
    assert list(table.in_stage(Stage.ANSWERS, RECEIVED + timedelta(days=1))) == [leads[1].lead_id, leads[2].lead_id]
    assert list(table.in_stage(Stage.EVIDENCE, RECEIVED + timedelta(days=9))) == []


def test_a_lead_changes_stages_with_its_state(sharded: LeadsTable) -> None:
    lead = a_lead(URGENT)
    later = RECEIVED + timedelta(days=9)
    sharded.add(lead)
    assert [list(sharded.in_stage(stage, later)) for stage in Stage] == [[], [], [], []]
    closed = taken(lead)
    sharded.replace(lead, closed)
    assert list(sharded.in_stage(Stage.ANSWERS, later)) == [lead.lead_id]
    left = erased(closed, "s-1", RECEIVED, KEY)
    sharded.replace(closed, left)
    assert list(sharded.in_stage(Stage.ANSWERS, later)) == []
    assert list(sharded.in_stage(Stage.EVIDENCE, last_contact(closed))) == [lead.lead_id]


def test_what_is_left_is_read_back_and_is_no_lead(table: LeadsTable, client: Any, name: str) -> None:
    lead = a_lead(URGENT)
    table.add(lead)
    left = erased(lead, "s-1", RECEIVED, KEY)
    table.replace(lead, left)
    assert table.kept(lead.lead_id) == left
    assert table.get(lead.lead_id) is None
    assert table.id_of(lead.reference) is None
    assert table.of_person(lead.submitted.phone_key, lead.submitted.email_key) == ()
    [item] = client.scan(TableName=name)["Items"]
    assert set(item) == {"lead_id", "version", "remainder", "write_id", "retention_stage", "retention_since"}


def test_what_was_erased_is_not_added_again(table: LeadsTable) -> None:
    lead = a_lead(URGENT)
    table.add(lead)
    table.replace(lead, erased(lead, "s-1", RECEIVED, KEY))
    with pytest.raises(SubmissionConflict):
        table.add(lead)
    with pytest.raises(LeadChanged):
        table.replace(lead, taken(lead))


def test_the_version_that_was_read_is_removed_and_no_other(table: LeadsTable) -> None:
    lead = a_lead(NOT_A_FIT)
    table.add(lead)
    table.replace(lead, taken(lead))
    with pytest.raises(LeadChanged):
        table.remove(lead)
    table.remove(taken(lead))
    assert table.kept(lead.lead_id) is None
    table.remove(taken(lead))  # the SDK's retry meets its own first deletion


def test_a_table_that_is_not_there_is_unavailable(client: Any) -> None:
    table = LeadsTable(client, "no-such-table", 1)
    calls: list[Any] = [
        lambda: table.kept(uuid4()),
        lambda: table.remove(a_lead()),
        lambda: list(table.arrivals(JANUARY, None)),
        lambda: list(table.in_stage(Stage.ANSWERS, RECEIVED)),
    ]
    for call in calls:
        with pytest.raises(StoreUnavailable):
            call()
