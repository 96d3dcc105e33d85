from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest

from functions import show_lead
from shared.domain.leads.lead import Lead
from tests.aws import Aws
from tests.domain.answer_sets import RULE_SET
from tests.functions.calls import CONTEXT, LEAD_ID, ROUTINE, URGENT, content, event
from tests.functions.staff_calls import IDS, captured, opened, worked

pytestmark = pytest.mark.usefixtures("clock")


def test_a_lead_is_shown_with_everything_staff_need() -> None:
    seen = content(opened(captured(URGENT)))
    assert seen["summary"]["tier"] == seen["triage"]["tier"] == "URGENT"
    assert all(rule["reason"] and rule["sources"] for rule in seen["triage"]["safety_rules"])
    assert all(message["text"] and not message["english"] for message in seen["messages_shown"])
    assert all(answer["page"] and answer["text"] and answer["answer"] for answer in seen["answers"])
    assert seen["contact"]["phone"].startswith("+1")
    assert seen["consents"]["given"]["contact"] is True
    assert seen["history"] == []
    assert seen["rule_set"]["version"] == RULE_SET.version


def test_staff_read_in_english_what_was_shown_in_spanish() -> None:
    seen = content(opened(captured(URGENT | {"motor": ["unsure"]}, language="es")))
    assert all(message["english"] not in ("", message["text"]) for message in seen["messages_shown"])
    assert all(question["spoken_text"] for question in seen["to_ask"])


def test_opening_changes_nothing_but_the_access_log(aws: Aws) -> None:
    reference = captured(URGENT)
    before = aws.items()
    aws.wire.calls.clear()
    for _ in range(3):
        opened(reference)
    assert aws.wire.writes() == ["dynamodb.PutItem"] * 3
    assert aws.items() == before
    assert len(aws.accesses()) == 3


def test_the_access_log_records_who_opened_which_lead_and_when(aws: Aws) -> None:
    reference = captured(URGENT)
    opened(reference, "desk")
    worked(reference, "acknowledge", version=1)
    first, second = sorted(aws.accesses(), key=lambda access: access["what"])
    assert (first["lead_id"], first["staff_id"], first["staff_name"], first["what"]) == (
        LEAD_ID,
        IDS["nurse"],
        "nurse",
        "acknowledge",
    )
    assert (second["staff_name"], second["what"]) == ("desk", "opened")
    assert second["entry"].startswith("2026-01-14T16:00:00.000+00:00#")


def test_a_lead_is_not_shown_if_the_access_cannot_be_logged(aws: Aws) -> None:
    reference = captured(URGENT)
    aws.wire.down = {"dynamodb.PutItem"}
    answer = opened(reference)
    assert answer["statusCode"] == 503
    assert "answers" not in content(answer)


def test_other_leads_of_the_same_person_are_named() -> None:
    contact = {"phone": "(312) 555-0147", "email": "alex@example.com"}
    first = captured(ROUTINE, str(uuid4()), contact=contact | {"email": "other@example.com"})
    second = captured(ROUTINE, str(uuid4()), contact=contact | {"phone": "(312) 555-0148"})
    third = captured(URGENT, str(uuid4()), contact=contact)
    assert {other["reference"] for other in content(opened(third))["others"]} == {first, second}
    assert [other["reference"] for other in content(opened(first))["others"]] == [third]


def test_only_permitted_actions_are_offered() -> None:
    reference = captured(URGENT)
    assert set(content(opened(reference))["actions"]) == {
        "acknowledge",
        "contact_attempt",
        "book",
        "close",
        "note",
        "raise_tier",
        "lower_tier",
        "revoke_consent",
    }
    assert "lower_tier" not in content(opened(reference, "desk"))["actions"]
    assert content(opened(reference, "admin"))["actions"] == []
    worked(reference, "acknowledge")
    assert {"acknowledge", "undo"} & set(content(opened(reference))["actions"]) == {"undo"}
    assert {"acknowledge", "undo"} & set(content(opened(reference, "desk"))["actions"]) == set()


def test_an_untouched_lead_is_readable(aws: Aws) -> None:
    reference = captured(URGENT)
    old = Lead.model_validate(aws.stored()[0]).model_dump_json(exclude={"work", "history", "earlier"})
    aws.corrupt(LEAD_ID, old)
    seen = content(opened(reference))
    assert (seen["summary"]["status"], seen["others"]) == ("new", [])


@pytest.mark.parametrize("reference", ["00000-00000", "canaryvalue", "", "../x"])
def test_an_unknown_reference_is_not_found(aws: Aws, reference: str) -> None:
    captured(URGENT)
    assert opened(reference)["statusCode"] == 404
    assert aws.accesses() == []


@pytest.mark.parametrize(("who", "status"), [("nurse", 200), ("desk", 200), ("admin", 200), ("guest", 403)])
def test_which_groups_may_open_a_lead(aws: Aws, who: str, status: int) -> None:
    assert opened(captured(URGENT), who)["statusCode"] == status
    assert len(aws.accesses()) == (status == 200)


def test_without_a_sign_in_nothing_is_shown() -> None:
    captured(URGENT)
    call = event("show_lead")
    del call["requestContext"]["authorizer"]
    assert show_lead.handler(call, CONTEXT)["statusCode"] == 401


def test_no_personal_data_is_logged(logs: Callable[[], str]) -> None:
    reference = captured(URGENT, contact={"name": "canaryname", "phone": "(312) 555-0147"})
    opened(reference)
    assert "canaryname" not in logs()
    assert "5550147" not in logs()
