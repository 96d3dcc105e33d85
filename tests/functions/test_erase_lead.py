"""Tests what erasing a lead deletes, what remains, and who may erase."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from functions import capture_lead, escalate_leads, revoke_consent
from shared.domain.errors import NotFound
from shared.domain.leads.lead import reference_of
from shared.domain.leads.person_keys import phone_key
from tests.aws import ENVIRONMENT, Aws
from tests.functions.admin_calls import erased, exported, exported_person, retired
from tests.functions.calls import CONTEXT, EMERGENCY, LEAD_ID, URGENT, Json, content, event, posting, submission
from tests.functions.conftest import Clock
from tests.functions.staff_calls import captured, listed, opened, references, searched, worked

pytestmark = pytest.mark.usefixtures("clock")

PHONE = "+13125550188"
CANARIES = {
    "name": "Canary Nameson",
    "phone": PHONE,
    "email": "canary.address@example.com",
    "postal": "60611-0188",
}
APART = ("table", "access log", "erasures")
IN_ANSWERS = "canary in the note"
IN_CAMPAIGN = "canary-campaign"
IN_PATH = "/canary-path"
IN_STAFF_NOTE = "canary in a note of staff"
IN_REVOCATION = "canary in the words of a revocation"
HEALTH = ("sys.fever", "fever", "SYS-")


def everything(aws: Aws) -> dict[str, list[dict[str, Any]]]:
    table = ENVIRONMENT["LEADS_TABLE"]
    described = aws.dynamodb.describe_table(TableName=table)["Table"]["GlobalSecondaryIndexes"]
    indexes = [index["IndexName"] for index in described]
    assert len(indexes) >= 7
    return {
        "table": aws.dynamodb.scan(TableName=table)["Items"],
        "access log": aws.dynamodb.scan(TableName=ENVIRONMENT["ACCESS_LOG"])["Items"],
        "erasures": aws.dynamodb.scan(TableName=ENVIRONMENT["ERASURES_TABLE"])["Items"],
        **{name: aws.dynamodb.scan(TableName=table, IndexName=name)["Items"] for name in indexes},
    }


def a_lead_with_canaries() -> str:
    """Returns the reference of a lead with recognisable values and a revoked consent."""
    reference = captured(
        URGENT | {"note": IN_ANSWERS},
        contact=CANARIES,
        consents={"contact": True, "sms": True},
        attribution={"utm_campaign": IN_CAMPAIGN, "landing_path": IN_PATH},
        page=f"https://clinic.example{IN_PATH}",
    )
    assert worked(reference, "acknowledge")["statusCode"] == 200
    assert worked(reference, "note", text=IN_STAFF_NOTE)["statusCode"] == 200
    revoke_consent.handler({"lead_id": LEAD_ID, "consent": "sms", "how": IN_REVOCATION}, CONTEXT)
    return reference


def test_only_a_tombstone_and_a_hashed_ledger_remain(aws: Aws, logs: Callable[[], str]) -> None:
    reference = a_lead_with_canaries()
    before = json.dumps(everything(aws))
    words = [*CANARIES.values(), IN_ANSWERS, IN_CAMPAIGN, IN_PATH, IN_STAFF_NOTE, IN_REVOCATION]
    words += ["203.0.113.10", "Mozilla/5.0"]
    assert [word for word in words if word not in before] == []

    assert erased(reference)["statusCode"] == 200

    after = everything(aws)
    [item] = after["table"]
    assert set(item) == {
        "lead_id",
        "version",
        "remainder",
        "write_id",
        "reference",
        "retention_partition",
        "retention_since",
    }
    left = json.dumps(after) + logs() + json.dumps(aws.alerts())
    assert [word for word in (*words, *HEALTH) if word in left] == []
    assert {name: items for name, items in after.items() if items and name not in APART} == {
        "to_retire": [{name: item[name] for name in ("lead_id", "retention_partition", "retention_since")}],
        "by_reference": [{name: item[name] for name in ("lead_id", "reference")}],
    }
    remainder = json.loads(item["remainder"]["S"])
    assert (remainder["reference"], remainder["kind"]) == (reference, "erased")
    assert [(entry["consent"], entry["given"]) for entry in remainder["consents"]] == [
        ("contact", True),
        ("sms", True),
        ("sms", False),
    ]
    assert remainder["consents"][1]["covers"] == [phone_key(PHONE, ENVIRONMENT["PERSON_KEY"])]


def test_the_response_names_the_lead_and_the_time_of_erasure() -> None:
    reference = captured()
    assert content(erased(reference)) == {"reference": reference, "erased_at": "2026-01-14T16:00:00+00:00"}


def test_the_access_log_records_the_erasure_and_keeps_earlier_entries(aws: Aws) -> None:
    reference = captured()
    opened(reference)
    erased(reference)
    assert sorted((entry["staff_name"], entry["what"]) for entry in aws.accesses()) == [
        ("admin", "erased"),
        ("nurse", "opened"),
    ]


def test_an_erased_lead_is_neither_found_nor_alerted(aws: Aws) -> None:
    reference = captured(URGENT)
    phone = submission()["contact"]["phone"]
    erased(reference)
    gone = opened(reference)
    assert (gone["statusCode"], content(gone)["detail"]) == (410, "This lead was erased.")
    assert content(gone)["since"] == "2026-01-14T16:00:00+00:00"
    assert erased(reference)["statusCode"] == 410
    assert exported_person(reference)["statusCode"] == 410
    assert references(listed()) == references(listed(view="closed")) == []
    assert references(searched(reference)) == references(searched(phone)) == []
    assert reference not in exported(**{"from": "2026-01-01", "to": "2026-01-31"})["body"]
    assert escalate_leads.handler(event("escalate_leads"), CONTEXT)["alerted"] == 0
    with pytest.raises(NotFound):
        revoke_consent.handler({"lead_id": LEAD_ID, "consent": "contact", "how": "STOP"}, CONTEXT)


def test_sending_the_form_again_does_not_restore_it(aws: Aws) -> None:
    erased(captured(URGENT))
    again = capture_lead.handler(posting("capture_lead", submission(URGENT)), CONTEXT)
    assert again["statusCode"] == 409
    assert "lead" not in aws.items()[0]


def test_an_erased_unfinished_form_is_not_continued(aws: Aws) -> None:
    erased(captured(complete=False, alerted=False))
    assert capture_lead.handler(posting("capture_lead", submission()), CONTEXT)["statusCode"] == 409


def test_other_leads_of_the_person_remain(aws: Aws) -> None:
    first, second = captured(), captured(lead_id=str(uuid4()))
    erased(first)
    assert references(searched(submission()["contact"]["phone"])) == [second]


def test_a_concurrent_alert_does_not_restore_it(aws: Aws) -> None:
    reference = captured(EMERGENCY, alerted=False)
    version = aws.items()[0]["version"]

    def alerted(operation: str) -> None:
        if operation == "dynamodb.PutItem" and aws.accesses():
            aws.wire.before = None
            escalate_leads.handler(event("escalate_leads"), CONTEXT)

    aws.wire.before = alerted
    assert erased(reference)["statusCode"] == 200
    [item] = aws.items()
    assert "remainder" in item
    assert int(item["version"]["N"]) > int(version["N"]) + 1


@pytest.mark.parametrize("who", ["nurse", "desk", "manager", "guest"])
def test_only_administrators_erase(who: str, aws: Aws) -> None:
    reference = captured()
    refused = erased(reference, who)
    assert refused["statusCode"] == 403
    assert content(refused)["detail"]
    assert "lead" in aws.items()[0]
    assert aws.accesses() == []


@pytest.mark.parametrize("table", ["ACCESS_LOG", "ERASURES_TABLE"])
def test_nothing_is_erased_that_cannot_be_recorded(aws: Aws, table: str) -> None:
    reference = captured()
    aws.dynamodb.delete_table(TableName=ENVIRONMENT[table])
    assert erased(reference)["statusCode"] == 503
    assert "lead" in aws.items()[0]


class TestAfterARestore:
    """A backup brings erased leads back, but the list of erasures names them."""

    def test_the_daily_run_erases_a_lead_again(self, aws: Aws, clock: Clock) -> None:
        reference = captured(URGENT)
        [stored] = aws.items()
        erased(reference)
        [left] = aws.items()
        aws.dynamodb.put_item(TableName=ENVIRONMENT["LEADS_TABLE"], Item=stored)
        assert opened(reference)["statusCode"] == 200
        clock.at += timedelta(hours=7)
        assert retired()["erased"] == 1
        [again] = aws.items()
        assert json.loads(again["remainder"]["S"]) == json.loads(left["remainder"]["S"]), "with its instant and author"
        assert retired()["erased"] == 0

    def test_an_unreadable_lead_does_not_stop_the_others(self, aws: Aws, logs: Callable[[], str]) -> None:
        lead_ids = [str(uuid4()) for _ in range(2)]
        found = [captured(URGENT, lead_id=lead_id) for lead_id in lead_ids]
        stored = {item["lead_id"]["S"]: item for item in aws.items()}
        for reference in found:
            erased(reference)
        for item in stored.values():
            aws.dynamodb.put_item(TableName=ENVIRONMENT["LEADS_TABLE"], Item=item)
        aws.corrupt(lead_ids[0], '{"name": "canary"}')
        logs()
        with pytest.raises(RuntimeError, match="1 leads could not be"):
            retired()
        [fine] = [item for item in aws.items() if item["lead_id"]["S"] == lead_ids[1]]
        assert "remainder" in fine
        assert "canary" not in logs()

    def test_the_list_names_nobody_and_ends_after_restores_cannot_reach_it(self, aws: Aws, clock: Clock) -> None:
        erased(captured(URGENT))
        [item] = aws.dynamodb.scan(TableName=ENVIRONMENT["ERASURES_TABLE"])["Items"]
        assert set(item) == {"list", "lead_id", "at", "by", "expires_at"}
        assert int(item["expires_at"]["N"]) >= (clock.at + timedelta(days=36)).timestamp()


def test_an_unknown_reference_is_404(aws: Aws) -> None:
    missing: Json = erased(reference_of(UUID(int=7)))
    assert missing["statusCode"] == 404
