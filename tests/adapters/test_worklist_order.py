"""Tests the order of the worklist, with any number of index partitions."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any
from unittest.mock import patch
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from benchmarks.growth import NoCounts
from benchmarks.table_in_memory import TableInMemory
from dev import template
from shared.adapters.dynamodb.leads_table import LeadsTable
from shared.domain.leads.lead import Lead, reference_of
from shared.domain.leads.staff import CLINICIAN, Staff
from shared.domain.leads.worklist import WorklistQuery
from shared.usecases.listing import Listing, list_leads
from tests.functions.calls import EMERGENCY, PRIORITY, ROUTINE, URGENT
from tests.leads import RECEIVED, RULEBOOK, NoAccessLog, a_lead, varied

TIERS = RULEBOOK.rule_sets["fs-intake"].tiers
BASES = {lead.tier: lead for lead in map(a_lead, (EMERGENCY, URGENT, PRIORITY, ROUTINE))}
NURSE = Staff("n", "nurse", frozenset({CLINICIAN}))
TABLE = template.expand()["Resources"]["LeadsTable"]["Properties"]
CHICAGO = ZoneInfo("America/Chicago")


@dataclass(frozen=True, slots=True)
class State:
    """The values of a test lead that decide its position in the worklist.

    came: arrival, in minutes after RECEIVED
    due: deadline, in minutes after RECEIVED; None: no deadline
    """

    tier: str
    status: str
    came: int
    due: int | None

    def lead(self, number: int) -> Lead:
        lead_id = UUID(int=number)
        done = self.status == "closed"
        return varied(
            BASES[self.tier],
            lead_id=lead_id,
            reference=reference_of(lead_id),
            status=self.status,
            owner="" if self.status == "new" else NURSE.id,
            closed_at=RECEIVED + timedelta(minutes=self.came) if done else None,
            received_at=RECEIVED + timedelta(minutes=self.came),
            deadline=None if self.due is None else (RECEIVED + timedelta(minutes=self.due)).astimezone(CHICAGO),
            next_at=RECEIVED if self.status == "new" else None,
        )


STATES = st.builds(
    State,
    st.sampled_from(sorted(BASES)),
    st.sampled_from(["new", "acknowledged", "closed"]),
    came=st.integers(-3, 3),
    due=st.none() | st.integers(-1_000_000, 1_000_000) | st.integers(-2, 2),
)


def table_of(leads: list[Lead], partitions: int) -> tuple[LeadsTable, TableInMemory]:
    memory = TableInMemory(TABLE)
    table = LeadsTable(memory, "leads", partitions)  # type: ignore[arg-type]
    for lead in leads:
        table.add(lead)
    memory.forget()
    return table, memory


def listing(table: LeadsTable) -> Listing:
    return Listing(table, NoAccessLog(), NoCounts(), CHICAGO)


@contextmanager
def small_pages(size: int) -> Iterator[None]:
    """Limits each page, and each read of a partition, to `size` leads."""
    with (
        patch("shared.usecases.listing.PAGE_OF_LEADS", size),
        patch("shared.adapters.dynamodb.partitions.READ_AT_ONCE", size),
        patch("shared.adapters.dynamodb.partitions.UNEVEN", 1),
    ):
        yield


def pages(table: LeadsTable, view: str) -> list[list[str]]:
    found: list[list[str]] = []
    query: dict[str, Any] = {"view": view}
    while True:
        page = list_leads(WorklistQuery.model_validate(query), NURSE, listing(table), RECEIVED)
        found.append([summary.reference for summary in page.leads])
        if page.next_cursor is None:
            return found
        query["cursor"] = page.next_cursor


def place(lead: Lead) -> tuple[bool, int, float, datetime, UUID]:
    """Returns the expected sort key: unowned leads first, then by tier, deadline and arrival."""
    deadline = lead.escalation.deadline
    due = deadline.timestamp() if deadline else float("inf")
    taken = lead.work.status == "acknowledged"
    return taken, TIERS[lead.tier].rank, due, lead.assessment.received_at, lead.lead_id


@given(st.lists(STATES, max_size=25), st.integers(1, 7), st.integers(1, 9))
@example([State("ROUTINE", "new", 0, None), State("EMERGENCY", "acknowledged", 0, 0)], 3, 1)
def test_pages_are_in_order_without_duplicates_or_gaps(states: list[State], partitions: int, size: int) -> None:
    leads = [state.lead(number) for number, state in enumerate(states)]
    table, _ = table_of(leads, partitions)
    still_open = sorted((lead for lead in leads if lead.work.status != "closed"), key=place)
    mine = [lead for lead in still_open if lead.work.owner == NURSE.id]
    closed = sorted((lead for lead in leads if lead.work.status == "closed"), key=_done, reverse=True)
    with small_pages(size):
        for view, expected in (("open", still_open), ("mine", mine), ("closed", closed)):
            found = pages(table, view)
            assert list(chain.from_iterable(found)) == [lead.reference for lead in expected]
            assert all(len(page) == size for page in found[:-1])
        untaken = [lead for lead in still_open if lead.work.status == "new"]
        if untaken:
            assert pages(table, "open")[0][0] == min(untaken, key=place).reference


def _done(lead: Lead) -> tuple[datetime | None, UUID]:
    return lead.work.closed_at, lead.lead_id


@pytest.mark.parametrize("partitions", [1, 3, 62])
@pytest.mark.parametrize("tier", sorted(BASES))
def test_the_only_unowned_lead_of_a_thousand_is_first(partitions: int, tier: str) -> None:
    leads = [State("EMERGENCY", "acknowledged", -number, -number).lead(number) for number in range(999)]
    untaken = State(tier, "new", 0, 1_000_000).lead(999)
    table, memory = table_of([*leads, untaken], partitions)
    page = list_leads(WorklistQuery(), NURSE, listing(table), RECEIVED)
    assert [page.leads[0].reference, len(page.leads)] == [untaken.reference, 50]
    assert memory.requests == partitions + 1
    memory.forget()
    mine = list_leads(WorklistQuery(view="mine"), NURSE, listing(table), RECEIVED)
    assert (len(mine.leads), untaken.reference in {summary.reference for summary in mine.leads}) == (50, False)
    assert memory.requests == 2 * partitions + 1


def test_the_first_page_costs_the_same_with_ten_times_the_leads() -> None:
    def requests(count: int) -> int:
        states = (State("URGENT", "new" if number % 2 else "acknowledged", 0, number) for number in range(count))
        table, memory = table_of([state.lead(number) for number, state in enumerate(states)], 4)
        list_leads(WorklistQuery(), NURSE, listing(table), RECEIVED)
        return memory.requests

    assert requests(1_200) <= requests(120) + 4


def test_the_list_costs_about_the_same_with_1060_open_leads_as_with_60() -> None:
    def cost(count: int) -> tuple[int, int]:
        states = (State("URGENT", "new" if number % 2 else "acknowledged", 0, number) for number in range(count))
        table, memory = table_of([state.lead(number) for number, state in enumerate(states)], 1)
        calls = Counter[str]()

        def count_calls(_frame: object, kind: str, _argument: object) -> None:
            calls[kind] += 1

        sys.setprofile(count_calls)
        try:
            list_leads(WorklistQuery(), NURSE, listing(table), RECEIVED)
        finally:
            sys.setprofile(None)
        return memory.requests, calls.total()

    cost(1)
    (few_requests, few), (many_requests, many) = cost(60), cost(1_060)
    assert many_requests <= few_requests
    assert many <= 1.5 * few


def test_every_lead_is_found_after_partitions_are_added() -> None:
    memory = TableInMemory(TABLE)
    leads = [State("URGENT", "new", 0, number).lead(number) for number in range(40)]
    for lead in leads[:20]:
        LeadsTable(memory, "leads", 2).add(lead)  # type: ignore[arg-type]
    table = LeadsTable(memory, "leads", 5)  # type: ignore[arg-type]
    for lead in leads[20:]:
        table.add(lead)
    assert list(chain.from_iterable(pages(table, "open"))) == [lead.reference for lead in leads]
