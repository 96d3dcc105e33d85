from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from uuid import uuid4

import pytest

from shared.usecases import reading_accesses
from tests.aws import ENVIRONMENT, Aws
from tests.functions.admin_calls import accesses, exported_as_fhir
from tests.functions.calls import PRIORITY, content
from tests.functions.conftest import Clock
from tests.functions.staff_calls import IDS, captured, listed, opened, worked

pytestmark = pytest.mark.usefixtures("clock")


def seen(**query: str) -> list[tuple[str, str]]:
    """Returns (staff name, action), without entries about reading the log."""
    entries = content(accesses(**query))["entries"]
    return [(entry["staff_name"], entry["what"]) for entry in entries if entry["what"] != "read the log"]


def some(count: int) -> list[str]:
    """Captures leads of different people, because opening a lead also logs the person's other leads."""
    contacts = [{"name": f"Sample {number}", "phone": f"(312) 555-010{number}"} for number in range(count)]
    return [captured(PRIORITY, lead_id=str(uuid4()), contact=contact) for contact in contacts]


def test_who_opened_which_lead(clock: Clock) -> None:
    reference = captured(PRIORITY)
    opened(reference)
    clock.at += timedelta(minutes=5)
    opened(reference, "desk")
    clock.at += timedelta(minutes=5)
    worked(reference, "acknowledge", "desk", version=2)
    clock.at += timedelta(minutes=5)
    exported_as_fhir(reference, "admin")
    assert seen() == [("admin", "exported"), ("desk", "acknowledge"), ("desk", "opened"), ("nurse", "opened")]
    entries = content(accesses(staff="desk"))["entries"]
    assert {(entry["staff_id"], *entry["references"]) for entry in entries} == {(IDS["desk"], reference)}


def test_a_release_is_no_reopening(clock: Clock) -> None:
    reference = captured(PRIORITY)
    for action in ("acknowledge", "reopen", "book", "reopen"):
        assert worked(reference, action)["statusCode"] == 200
        clock.at += timedelta(minutes=1)
    did = [what for _, what in seen() if what != "opened"]
    assert did == ["reopen", "book", "given_back", "acknowledge"]


def test_about_one_lead_and_of_one_person(clock: Clock) -> None:
    first, second = some(2)
    for reference, who in ((first, "nurse"), (second, "nurse"), (second, "desk")):
        opened(reference, who)
        clock.at += timedelta(minutes=1)
    assert seen(reference=second.lower().replace("-", "")) == [("desk", "opened"), ("nurse", "opened")]
    assert seen(reference=f" {second[6:].lower()} ") == [("desk", "opened"), ("nurse", "opened")]
    assert seen(staff="Nurse ") == [("nurse", "opened")] * 2
    assert seen(reference=first, staff="desk") == []


def test_a_page_of_names_counts_as_seen() -> None:
    reference = captured(PRIORITY)
    listed("desk")
    assert seen(reference=reference) == [("desk", "listed")]


def test_the_latest_comes_first_among_lists_too(clock: Clock) -> None:
    reference = captured(PRIORITY)
    opened(reference)
    clock.at += timedelta(minutes=1)
    listed("desk")
    clock.at += timedelta(minutes=1)
    opened(reference, "admin")
    assert seen() == [("admin", "opened"), ("desk", "listed"), ("nurse", "opened")]


def test_the_latest_comes_first_across_pages_too(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_accesses, "ENTRIES_ON_PAGE", 2)
    for number in range(3):
        contact = {"name": f"Sample {number}", "phone": f"(312) 555-010{number}"}
        opened(captured(PRIORITY, lead_id=str(uuid4()), contact=contact))
        clock.at += timedelta(minutes=1)
        listed("desk")
        clock.at += timedelta(minutes=1)
    page = content(accesses())
    found = list(page["entries"])
    while page["cursor"] is not None:
        page = content(accesses(cursor=page["cursor"]))
        found += page["entries"]
    assert [entry["what"] for entry in found if entry["what"] != "read the log"] == ["listed", "opened"] * 3


def test_days_are_the_clinics(clock: Clock) -> None:
    reference = captured(PRIORITY)
    clock.at = clock.at.replace(day=15, hour=4, minute=59)  # January 14, 22:59 in Chicago
    opened(reference)
    clock.at += timedelta(hours=2)
    opened(reference, "desk")
    assert seen(**{"from": "2026-01-14", "to": "2026-01-14"}) == [("nurse", "opened")]
    assert seen(**{"from": "2026-01-15", "to": "2026-01-15"}) == [("desk", "opened")]
    assert seen() == [("desk", "opened"), ("nurse", "opened")]


def test_reading_the_log_is_an_entry() -> None:
    accesses()
    entries = content(accesses())["entries"]
    assert [(entry["staff_name"], entry["what"]) for entry in entries] == [("admin", "read the log")] * 2
    assert [entry["references"] for entry in entries] == [[], []]


def test_it_is_not_shown_if_that_cannot_be_recorded(aws: Aws) -> None:
    opened(captured(PRIORITY))
    aws.wire.down = {"dynamodb.PutItem"}
    assert accesses()["statusCode"] == 503


@pytest.mark.parametrize("who", ["nurse", "desk", "manager", "guest"])
def test_only_administrators_read_it(who: str, aws: Aws) -> None:
    assert accesses(who)["statusCode"] == 403
    assert aws.accesses() == []


@pytest.mark.parametrize("limit", ["ENTRIES_ON_PAGE", "READ_FOR_A_PAGE"])
def test_pages_neither_miss_nor_repeat_an_entry(clock: Clock, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    references = some(3)
    for _ in range(3):
        for number, reference in enumerate(references):
            opened(reference, "nurse" if number else "desk")
        clock.at += timedelta(days=1)
    monkeypatch.setattr(reading_accesses, limit, 2)
    days = {"from": "2026-01-14", "to": "2026-01-16", "staff": "nurse"}
    found: list[tuple[str, str]] = []
    cursor: dict[str, str] = {}
    for _ in range(10):
        page = content(accesses(**days, **cursor))
        found += [(entry["at"], entry["references"][0]) for entry in page["entries"]]
        if page["cursor"] is None:
            break
        cursor = {"cursor": page["cursor"]}
    assert cursor, "there was more than one page"
    assert len(found) == len(set(found)) == 6
    assert [at for at, _ in found] == sorted((at for at, _ in found), reverse=True)


class TestCsv:
    def test_one_line_for_each_lead(self) -> None:
        references = some(2)
        opened(references[0])
        listed("desk")
        answer = accesses(format="csv")
        assert answer["headers"]["content-disposition"] == 'attachment; filename="accesses-2026-01-08-2026-01-14.csv"'
        rows = list(csv.reader(io.StringIO(answer["body"].removeprefix("\ufeff"))))
        assert rows[0] == ["at", "staff", "staff_id", "what", "reference"]
        assert sorted((staff, what, reference) for _, staff, _, what, reference in rows[1:]) == sorted(
            [
                ("nurse", "opened", references[0]),
                *(("desk", "listed", reference) for reference in references),
                ("admin", "read the log", ""),
            ]
        )
        assert all(re.fullmatch(r"2026-01-14 10:\d\d:\d\d", at) for at, *_ in rows[1:]), "on the clinic's clock"

    def test_the_next_page_is_a_link_with_both_days(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(reading_accesses, "ENTRIES_ON_PAGE", 1)
        opened(captured(PRIORITY))
        link = accesses(format="csv", staff="nurse")["headers"]["link"]
        assert link.startswith(
            "</leads/accesses?format=csv&from=2026-01-08&to=2026-01-14&staff=nurse&cursor=2026-01-14"
        )


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"from": "2026-01-02", "to": "2026-01-01"}, "/to"),
        ({"from": "2025-01-01", "to": "2026-01-01"}, "/to"),
        ({"reference": "not one"}, "/reference"),
        ({"cursor": "2026-01-14~x"}, "/cursor"),
        ({"cursor": "yesterday~a~b"}, "/cursor"),
        ({"cursor": "2026-99-99T00:00:00.000+00:00~a~b"}, "/cursor"),
        ({"format": "xml"}, "/format"),
    ],
)
def test_what_it_cannot_read_is_refused(query: dict[str, str], pointer: str) -> None:
    answer = accesses(**query)
    assert answer["statusCode"] == 422
    assert [problem["pointer"] for problem in content(answer)["errors"]] == [pointer]


def test_an_unreachable_log_is_503(aws: Aws) -> None:
    aws.dynamodb.delete_table(TableName=ENVIRONMENT["ACCESS_LOG"])
    assert accesses()["statusCode"] == 503
