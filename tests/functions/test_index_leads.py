from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from functions import capture_lead, index_leads
from shared.domain.leads.person_keys import SAME_PERSON
from tests.aws import ENVIRONMENT, Aws
from tests.functions.admin_calls import erased
from tests.functions.calls import (
    CONTEXT,
    EMERGENCY,
    LEAD_ID,
    ROUTINE,
    URGENT,
    content,
    event,
    posting,
    stream_of,
    submission,
)
from tests.functions.conftest import Clock
from tests.functions.staff_calls import captured, indexed, listed, references, reported, searched, worked

pytestmark = pytest.mark.usefixtures("clock")
OTHER = "0b4f7c1e-6a52-4d0b-9a3e-5d1c2b7f8e91"
PERSON = {"name": "Mar\u00eda Jos\u00e9 L\u00f3pez-Garc\u00eda", "phone": "(312) 555-0147"}


def derived(aws: Aws) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = aws.dynamodb.scan(TableName=ENVIRONMENT["DERIVED_DATA"])["Items"]
    return sorted(found, key=lambda item: (item["id"]["S"], item["part"]["S"]))


def counts(aws: Aws) -> dict[str, int]:
    return {
        name: int(value["N"])
        for item in derived(aws)
        if item["id"]["S"].startswith(("day#", "open"))
        for name, value in item.items()
        if value.get("N", "0") != "0"
    }


def test_a_record_that_comes_twice_changes_nothing(aws: Aws) -> None:
    captured(URGENT)
    indexed(LEAD_ID)
    before = derived(aws)
    assert counts(aws)["tier|URGENT|leads"] == counts(aws)["untaken|URGENT"] == 1
    aws.wire.calls.clear()
    indexed(LEAD_ID, LEAD_ID)
    assert not aws.wire.writes()
    assert derived(aws) == before


@pytest.mark.parametrize("failure", ["down", "reply_lost"])
def test_a_failed_record_is_counted_once_when_it_comes_again(aws: Aws, failure: str) -> None:
    captured(URGENT)
    setattr(aws.wire, failure, {"dynamodb.TransactWriteItems"})
    index_leads.handler(stream_of(LEAD_ID), CONTEXT)
    aws.wire.down = set()
    indexed(LEAD_ID)
    assert counts(aws)["tier|URGENT|leads"] == counts(aws)["untaken|URGENT"] == 1


def test_a_record_that_fails_is_reported(aws: Aws, logs: Callable[[], str]) -> None:
    captured(URGENT)
    aws.wire.down = {"dynamodb.TransactWriteItems"}
    assert len(index_leads.handler(stream_of(LEAD_ID), CONTEXT)["batchItemFailures"]) == 1
    assert "counting failed" in logs()


def test_the_daily_run_counts_what_the_stream_lost(aws: Aws, clock: Clock) -> None:
    captured(URGENT)
    captured(EMERGENCY, lead_id=OTHER)
    clock.at += timedelta(days=1)
    assert index_leads.handler(event("retire_leads"), CONTEXT) == {"counted": 2}
    assert counts(aws)["untaken|URGENT"] == counts(aws)["untaken|EMERGENCY"] == 1


def test_the_list_says_how_many_wait_beyond_its_page(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.usecases.listing.PAGE_OF_LEADS", 1)
    leads = [f"00000000-0000-4000-8000-00000000000{number}" for number in range(4)]
    worked(captured(URGENT, lead_id=leads[0]), "acknowledge")
    for lead_id in leads[1:3]:
        captured(URGENT, lead_id=lead_id)
    captured(EMERGENCY, lead_id=leads[3])
    indexed(*leads)
    for view in ("open", "mine", "closed"):
        page = content(listed(view=view))
        assert (page["untaken"], page["open"]) == ({"EMERGENCY": 1, "URGENT": 2}, 4)
    aws.wire.down = {"dynamodb.GetItem"}
    assert content(listed())["untaken"] == {"EMERGENCY": 1}


@pytest.mark.parametrize(
    "text", ["lopez", "GARCIA", "Maria L\u00f3pez", "garcia jose", "555-0147", "5550147", "{first}", "{second}"]
)
def test_part_of_what_staff_know_finds_a_lead(text: str) -> None:
    reference = captured(URGENT, contact=PERSON)
    captured(URGENT, lead_id=OTHER, contact={"name": "Mario Lopes", "phone": "(312) 555-0148"})
    indexed(LEAD_ID, OTHER)
    first, second = reference.lower().split("-")
    answer = searched(text.format(first=first, second=second))
    assert references(answer) == [reference]
    assert content(answer)["leads"][0]["name"] == PERSON["name"]


@pytest.mark.parametrize("text", ["lop", "garcia miller", "555-01", "0147", "00000", "m"])
def test_too_little_or_something_else_finds_nothing(text: str) -> None:
    captured(URGENT, contact=PERSON)
    indexed(LEAD_ID)
    assert references(searched(text)) == []


def test_numbers_in_a_name_and_the_name_of_who_helped_are_found() -> None:
    ids = [LEAD_ID, OTHER]
    first, second = (
        captured(URGENT, lead_id=ids[i], contact=PERSON | {"name": f"Pat Doe {5 + i}", "helper_name": f"Kim{i} Roe"})
        for i in range(2)
    )
    indexed(*ids)
    assert [references(searched(text)) for text in ("pat doe 5", "Pat 6", "kim1")] == [[first], [second], [second]]
    assert set(references(searched("roe"))) == {first, second}


def test_a_search_that_finds_more_than_it_shows_says_so_and_shows_the_most_urgent(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.adapters.dynamodb.leads_table.KEYS_AT_ONCE", 20)
    ids = [str(uuid4()) for _ in range(SAME_PERSON + 1)]
    urgent = [str(uuid4()) for _ in range(4)]
    taken, closed, emergency, first = (
        captured(answers, lead_id=urgent[i], contact={"name": "Pat Roe", "phone": f"(312) 555-019{i}"})
        for i, answers in enumerate((EMERGENCY, EMERGENCY, EMERGENCY, URGENT))
    )
    worked(taken, "acknowledge")
    worked(closed, "close", reason="declined", text="A reason.")
    clock.at += timedelta(minutes=1)
    for number, lead_id in enumerate(ids):
        captured(
            ROUTINE, lead_id=lead_id, alerted=False, contact={"name": "Pat Doe", "phone": f"(312) 555-01{number:02}"}
        )
    indexed(*ids, *urgent)
    answer = searched("pat")
    assert (len(references(answer)), content(answer)["more"]) == (SAME_PERSON, True)
    assert references(answer)[:2] == [emergency, first]
    assert content(answer)["leads"][2]["tier"] == "ROUTINE"
    assert references(searched("roe")) == [emergency, first, taken, closed]
    assert content(searched("555-0101"))["more"] is False


def test_a_changed_name_is_found_and_the_former_is_not(aws: Aws) -> None:
    captured(URGENT, complete=False, contact={"name": "Ann Milller", "phone": "(312) 555-0147"})
    indexed(LEAD_ID)
    body = submission(URGENT, submission_id=LEAD_ID, contact={"name": "Ann Miller", "phone": "(312) 555-0147"})
    assert capture_lead.handler(posting("capture_lead", body), CONTEXT)["statusCode"] == 200
    indexed(LEAD_ID)
    assert (len(references(searched("miller"))), references(searched("milller"))) == (1, [])


def test_derived_data_names_nobody_and_forgets_an_erased_lead(aws: Aws) -> None:
    reference = captured(URGENT, contact=PERSON | {"email": "maria@example.com"})
    indexed(LEAD_ID)
    assert not any(
        part in str(derived(aws)).lower() for part in ("mar\u00eda", "maria", "lopez", "5550147", "example.com")
    )
    assert erased(reference)["statusCode"] == 200
    indexed(LEAD_ID)
    assert {item["id"]["S"] for item in derived(aws)} == {"day#2026-01-14", "open"}
    assert counts(aws)["tier|URGENT|leads"] == 1
    assert "untaken|URGENT" not in counts(aws)


def test_the_report_follows_the_work(clock: Clock) -> None:
    reference = captured(URGENT, attribution={"utm_source": "search", "utm_campaign": "spring"})
    clock.at += timedelta(minutes=7)
    worked(reference, "acknowledge")
    clock.at += timedelta(minutes=5)
    worked(reference, "contact_attempt", outcome="reached")
    indexed(LEAD_ID)
    clock.at += timedelta(hours=5)  # a report counts a deadline once its hour is over
    report = content(reported())
    [campaign] = report["campaigns"]
    assert (campaign["name"], campaign["called_in_time"]) == ("search / spring", 1)
    assert (report["total"]["minutes_to_acknowledgement"], report["total"]["minutes_to_call"]) == (7, 12)
    assert report["days"] == [{"day": "2026-01-14", "leads": 1, "booked": 0, "tiers": {"URGENT": 1}}]
