"""Tests deletion after the retention period."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from functions import alert_staff, capture_lead, retire_leads, search_leads
from shared.domain.errors import StoreUnavailable
from tests.aws import ENVIRONMENT, Aws, flat
from tests.functions.admin_calls import erased, retired
from tests.functions.calls import (
    CONTEXT,
    LEAD_ID,
    NOT_A_FIT,
    PRIORITY,
    URGENT,
    content,
    minor_submission,
    posting,
    stream_of,
)
from tests.functions.conftest import Clock
from tests.functions.staff_calls import captured, listed, opened, references, searched, worked

NOTHING = {"answers": 0, "booked": 0, "evidence": 0, "audit": 0, "rekeyed": 0, "erased": 0}
A_YEAR = timedelta(days=367)
FIVE_YEARS = timedelta(days=5 * 366)
RETENTION_KEYS = ("retention_partition", "retention_since")
SIX_YEARS = timedelta(days=6 * 366)


@pytest.fixture(autouse=True)
def now(clock: Clock) -> Clock:
    return clock


def closed(answers: dict[str, object] | None = None, lead_id: str = LEAD_ID) -> str:
    reference = captured(answers, lead_id=lead_id)
    assert worked(reference, "close", reason="declined", text="Seen elsewhere.")["statusCode"] == 200
    return reference


def test_after_a_year_answers_are_deleted_and_the_lead_is_still_found(aws: Aws, clock: Clock) -> None:
    reference = closed({"note": "canary in the note"})
    assert retired() == NOTHING
    clock.at += A_YEAR
    assert retired() == NOTHING | {"answers": 1}
    assert "canary" not in json.dumps(aws.items())
    assert aws.leads()[0]["answers"] == {}
    assert opened(reference)["statusCode"] == 200
    assert references(searched("(312) 555-0142")) == [reference]
    assert retired() == NOTHING


def test_after_five_years_nothing_is_left(aws: Aws, clock: Clock) -> None:
    closed(PRIORITY)
    clock.at += FIVE_YEARS
    assert retired() == NOTHING | {"answers": 1, "evidence": 1}
    assert aws.items() == []


def test_an_urgent_leads_audit_trail_remains_for_another_year(aws: Aws, clock: Clock) -> None:
    reference = captured(URGENT)
    worked(reference, "acknowledge")
    clock.at += FIVE_YEARS
    assert retired() == NOTHING | {"answers": 1, "evidence": 1}
    [item] = aws.items()
    text = item["remainder"]["S"]
    assert json.loads(text)["trail"]["rules"]
    for personal in ("Sample", "5550147", "555-0147", "@", "203.0.113.10"):
        assert personal not in text
    assert set(item) == {"lead_id", "reference", "version", "remainder", "write_id", *RETENTION_KEYS}
    clock.at += timedelta(days=366)
    assert retired() == NOTHING | {"audit": 1}
    assert aws.items() == []


def test_an_unowned_lead_is_never_retired(aws: Aws, clock: Clock) -> None:
    reference = captured(URGENT)
    before = aws.items()
    clock.at += 5 * SIX_YEARS
    assert retired() == NOTHING
    assert aws.items() == before
    assert references(listed()) == [reference]


def test_a_lead_that_needs_no_work_is_retired_on_time(aws: Aws, clock: Clock) -> None:
    captured(NOT_A_FIT)
    clock.at += FIVE_YEARS
    assert retired() == NOTHING | {"answers": 1, "evidence": 1}
    assert aws.items() == []


def test_a_booked_lead_is_kept_complete_for_six_years(aws: Aws, clock: Clock) -> None:
    reference = captured(PRIORITY)
    worked(reference, "acknowledge")
    worked(reference, "book")
    clock.at += FIVE_YEARS
    assert retired() == NOTHING
    assert aws.leads()[0]["answers"]
    clock.at += timedelta(days=366)
    assert retired() == NOTHING | {"booked": 1}
    assert aws.items() == []


def test_the_ledger_of_an_erased_lead_is_deleted_after_five_years(aws: Aws, clock: Clock) -> None:
    erased(captured())
    clock.at += A_YEAR
    assert retired() == NOTHING
    clock.at += FIVE_YEARS
    assert retired() == NOTHING | {"evidence": 1}
    assert aws.items() == []


def test_nothing_was_ever_stored_about_a_minor(aws: Aws) -> None:
    assert capture_lead.handler(posting("capture_lead", minor_submission()), CONTEXT)["statusCode"] == 200
    assert aws.items() == []


def test_it_reads_only_due_leads(aws: Aws, clock: Clock) -> None:
    for _ in range(3):
        closed(lead_id=str(uuid4()))
    clock.at += A_YEAR
    for _ in range(7):
        closed(lead_id=str(uuid4()))
    aws.wire.calls.clear()
    assert retired() == NOTHING | {"answers": 3}
    assert sorted(aws.wire.calls) == ["dynamodb.GetItem"] * 3 + ["dynamodb.PutItem"] * 3 + ["dynamodb.Query"] * 5


def test_an_unreadable_lead_does_not_block_the_others(aws: Aws, clock: Clock, logs: Callable[[], str]) -> None:
    broken, fine = str(uuid4()), str(uuid4())
    closed(lead_id=broken)
    closed(lead_id=fine)
    aws.corrupt(broken, '{"name": "canary"}')
    clock.at += A_YEAR
    with pytest.raises(RuntimeError, match="1 leads could not be retired"):
        retired()
    kept = {item["lead_id"]["S"]: item["lead"]["S"] for item in aws.items()}
    assert flat(kept[fine])["answers"] == {}
    written = logs()
    assert broken in written
    assert "canary" not in written


def test_a_concurrent_change_is_not_overwritten(aws: Aws, clock: Clock) -> None:
    reference = closed()
    clock.at += A_YEAR

    def reopened(operation: str) -> None:
        if operation == "dynamodb.PutItem":
            aws.wire.before = None
            assert worked(reference, "reopen")["statusCode"] == 200

    aws.wire.before = reopened
    assert retired() == NOTHING
    assert aws.leads()[0]["status"] == "new"
    assert aws.leads()[0]["answers"]
    assert retired() == NOTHING


def test_it_stops_in_time_and_the_next_run_continues(aws: Aws, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        closed(lead_id=str(uuid4()))
    clock.at += A_YEAR
    monkeypatch.setattr(retire_leads, "TIME_LIMIT", timedelta())
    assert retired() == NOTHING
    monkeypatch.setattr(retire_leads, "TIME_LIMIT", timedelta(minutes=4))
    assert retired() == NOTHING | {"answers": 3}


def test_an_unreachable_table_fails_the_run(aws: Aws) -> None:
    aws.dynamodb.delete_table(TableName=ENVIRONMENT["LEADS_TABLE"])
    with pytest.raises(StoreUnavailable):
        retired()


def test_a_late_stream_record_of_a_retired_lead_alerts_nobody(aws: Aws, clock: Clock) -> None:
    captured(URGENT)
    worked(references(listed())[0], "acknowledge")
    aws.alerts()
    clock.at += FIVE_YEARS
    retired()
    alert_staff.handler(stream_of(LEAD_ID), CONTEXT)
    assert aws.alerts() == []


class TestAfterARotationOfKeys:
    """After `make rotate`, the daily run recomputes the stored hashes."""

    @pytest.fixture
    def rotated(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
        def rotate() -> None:
            keys = ("a fresh key of tests", ENVIRONMENT["PERSON_KEY"])
            monkeypatch.setenv("PERSON_KEY", ",".join(keys))
            monkeypatch.setattr(retire_leads, "keys", keys)
            monkeypatch.setattr(search_leads, "keys", keys)
            monkeypatch.setattr(capture_lead, "intake", replace(capture_lead.intake, person_key=keys[0]))

        return rotate

    def test_the_same_person_is_found_under_one_key(self, rotated: Callable[[], None]) -> None:
        before = captured(PRIORITY)
        rotated()
        after = captured(PRIORITY, lead_id=str(uuid4()))
        assert content(opened(after))["others"] == []
        assert retired() == NOTHING | {"rekeyed": 1}
        assert [other["reference"] for other in content(opened(after))["others"]] == [before]
        assert sorted(references(searched("(312) 555-0142"))) == sorted([before, after])
        assert retired() == NOTHING

    def test_a_lead_keeps_its_history_alerts_and_owner(self, aws: Aws, rotated: Callable[[], None]) -> None:
        reference = captured(URGENT)
        seen = content(opened(reference))["summary"]["version"]
        [before] = aws.stored()
        rotated()
        retired()
        [after] = aws.stored()
        assert {part for part in before if before[part] != after[part]} == {"submitted", "version"}
        assert worked(reference, "acknowledge", version=seen)["statusCode"] == 200

    def test_a_lead_that_changes_meanwhile_waits_for_the_next_run(self, aws: Aws, rotated: Callable[[], None]) -> None:
        reference = captured(URGENT)
        rotated()

        def taken(operation: str) -> None:
            if operation == "dynamodb.PutItem":
                aws.wire.before = None
                assert worked(reference, "acknowledge")["statusCode"] == 200

        aws.wire.before = taken
        assert retired() == NOTHING
        assert aws.leads()[0]["status"] == "acknowledged"
        assert retired() == NOTHING | {"rekeyed": 1}

    def test_an_unreadable_lead_does_not_stop_the_others(
        self, aws: Aws, rotated: Callable[[], None], logs: Callable[[], str]
    ) -> None:
        broken = str(uuid4())
        captured(PRIORITY, lead_id=broken)
        reference = captured(PRIORITY)
        aws.corrupt(broken, '{"name": "canary"}')
        rotated()
        with pytest.raises(RuntimeError, match="1 leads could not be retired, hashed or erased"):
            retired()
        assert reference in references(searched("(312) 555-0142"))
        written = logs()
        assert broken in written
        assert "canary" not in written
