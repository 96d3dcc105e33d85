from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID

import pytest

from functions import list_leads
from tests.aws import Aws
from tests.functions.calls import (
    CONTEXT,
    EMERGENCY,
    LEAD_ID,
    NOT_A_FIT,
    PRIORITY,
    ROUTINE,
    URGENT,
    content,
    event,
    pointers,
)
from tests.functions.conftest import Clock
from tests.functions.staff_calls import IDS, captured, indexed, listed, references, worked

pytestmark = pytest.mark.usefixtures("clock")


def lead_id(number: int) -> str:
    return str(UUID(int=number))


def test_open_leads_are_ordered_by_tier_and_deadline() -> None:
    urgent, emergency, routine, priority = (
        captured(answers, lead_id(number)) for number, answers in enumerate([URGENT, EMERGENCY, ROUTINE, PRIORITY])
    )
    page = content(listed())
    assert [lead["reference"] for lead in page["leads"]] == [emergency, urgent, priority, routine]
    assert (page["cursor"], page["now"]) == (None, "2026-01-14T16:00:00+00:00")


def test_a_row_names_the_person_and_says_nothing_else_about_them(aws: Aws) -> None:
    captured(URGENT)
    [lead] = content(listed())["leads"]
    assert (lead.pop("name"), lead.pop("did")) == ("Jordan Example", [])
    assert set(lead) == {
        "acknowledged_at",
        "attempts",
        "booked_for",
        "closed_at",
        "closed_reason",
        "contact_revoked",
        "complete",
        "deadline",
        "handed_by",
        "language",
        "next_action",
        "next_due",
        "owner",
        "owner_name",
        "questionnaire",
        "sent_more",
        "source",
        "received_at",
        "reference",
        "status",
        "suspect",
        "tags",
        "tier",
        "version",
    }
    stored = aws.leads()[0]
    personal = [value for value in stored["contact"].values() if value]
    assert personal
    assert not any(value in json.dumps(lead) for value in personal)


def test_an_owned_lead_comes_after_all_unowned_ones() -> None:
    emergency, routine = captured(EMERGENCY, lead_id(1)), captured(ROUTINE, lead_id(2))
    assert references(listed()) == [emergency, routine]
    worked(emergency, "acknowledge")
    assert references(listed()) == [routine, emergency]
    worked(emergency, "reopen")
    assert references(listed()) == [emergency, routine]


def test_a_raised_tier_moves_a_lead_up() -> None:
    priority, routine = captured(PRIORITY, lead_id(1)), captured(ROUTINE, lead_id(2))
    worked(routine, "raise_tier", tier="EMERGENCY")
    assert references(listed()) == [routine, priority]


def test_a_lead_that_needs_no_work_is_listed_as_closed() -> None:
    not_a_fit = captured(NOT_A_FIT, lead_id(1))
    closed = captured(URGENT, lead_id(2))
    worked(closed, "close", reason="spam", text="A test.")
    assert references(listed()) == []
    assert set(references(listed(view="closed"))) == {not_a_fit, closed}


def test_closed_leads_are_ordered_latest_first_across_months(clock: Clock) -> None:
    done = []
    for number in range(4):
        reference = captured(URGENT, lead_id(number))
        worked(reference, "book")
        done.append(reference)
        clock.at += timedelta(days=20)
    assert references(listed(view="closed")) == done[::-1]


def test_the_filter_mine_lists_the_members_own_leads() -> None:
    mine, theirs = captured(URGENT, lead_id(1)), captured(URGENT, lead_id(2))
    captured(URGENT, lead_id(3))
    worked(mine, "acknowledge", "nurse")
    worked(theirs, "acknowledge", "desk")
    assert references(listed(view="mine")) == [mine]
    assert references(listed("desk", view="mine")) == [theirs]


def test_the_access_log_has_one_entry_for_each_page(aws: Aws, clock: Clock) -> None:
    leads = {captured(URGENT, lead_id(number)) for number in range(3)}
    for _ in range(4):
        listed()
        clock.at += timedelta(seconds=15)
    [entry] = aws.accesses()
    assert (entry["staff_name"], entry["what"], set(entry["references"].split())) == ("nurse", "listed", leads)
    listed("desk")
    captured(EMERGENCY, lead_id(3))
    listed()
    assert len(aws.accesses()) == 3


@pytest.mark.parametrize("down", ["dynamodb.PutItem", "dynamodb.BatchGetItem"])
def test_names_that_cannot_be_read_or_logged_leave_a_list_without_names(aws: Aws, down: str) -> None:
    reference = captured(EMERGENCY)
    aws.wire.down = {down}
    [lead] = content(listed())["leads"]
    assert (lead["reference"], lead["name"]) == (reference, "")


def test_the_filter_untaken_reads_no_further_than_the_first_owned_lead(aws: Aws) -> None:
    taken, untaken = captured(URGENT, lead_id(1)), captured(ROUTINE, lead_id(2))
    worked(taken, "acknowledge")
    assert references(listed(untaken="true")) == [untaken]
    assert content(listed(untaken="true"))["cursor"] is None


def test_the_filter_overdue_lists_whom_nobody_called_in_time(clock: Clock) -> None:
    called, late, routine = (captured(answers, lead_id(n)) for n, answers in enumerate([EMERGENCY, EMERGENCY, ROUTINE]))
    assert references(listed(overdue="true")) == []
    worked(called, "acknowledge")
    worked(called, "contact_attempt", outcome="reached")
    clock.at += timedelta(minutes=16)
    assert references(listed(overdue="true")) == [late]
    assert references(listed()) == [late, routine, called]


def test_filters_by_what_the_visitor_sent() -> None:
    english, unfinished = captured(URGENT, lead_id(1)), captured(URGENT, lead_id(2), complete=False)
    assert references(listed(unfinished="true")) == [unfinished]
    assert references(listed(unfinished="false")) == [english]
    assert set(references(listed(source="form"))) == {english, unfinished}
    assert references(listed(source="google-ads")) == []
    assert set(references(listed(questionnaire="fs-intake", language="en"))) == {english, unfinished}
    assert references(listed(language="es")) == []
    assert references(listed(questionnaire="knee-intake")) == []


def test_filters() -> None:
    urgent = captured(URGENT, lead_id(1))
    suspect = captured(ROUTINE, lead_id(2), website="https://spam.example")
    assert references(listed(tier="URGENT")) == [urgent]
    assert references(listed(suspect="true")) == [suspect]
    assert references(listed(suspect="false")) == [urgent]
    assert references(listed(tier="NO_SUCH")) == []


def test_all_pages_together_have_every_lead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.usecases.listing.PAGE_OF_LEADS", 3)
    sent = {captured(URGENT, lead_id(number), alerted=False) for number in range(8)}
    seen: list[str] = []
    query: dict[str, str] = {}
    for _ in range(5):
        page = content(listed(**query))
        seen += [lead["reference"] for lead in page["leads"]]
        if page["cursor"] is None:
            break
        query = {"cursor": page["cursor"]}
    assert (len(seen), set(seen)) == (8, sent)


PLACE = f"2026-01-14T16:00:00.000+00:00#{LEAD_ID}"
OPEN_PLACE = f"2026-01-14T20:00:00.000+00:00#{PLACE}"
CURSORS = {
    "open": f"open_0-01#{OPEN_PLACE}",
    "mine": f"taken_1-01#{OPEN_PLACE}",
    "closed": f"closed_{PLACE}",
    "export": f"1768406400000_{LEAD_ID}",
}


@pytest.mark.parametrize("view", ["open", "mine", "closed"])
def test_a_cursor_is_valid_only_for_its_own_view(view: str) -> None:
    for of_view, cursor in CURSORS.items():
        answer = listed(view=view, cursor=cursor)
        assert answer["statusCode"] == (200 if view == of_view else 422), cursor
        assert view == of_view or pointers(answer) == ["/cursor"]


@pytest.mark.parametrize("view", ["open", "mine", "closed"])
@pytest.mark.parametrize(
    "cursor",
    [
        "canaryvalue",
        "open",
        "open_",
        "open_0",
        "closed_~",
        "open-0__",
        f"open_2-01#{OPEN_PLACE}",
        f"open_0-1#{OPEN_PLACE}",
        f"taken_0-01#{OPEN_PLACE}",
        f"open_0-01#{PLACE}",
        f"closed_{OPEN_PLACE}",
        f"closed_{PLACE} ",
        f"closed_{PLACE.upper()}",
        f"closed_{PLACE.replace('00:00', '01:00')}",
        "_" * 5,
    ],
)
def test_a_malformed_cursor_is_refused(view: str, cursor: str) -> None:
    answer = listed(view=view, cursor=cursor)
    assert (answer["statusCode"], pointers(answer)) == (422, ["/cursor"])
    assert "canaryvalue" not in answer["body"]


@pytest.mark.parametrize("query", [{"view": "all"}, {"suspect": "perhaps"}, {"order": "name"}])
def test_an_unknown_query_parameter_is_refused(query: dict[str, str]) -> None:
    assert listed(**query)["statusCode"] == 422


def test_the_cost_is_proportional_to_the_leads_read(aws: Aws) -> None:
    for number in range(5):
        worked(captured(URGENT, lead_id(number)), "book")
    captured(URGENT, LEAD_ID)
    aws.wire.calls.clear()
    listed()
    assert aws.wire.calls == ["dynamodb.Query", "dynamodb.GetItem", "dynamodb.PutItem", "dynamodb.BatchGetItem"]


@pytest.mark.parametrize(("who", "status"), [("desk", 200), ("admin", 200), ("guest", 403)])
def test_which_groups_may_list_leads(who: str, status: int) -> None:
    assert listed(who)["statusCode"] == status


def test_without_a_sign_in_nothing_is_shown() -> None:
    call = event("list_leads")
    del call["requestContext"]["authorizer"]
    assert list_leads.handler(call, CONTEXT)["statusCode"] == 401


def test_my_day_lists_what_i_did_today_the_latest_first(aws: Aws, clock: Clock) -> None:
    first, second, other = (captured(lead_id=lead_id(number)) for number in (1, 2, 3))
    worked(first, "acknowledge")
    clock.at += timedelta(minutes=5)
    worked(second, "acknowledge")
    worked(second, "hand_over", to="desk")
    worked(other, "note", "desk", text="A note.")
    indexed(*map(lead_id, (1, 2, 3)))
    aws.wire.calls.clear()
    rows = content(listed(view="today"))["leads"]
    assert aws.wire.calls.count("dynamodb.BatchGetItem") == 1
    assert [row["reference"] for row in rows] == [second, first]
    assert [(done["action"], done["detail"]) for done in rows[0]["did"]] == [("acknowledge", ""), ("hand_over", "desk")]
    assert rows[0]["name"] == "Jordan Example"
    assert references(listed("desk", view="today")) == [other]
    assert references(listed(view="today", owner=IDS["desk"])) == [second]
    clock.at += timedelta(days=1)
    assert references(listed(view="today")) == []
    aws.wire.down.add("dynamodb.Query")
    assert listed(view="today")["statusCode"] == 503
