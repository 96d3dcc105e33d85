"""Tests on moto that `make drill` finds and restores missing or damaged leads."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import boto3
import pytest

from dev import drill, restore
from dev.restore import Place
from dev.stage import Stage
from functions import alert_staff, escalate_leads, retire_leads, wiring
from tests.aws import ENVIRONMENT, Aws, aws_in_process
from tests.functions.admin_calls import erased
from tests.functions.calls import CONTEXT, URGENT, event, stream_of
from tests.functions.conftest import AN_OPEN_HOUR, Clock
from tests.functions.staff_calls import captured, worked

TABLE, COPY = ENVIRONMENT["LEADS_TABLE"], "leads-copy"


@pytest.fixture(autouse=True)
def aws() -> Iterator[Aws]:
    with aws_in_process() as aws:
        yield aws


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(wiring, "now", clock.now)
    return clock


class Functions:
    """Replaces Lambda's client and runs retire_leads in this process, or returns `error`."""

    def __init__(self) -> None:
        self.error = ""

    def invoke(self, **_: Any) -> dict[str, Any]:
        if self.error:
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(json.dumps({"errorType": self.error}).encode())}
        retire_leads.handler(event("retire_leads"), CONTEXT)
        return {}


class Recorder:
    def __init__(self) -> None:
        self._client = boto3.client("dynamodb")
        self.asked: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def restore_table_to_point_in_time(self, **request: Any) -> Any:
        self.asked = request
        return self._client.restore_table_to_point_in_time(**request)


@pytest.fixture
def recorder(aws: Aws) -> Recorder:
    return Recorder()


@pytest.fixture
def place(recorder: Recorder) -> Place:
    clients: dict[str, Any] = {"dynamodb": recorder, "lambda": Functions()}
    return Place(clients.__getitem__, TABLE, "RetireLeads")


def lose(aws: Aws, lead_id: str) -> None:
    aws.dynamodb.delete_item(TableName=TABLE, Key={"lead_id": {"S": lead_id}})


def some(count: int) -> list[str]:
    lead_ids = [str(uuid4()) for _ in range(count)]
    for lead_id in lead_ids:
        captured(URGENT, lead_id=lead_id)
    return lead_ids


@pytest.mark.parametrize("at", [None, datetime(2026, 1, 14, 8, tzinfo=UTC)])
def test_the_copy_is_of_the_moment_and_without_indexes(place: Place, recorder: Recorder, at: datetime | None) -> None:
    restore.make_copy(place, at, COPY)

    moment = {"UseLatestRestorableTime": True} if at is None else {"RestoreDateTime": at}
    assert recorder.asked == moment | {
        "SourceTableName": TABLE,
        "TargetTableName": COPY,
        "GlobalSecondaryIndexOverride": [],
        "BillingModeOverride": "PAY_PER_REQUEST",
    }


@pytest.mark.usefixtures("clock")
def test_each_kind_of_damage_is_found(aws: Aws, place: Place) -> None:
    gone, unreadable, tampered, older, fine = some(5)
    assert worked(_reference(aws, older), "acknowledge")["statusCode"] == 200
    restore.make_copy(place, None, COPY)
    (arrived,) = some(1)
    lose(aws, gone)
    aws.corrupt(unreadable, '{"name": "canary"}')
    stored = {item["lead_id"]["S"]: item for item in aws.items()}
    aws.corrupt(tampered, stored[tampered]["lead"]["S"].replace('"given":true', '"given":false', 1))
    aws.dynamodb.put_item(TableName=TABLE, Item=stored[older] | {"version": {"N": "1"}})
    aws.corrupt(arrived, "{}")

    found = restore.compare(place, COPY)

    assert found.missing == [gone]
    assert sorted(found.spoilt) == sorted([unreadable, tampered, older])
    assert (found.later, found.lost) == (1, [arrived]), "the copy cannot help a lead that arrived after it"
    assert found.copied == {restore.LEAD: 5}
    assert restore.copy_back(place, COPY, found, AN_OPEN_HOUR) == 4
    again = restore.compare(place, COPY)
    assert (again.missing, again.spoilt) == ([], {})
    assert fine not in (*found.missing, *found.spoilt)


@pytest.mark.usefixtures("clock")
def test_a_lead_that_staff_change_after_the_comparison_is_left_alone(aws: Aws, place: Place) -> None:
    (older,) = some(1)
    (before,) = aws.items()
    assert worked(_reference(aws, older), "acknowledge")["statusCode"] == 200
    restore.make_copy(place, None, COPY)
    aws.dynamodb.put_item(TableName=TABLE, Item=before)
    found = restore.compare(place, COPY)
    assert list(found.spoilt) == [older]

    assert worked(_reference(aws, older), "acknowledge")["statusCode"] == 200
    (changed,) = aws.items()
    assert restore.copy_back(place, COPY, found, AN_OPEN_HOUR) == 0
    assert aws.items() == [changed]


def test_what_was_alerted_is_not_alerted_again(aws: Aws, clock: Clock, place: Place) -> None:
    lost, taken = some(2)
    assert worked(_reference(aws, taken), "acknowledge")["statusCode"] == 200
    restore.make_copy(place, None, COPY)
    aws.alerts()
    for lead_id in (lost, taken):
        lose(aws, lead_id)
    clock.at += timedelta(minutes=2)

    assert restore.copy_back(place, COPY, restore.compare(place, COPY), clock.at) == 2
    alert_staff.handler(stream_of(lost, taken), CONTEXT)
    escalate_leads.handler(event("escalate_leads"), CONTEXT)
    assert aws.alerts() == []
    clock.at += timedelta(hours=5)
    escalate_leads.handler(event("escalate_leads"), CONTEXT)
    subjects = {alert["Subject"] for alert in aws.alerts()}
    assert subjects == {"URGENT lead waiting", "URGENT lead: your next step is due"}


def test_a_mail_that_was_due_is_not_sent_again(aws: Aws, clock: Clock, place: Place) -> None:
    (lost,) = some(1)
    restore.make_copy(place, None, COPY)
    lose(aws, lost)
    clock.at += timedelta(minutes=5)

    assert restore.copy_back(place, COPY, restore.compare(place, COPY), clock.at) == 1
    (item,) = aws.items()
    assert not {"mail_partition", "mail_at"} & set(item)
    (entry,) = json.loads(item["lead"]["S"])["mail"]["entries"]
    assert (entry["kind"], entry["status"]) == ("receipt", "unknown"), "staff see that nobody knows"


def test_erasures_and_retention_since_the_moment_are_applied_again(aws: Aws, clock: Clock, place: Place) -> None:
    asked, old = some(2)
    assert worked(_reference(aws, old), "close", reason="declined", text="Seen elsewhere.")["statusCode"] == 200
    restore.make_copy(place, None, COPY)
    clock.at += timedelta(days=20)
    erased(_reference(aws, asked))
    clock.at += timedelta(days=10)
    for item in aws.items():
        lose(aws, item["lead_id"]["S"])
    clock.at += timedelta(days=340)

    assert restore.copy_back(place, COPY, restore.compare(place, COPY), clock.at) == 2
    restore.apply_again(place)
    now = {item["lead_id"]["S"]: item for item in aws.items()}
    tombstone = json.loads(now[asked]["remainder"]["S"])
    assert datetime.fromisoformat(tombstone["at"]) == AN_OPEN_HOUR + timedelta(days=20)
    assert json.loads(now[old]["lead"]["S"])["submitted"]["answers"] == {}


@pytest.mark.usefixtures("clock")
def test_a_lead_that_came_back_by_itself_is_left_alone(aws: Aws, place: Place) -> None:
    (lead_id,) = some(1)
    restore.make_copy(place, None, COPY)
    lose(aws, lead_id)
    found = restore.compare(place, COPY)
    captured(URGENT, lead_id=lead_id)
    before = aws.items()

    assert restore.copy_back(place, COPY, found, AN_OPEN_HOUR) == 0
    assert aws.items() == before


@pytest.mark.usefixtures("clock")
class TestDialogue:
    @pytest.fixture
    def asked(self, aws: Aws, place: Place) -> Callable[..., tuple[bool, str]]:
        """Provides a function that deletes a lead and runs the drill with the given answers."""

        def run(*answers: bool) -> tuple[bool, str]:
            lead_id = some(1)[0]
            said: list[str] = []
            replies = iter(answers)

            def ask(question: str) -> bool:
                said.append(question)
                return next(replies)

            make = restore.make_copy

            def make_and_lose(place: Place, at: datetime | None, name: str) -> None:
                make(place, at, name)
                lose(aws, lead_id)

            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(restore, "make_copy", make_and_lose)
                stage = Stage("leads-test", place.client, {"LeadsTable": TABLE}, "", "")
                complete = drill.recover(stage, place, None, ask, said.append)
            return complete, "\n".join(said)

        return run

    def tables(self, aws: Aws) -> list[str]:
        return [name for name in aws.dynamodb.list_tables()["TableNames"] if "copy" in name]

    def test_yes_to_all_restores_and_cleans_up(self, aws: Aws, asked: Callable[..., tuple[bool, str]]) -> None:
        complete, said = asked(True, True, True)
        assert complete
        assert len(aws.items()) == 1
        assert self.tables(aws) == []
        assert "missing, or removed since: 1; spoilt: 0" in said
        assert "1 copied back" in said
        assert "555" not in said

    def test_no_to_the_copy_changes_nothing(self, aws: Aws, asked: Callable[..., tuple[bool, str]]) -> None:
        assert not asked(False)[0]
        assert self.tables(aws) == []

    def test_no_to_copying_back_leaves_the_table(self, aws: Aws, asked: Callable[..., tuple[bool, str]]) -> None:
        complete, said = asked(True, False, False)
        assert not complete
        assert aws.items() == []
        assert self.tables(aws)[0] in said, "says which copy stays, since it holds patient data"


def test_a_failed_daily_run_is_an_error(place: Place) -> None:
    place.client("lambda").error = "AccessDenied"
    with pytest.raises(RuntimeError, match="AccessDenied: read its log"):
        restore.apply_again(place)


def test_a_moment_needs_a_time_zone(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        drill.main(["leads-prod", "--at", "2026-11-30T08:00:00"])
    assert "time zone" in capsys.readouterr().err


def test_a_moment_without_a_stack_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(drill, "on_the_local_cloud", lambda: pytest.fail("it rehearses on the local cloud"))
    with pytest.raises(SystemExit):
        drill.main(["--at", drill.A_MOMENT])
    assert "AT needs STACK=name, a deployed stack" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("moment", "why"),
    [("yesterday", "write one like 2026-11-30T08:00:00Z"), ("2999-01-01T00:00:00Z", "is in the future")],
)
def test_a_moment_that_no_copy_can_have_is_refused(moment: str, why: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        drill.main(["leads-prod", "--at", moment])
    assert why in capsys.readouterr().err


def test_without_a_region_no_copy_can_be_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    assert drill.main(["leads-prod"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("make drill STACK=leads-prod: NoRegionError: ")
    assert "Set AWS_DEFAULT_REGION" in said
    assert "copy" not in said


def _reference(aws: Aws, lead_id: str) -> str:
    (found,) = (item for item in aws.items() if item["lead_id"]["S"] == lead_id)
    return str(found["reference"]["S"])
