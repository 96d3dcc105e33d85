"""Tests what the service needs from DynamoDB, on moto and on DynamoDB Local."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from shared.adapters.dynamodb import partitions
from shared.adapters.dynamodb.access_log import AccessLog
from shared.adapters.dynamodb.erasures import Erasures
from shared.adapters.dynamodb.items import DUE
from shared.adapters.dynamodb.leads_table import LeadsTable
from shared.domain.errors import LeadChanged, StoreUnavailable
from shared.domain.leads.erasure import Erasure
from shared.domain.leads.export import Period
from shared.domain.leads.lead_summary import LeadSummary, Listed
from shared.domain.leads.staff import Staff
from tests.aws import create_records
from tests.functions.calls import EMERGENCY, NOT_A_FIT, URGENT
from tests.leads import RECEIVED, a_lead, varied


def test_an_added_lead_is_read_back_unchanged(table: LeadsTable) -> None:
    lead = a_lead(URGENT, contact={"name": "\u5f20\u4f1f O'Brien \U0001f600", "email": "a@example.com"})
    assert table.add(lead) is None
    assert table.get(lead.lead_id) == lead


def test_an_unknown_lead_is_none(table: LeadsTable) -> None:
    assert table.get(uuid4()) is None


def test_adding_a_taken_id_returns_the_stored_lead_unchanged(table: LeadsTable) -> None:
    first = a_lead()
    second = a_lead(URGENT, lead_id=first.lead_id)
    table.add(first)
    assert table.add(second) == first
    assert table.get(first.lead_id) == first


def test_of_many_concurrent_adds_one_succeeds(table: LeadsTable) -> None:
    lead = a_lead()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: table.add(lead), range(16)))
    assert answers.count(None) == 1
    assert all(answer in (None, lead) for answer in answers)


def test_replace_succeeds_for_the_version_that_was_read(table: LeadsTable) -> None:
    lead = a_lead(URGENT)
    table.add(lead)
    claimed = lead.claimed(1, RECEIVED)
    table.replace(lead, claimed)
    assert table.get(lead.lead_id) == claimed


def test_replace_fails_for_any_other_version(table: LeadsTable) -> None:
    lead = a_lead(URGENT)
    table.add(lead)
    table.replace(lead, lead.claimed(1, RECEIVED))
    with pytest.raises(LeadChanged):
        table.replace(lead, lead.claimed(1, RECEIVED + timedelta(seconds=1)))
    assert table.get(lead.lead_id) == lead.claimed(1, RECEIVED)


def test_an_equal_change_by_somebody_else_is_not_mistaken_for_ours(table: LeadsTable) -> None:
    lead = a_lead(URGENT)
    table.add(lead)
    table.replace(lead, lead.claimed(1, RECEIVED))
    with pytest.raises(LeadChanged):
        table.replace(lead, lead.claimed(1, RECEIVED))


def test_replace_does_not_bring_a_deleted_lead_back(table: LeadsTable) -> None:
    lead = a_lead(URGENT)
    with pytest.raises(LeadChanged):
        table.replace(lead, lead.claimed(1, RECEIVED))
    assert table.get(lead.lead_id) is None


def test_of_many_concurrent_replaces_one_succeeds(table: LeadsTable) -> None:
    lead = a_lead(URGENT)
    table.add(lead)

    def claim(_: int) -> bool:
        try:
            table.replace(lead, lead.claimed(1, RECEIVED))
        except LeadChanged:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(claim, range(16))) == 1


def test_a_write_that_the_sdk_retries_after_a_lost_reply_succeeds(table: LeadsTable, client: Any) -> None:
    lead = a_lead(URGENT)
    table.add(lead)
    once: list[Any] = []

    def send_twice(params: dict[str, Any], **_: Any) -> None:
        if not once:
            once.append(params)
            client.meta.events.unregister("provide-client-params.dynamodb.PutItem", send_twice)
            client.put_item(**params)

    client.meta.events.register("provide-client-params.dynamodb.PutItem", send_twice)
    table.replace(lead, lead.claimed(1, RECEIVED))
    assert once
    assert table.get(lead.lead_id) == lead.claimed(1, RECEIVED)


def test_due_leads_are_ordered_longest_due_first(table: LeadsTable) -> None:
    leads = [a_lead(URGENT, at=RECEIVED + timedelta(microseconds=offset)) for offset in (3_000_000, 1_000_000, 2_500)]
    for lead in leads:
        table.add(lead)
    due = list(table.due(RECEIVED + timedelta(seconds=3)))
    assert due == [leads[2].lead_id, leads[1].lead_id, leads[0].lead_id]


def test_a_lead_is_due_at_its_time_and_not_before(table: LeadsTable) -> None:
    lead = a_lead(URGENT)
    table.add(lead)
    assert list(table.due(RECEIVED - timedelta(milliseconds=1))) == []
    assert list(table.due(RECEIVED)) == [lead.lead_id]


def test_times_of_any_zone_are_compared_as_instants(table: LeadsTable) -> None:
    lead = a_lead(URGENT)
    table.add(lead)
    chicago = RECEIVED.astimezone(ZoneInfo("America/Chicago"))
    assert list(table.due(chicago)) == [lead.lead_id]


def test_a_lead_is_no_longer_due_when_its_time_is_moved(table: LeadsTable) -> None:
    lead = a_lead(URGENT)
    table.add(lead)
    claimed = lead.claimed(1, RECEIVED)
    table.replace(lead, claimed)
    assert list(table.due(RECEIVED)) == []
    assert list(table.due(RECEIVED + timedelta(seconds=30))) == [lead.lead_id]


def test_the_due_index_has_keys_only_of_leads_that_need_an_alert(table: LeadsTable, client: Any, name: str) -> None:
    open_lead = a_lead(EMERGENCY)
    for lead in (open_lead, a_lead(NOT_A_FIT)):
        table.add(lead)
    [item] = client.scan(TableName=name, IndexName=DUE.name)["Items"]
    assert item["lead_id"]["S"] == str(open_lead.lead_id)
    assert set(item) == {"lead_id", "due_partition", "next_at"}


def test_a_lead_without_a_next_alert_leaves_the_due_index(table: LeadsTable, client: Any, name: str) -> None:
    lead = a_lead(URGENT)
    table.add(lead)
    table.replace(lead, varied(lead, version=2, next_at=None))
    assert client.scan(TableName=name, IndexName=DUE.name)["Items"] == []


def test_every_partition_is_read_and_red_flags_have_their_own(client: Any, name: str) -> None:
    table = LeadsTable(client, name, 5)
    leads = {UUID(int=number) for number in range(40)}
    for lead_id in leads:
        table.add(a_lead(URGENT, lead_id=lead_id))
    items = client.scan(TableName=name, IndexName=DUE.name)["Items"]
    assert {item["due_partition"]["S"] for item in items} == {f"red-{number}" for number in range(5)}
    assert set(table.due(RECEIVED)) == leads


def test_due_leads_are_ordered_red_flags_first_then_longest_due(partitioned: LeadsTable) -> None:
    leads = [
        varied(a_lead(URGENT, at=RECEIVED - timedelta(minutes=number)), red_flag=number % 3 == 0) for number in range(9)
    ]
    for lead in leads:
        partitioned.add(lead)
    longest_due = sorted(
        leads, key=lambda lead: (not lead.assessment.red_flag, lead.escalation.next_at or lead.escalation.started_at)
    )
    assert list(partitioned.due(RECEIVED)) == [lead.lead_id for lead in longest_due]


def test_due_leads_are_read_beyond_the_first_page(partitioned: LeadsTable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partitions, "READ_AT_ONCE", 3)
    monkeypatch.setattr(partitions, "UNEVEN", 1)
    for _ in range(20):
        partitioned.add(a_lead(URGENT))
    assert len(set(partitioned.due(RECEIVED))) == 20


def test_a_missing_table_is_unavailable_for_every_call(client: Any) -> None:
    table = LeadsTable(client, "no-such-table", 1)
    lead = a_lead(URGENT)
    calls: list[Any] = [
        lambda: table.add(lead),
        lambda: table.get(lead.lead_id),
        lambda: table.replace(lead, lead.claimed(1, RECEIVED)),
        lambda: list(table.due(RECEIVED)),
        lambda: list(table.open_leads()),
        lambda: list(table.closed_leads()),
        lambda: table.id_of(lead.reference),
        lambda: table.of_person("a", "b"),
        lambda: table.names([lead.lead_id]),
        lambda: AccessLog(client, "no-such-table").add_page([], Staff("", "", frozenset()), RECEIVED),
        lambda: Erasures(client, "no-such-table").add(Erasure(lead.lead_id, "", RECEIVED)),
        lambda: list(Erasures(client, "no-such-table").all()),
        lambda: AccessLog(client, "no-such-table").add(lead.lead_id, Staff("", "", frozenset()), "", RECEIVED),
    ]
    for call in calls:
        with pytest.raises(StoreUnavailable):
            call()


def test_only_the_lead_attribute_of_an_item_has_personal_data(table: LeadsTable, client: Any, name: str) -> None:
    table.add(a_lead(URGENT))
    [item] = client.scan(TableName=name)["Items"]
    lead = table.get(UUID(item["lead_id"]["S"]))
    assert lead is not None
    personal = [
        value
        for value in (lead.submitted.contact.name, lead.submitted.contact.phone, lead.submitted.contact.email)
        if value
    ]
    assert personal
    assert not any(value in str(item | {"lead": ""}) for value in personal)


def listed(leads: Iterable[Listed]) -> list[str]:
    return [lead.summary.reference for lead in leads]


def test_open_leads_continue_after_a_cursor_by_nearest_deadline(partitioned: LeadsTable) -> None:
    leads = [a_lead(URGENT, at=RECEIVED + timedelta(minutes=minutes)) for minutes in (3, 1, 2, 0)]
    for lead in leads:
        partitioned.add(lead)
    found = list(partitioned.open_leads())
    assert [lead.summary for lead in found] == [LeadSummary.of(leads[i]) for i in (3, 1, 2, 0)]
    for number, (_, cursor, _) in enumerate(found):
        assert list(partitioned.open_leads(cursor)) == found[number + 1 :]


def test_unowned_leads_come_first_whatever_tier_and_deadline(partitioned: LeadsTable) -> None:
    urgent, emergency = a_lead(URGENT), a_lead(EMERGENCY, at=RECEIVED + timedelta(days=9))
    taken = varied(a_lead(EMERGENCY), status="acknowledged", next_at=None)
    for lead in (urgent, taken, emergency):
        partitioned.add(lead)
    assert listed(partitioned.open_leads()) == [emergency.reference, urgent.reference, taken.reference]
    assert listed(partitioned.taken_leads()) == [taken.reference]


def test_closed_leads_are_ordered_latest_first_across_months(partitioned: LeadsTable) -> None:
    leads = [varied(a_lead(URGENT), status="closed", closed_at=RECEIVED + timedelta(days=20 * n)) for n in range(5)]
    for lead in leads:
        partitioned.add(lead)
    found = list(partitioned.closed_leads())
    assert listed(found) == [lead.reference for lead in reversed(leads)]
    for number, (_, cursor, _) in enumerate(found):
        assert list(partitioned.closed_leads(cursor)) == found[number + 1 :]


def test_a_lead_changes_lists_with_its_state(table: LeadsTable) -> None:
    lead = a_lead(URGENT)
    table.add(lead)
    done = varied(lead, version=2, status="booked", closed_at=RECEIVED, next_at=None)
    table.replace(lead, done)
    assert listed(table.open_leads()) == []
    assert listed(table.closed_leads()) == [done.reference]


def test_a_lead_is_found_by_its_reference(table: LeadsTable) -> None:
    lead = a_lead(URGENT)
    table.add(lead)
    assert table.id_of(lead.reference) == lead.lead_id
    assert table.id_of("00000-00000") is None


def test_a_persons_leads_are_found_by_phone_or_email_key_only(table: LeadsTable) -> None:
    phone, email = {"phone": "(312) 555-0147"}, {"email": "a@example.com"}
    leads = [
        a_lead(URGENT, at=RECEIVED + timedelta(minutes=number), contact=contact)
        for number, contact in enumerate([phone, email, phone | email])
    ]
    for lead in leads:
        table.add(lead)
    both = leads[2]
    assert [found.reference for _, found in table.of_person(both.submitted.phone_key, both.submitted.email_key)] == [
        lead.reference for lead in reversed(leads)
    ]
    assert [found.reference for _, found in table.of_person(leads[0].submitted.phone_key, "")] == [
        both.reference,
        leads[0].reference,
    ]
    assert table.of_person("", "") == ()
    assert [(lead_id, summary.reference) for lead_id, summary in table.of_number(both.submitted.phone_key)] == [
        (both.lead_id, both.reference),
        (leads[0].lead_id, leads[0].reference),
    ]


def test_names_are_read_from_the_leads_alone(table: LeadsTable) -> None:
    named, nameless = a_lead(URGENT, contact={"name": "Zo\u00eb M.", "phone": "(312) 555-0147"}), a_lead(URGENT)
    nameless = varied(nameless, contact=varied(nameless.submitted.contact, name=None))
    for lead in (named, nameless):
        table.add(lead)
    assert table.names([named.lead_id, nameless.lead_id, uuid4()]) == {named.lead_id: "Zo\u00eb M."}


def test_a_page_of_names_is_one_access_within_the_hour(client: Any) -> None:
    name = f"accesses-{uuid4().hex}"
    create_records(client, "AccessLog", name)
    log, nurse, desk = AccessLog(client, name), Staff("n", "nurse", frozenset()), Staff("d", "desk", frozenset())
    for minutes in (0, 15, 59):
        log.add_page(["AAAAA-AAAAA", "BBBBB-BBBBB"], nurse, RECEIVED + timedelta(minutes=minutes))
    log.add_page(["AAAAA-AAAAA"], nurse, RECEIVED)
    log.add_page(["AAAAA-AAAAA"], desk, RECEIVED)
    log.add_page(["AAAAA-AAAAA"], nurse, RECEIVED + timedelta(hours=1))
    found = sorted((item["staff_name"]["S"], item["references"]["S"]) for item in client.scan(TableName=name)["Items"])
    assert found == [
        ("desk", "AAAAA-AAAAA"),
        ("nurse", "AAAAA-AAAAA"),
        ("nurse", "AAAAA-AAAAA"),
        ("nurse", "AAAAA-AAAAA BBBBB-BBBBB"),
    ]


def test_access_log_entries_are_added_and_never_replaced(client: Any) -> None:
    name = f"accesses-{uuid4().hex}"
    create_records(client, "AccessLog", name)
    log, lead_id = AccessLog(client, name), uuid4()
    for _ in range(3):
        log.add(lead_id, Staff("an-id", "nurse", frozenset()), "opened", RECEIVED)
    items = client.scan(TableName=name)["Items"]
    assert len(items) == 3
    assert {item["staff_id"]["S"] for item in items} == {"an-id"}


def test_access_log_entries_are_listed_latest_first_from_any_cursor(client: Any) -> None:
    name = f"accesses-{uuid4().hex}"
    create_records(client, "AccessLog", name)
    log, nurse = AccessLog(client, name), Staff("an-id", "nurse", frozenset())
    times = [RECEIVED + timedelta(minutes=minutes) for minutes in (0, 1, 2, 90, 24 * 60)]
    for at in times:
        log.add(uuid4(), nurse, "opened", at)
        log.add_page([f"AAAAA-{at:%d%H%M}"], nurse, at)
    period = Period(RECEIVED, RECEIVED + timedelta(days=2))
    with patch.object(client, "query", partial(client.query, Limit=1)):
        found = list(log.between(period, None))
        assert [access.at for access, _ in found] == [at for at in reversed(times) for _ in range(2)]
        for number, (_, cursor) in enumerate(found, start=1):
            assert list(log.between(period, cursor)) == found[number:]


def test_erasures_are_listed_until_they_expire(client: Any) -> None:
    name = f"erasures-{uuid4().hex}"
    create_records(client, "Erasures", name)
    asked = {Erasure(uuid4(), "an-id", RECEIVED + timedelta(microseconds=number)) for number in range(3)}
    erasures = Erasures(client, name)
    for erasure in (*asked, *asked):
        erasures.add(erasure)
    assert len(client.scan(TableName=name)["Items"]) == 3
    assert set(erasures.all()) == asked
    with patch.object(client, "query", partial(client.query, Limit=1)):
        assert set(erasures.all()) == asked


def test_every_lead_is_on_exactly_one_list(partitioned: LeadsTable) -> None:
    leads = [a_lead(URGENT) for _ in range(7)]
    closed = [varied(lead, version=2, status="closed", closed_at=RECEIVED) for lead in leads[:4]]
    for lead in leads:
        partitioned.add(lead)
    for before, after in zip(leads, closed, strict=False):
        partitioned.replace(before, after)
    for found, expected in ((partitioned.open_leads(), leads[4:]), (partitioned.closed_leads(), leads[:4])):
        assert sorted(listed(found)) == sorted(lead.reference for lead in expected)
