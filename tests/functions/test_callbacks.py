from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from markupsafe import escape

from functions import alert_staff, capture_lead, escalate_leads, wiring
from functions.capture_lead import handler
from shared.domain.leads.lead import reference_of
from shared.domain.leads.resubmission import MAX_RESUBMISSIONS
from shared.domain.rules.triage import triage
from shared.usecases.callbacks import LOOKED_UP_WITHIN
from tests.aws import Aws
from tests.functions.calls import CONTEXT, EMERGENCY, LEAD_ID, ROUTINE, Json, content, event, pointers, sent, stream_of
from tests.functions.conftest import Clock
from tests.functions.staff_calls import captured, listed, opened, worked
from tests.leads import RULEBOOK

pytestmark = pytest.mark.usefixtures("clock")

CALLBACK_ID = sent("capture_lead.callbacks")["submission_id"]
NONE: Json = {"em-now": ["none"]}
CHEST: Json = {"em-now": ["chest-pressure"]}


def ask(answers: Json | None = None, **changes: Any) -> Json:
    """Asks for a call, with changes to the sample event. None removes a field."""
    body = sent("capture_lead.callbacks") | ({} if answers is None else {"answers": answers}) | changes
    return posted(json.dumps({name: value for name, value in body.items() if value is not None}))


def posted(body: str, **headers: str) -> Json:
    call = event("capture_lead.callbacks")
    return dict(handler(call | {"body": body, "headers": call["headers"] | headers}, CONTEXT))


def alerts(aws: Aws, *lead_ids: str) -> list[str]:
    alert_staff.handler(stream_of(*(lead_ids or (CALLBACK_ID,))), CONTEXT)
    escalate_leads.handler(event("escalate_leads"), CONTEXT)
    return [alert["Subject"] for alert in aws.alerts()]


def fields(**changes: str) -> str:
    body = {
        "questionnaire": "fs-intake",
        "submission_id": CALLBACK_ID,
        "answers.em-now": "none",
        "contact.name": "Jordan Example",
        "contact.phone": "(312) 555-0142",
        "contact.best_time": "morning",
        "consents.contact": "yes",
    }
    return urlencode(body | changes)


PLAIN = {"content-type": "application/x-www-form-urlencoded", "accept": "text/html"}


def test_the_sample_event_becomes_a_complete_lead_that_is_alerted(aws: Aws) -> None:
    response = handler(event("capture_lead.callbacks"), CONTEXT)
    assert response["statusCode"] == 201
    (lead,) = aws.leads()
    assert (lead["source"], lead["complete"], lead["reference"]) == ("callback", True, content(response)["reference"])
    assert (lead["contact"]["phone"], lead["contact"]["best_time"]) == ("+13125550142", "morning")
    assert alerts(aws) == [f"{lead['triage']['tier']} lead waiting"]


@pytest.mark.parametrize("answers", [NONE, CHEST, {}, {"em-now": ["unsure"]}])
def test_the_tier_follows_the_rules_for_this_door(aws: Aws, answers: Json) -> None:
    ask(answers)
    (lead,) = aws.leads()
    result = triage(RULEBOOK.rule_sets["fs-intake"], answers, door="callback")
    assert lead["triage"]["tier"] == result.tier
    assert [rule["id"] for rule in lead["triage"]["safety_rules"]] == [rule.id for rule in result.safety_rules]


def test_an_emergency_is_answered_with_advice_even_without_a_number(aws: Aws) -> None:
    receipt = content(ask(CHEST))
    assert (receipt["disposition"], receipt["messages"][0]["id"]) == ("seek-emergency-care", "M-E-HEART")
    unstored = ask(CHEST, submission_id=str(uuid.uuid4()), contact=None, consents=None)
    assert content(unstored)["disposition"] == "seek-emergency-care"
    assert len(aws.items()) == 1


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"contact": {"name": "Jordan Example", "email": "jordan@example.com"}}, "/contact/phone"),
        ({"contact": None}, "/contact"),
        ({"consents": {"contact": False}}, "/consents/contact"),
        ({"contact": {"phone": "12"}}, "/contact/phone"),
        ({"answers": {"em-now": ["toe"]}}, "/answers/em-now"),
    ],
)
def test_what_is_missing_is_named(aws: Aws, changes: Json, pointer: str) -> None:
    response = ask(**changes)
    assert (response["statusCode"], pointers(response)) == (422, [pointer])
    assert aws.items() == []


def test_sent_again_it_is_the_same_lead(aws: Aws, clock: Clock) -> None:
    first = ask()
    clock.at += timedelta(hours=1)
    again = ask()
    assert (first["statusCode"], again["statusCode"]) == (201, 200)
    assert again["body"] == first["body"]
    assert len(aws.items()) == 1


def test_a_suspect_is_listed_and_joins_nothing(aws: Aws) -> None:
    captured(ROUTINE)
    before = aws.stored()
    ask(NONE, website="http://spam.example", token="bad", proof="bad")
    suspects = [lead for lead in aws.leads() if lead["suspicion"]["suspect"]]
    assert [lead["lead_id"] for lead in suspects] == [CALLBACK_ID]
    assert before[0] in aws.stored()
    assert suspects[0]["reference"] in [lead["reference"] for lead in content(listed(suspect="true"))["leads"]]


def test_token_and_proof_are_checked_as_for_the_form(aws: Aws, clock: Clock) -> None:
    challenge = content(capture_lead.handler(event("capture_lead.challenge"), CONTEXT))
    clock.at += timedelta(seconds=20)
    ask(token=challenge["token"])
    ask(submission_id=str(uuid.uuid4()), contact={"phone": "(312) 555-0143"})
    signs = [lead["suspicion"]["signs"] for lead in sorted(aws.leads(), key=lambda lead: lead["contact"]["phone"])]
    assert "no-token" not in signs[0]
    assert "no-token" in signs[1]


def test_staff_are_shown_the_safety_questions_to_ask_first(aws: Aws) -> None:
    ask(NONE)
    (lead,) = aws.leads()
    shown = content(opened(lead["reference"]))
    asked = {question["question"]: question["why"] for question in shown["to_ask"]}
    pages = RULEBOOK.rule_sets["fs-intake"].questionnaire.pages[:4]
    due = {q.code for page in pages for q in page.questions if q.required and q.shown_when is None} - {"em-now"}
    assert due <= asked.keys()
    assert {asked[code] for code in due} == {"not asked"}
    assert shown["source"] == "callback"


def test_without_the_table_the_request_waits_in_the_spool(aws: Aws) -> None:
    aws.wire.down = {"dynamodb.Query", "dynamodb.PutItem"}
    assert ask()["statusCode"] == 202
    (entry,) = aws.spooled()
    assert json.loads(entry)["source"] == "callback"


def test_a_slow_look_up_spools_the_request(aws: Aws, clock: Clock) -> None:
    def slow(operation: str) -> None:
        clock.at += LOOKED_UP_WITHIN + timedelta(milliseconds=1)

    aws.wire.before = slow
    assert ask()["statusCode"] == 202
    assert len(aws.spooled()) == 1


def test_an_unreadable_lead_of_the_number_does_not_refuse_the_request(aws: Aws) -> None:
    captured(ROUTINE)
    aws.corrupt(LEAD_ID, json.dumps({"lead_id": "?"}))
    assert ask(NONE)["statusCode"] == 201
    assert CALLBACK_ID in [lead["lead_id"] for lead in aws.leads()]


def test_a_number_with_an_open_lead_joins_it_by_one_conditional_write(aws: Aws) -> None:
    reference = captured(ROUTINE)
    before = aws.leads()[0]
    aws.wire.calls.clear()
    response = ask(NONE, contact={"name": "Jordan", "phone": "+1 312 555 0142", "best_time": "evening"})
    assert response["statusCode"] == 201
    assert aws.wire.calls == ["dynamodb.Query", "dynamodb.GetItem", "dynamodb.PutItem"]
    (lead,) = aws.leads()
    assert (lead["reference"], lead["answers"]) == (reference, before["answers"])
    assert (lead["tier_rank"], lead["deadline"], lead["next_at"]) == tuple(
        before[name] for name in ("tier_rank", "deadline", "next_at")
    )
    assert lead["contact"] == before["contact"] | {"best_time": "evening"}
    (beside,) = lead["earlier"]
    assert (beside["answers"], beside["contact"]["name"]) == (NONE, "Jordan")
    assert [entry["action"] for entry in lead["history"]] == ["asked_for_call"]


def test_staff_see_what_was_sent_with_the_request(aws: Aws) -> None:
    reference = captured(ROUTINE)
    receipt = content(ask(NONE))
    shown = content(opened(reference))
    assert shown["summary"]["sent_more"] is True
    (beside,) = shown["earlier"]
    assert (beside["reference"], beside["contact"]["name"]) == (receipt["reference"], "Jordan Example")


def test_the_receipt_tells_nobody_that_a_number_has_a_lead(aws: Aws) -> None:
    fresh = ask(NONE)
    other = captured(ROUTINE, str(uuid.uuid4()), contact={"name": "Jordan Example", "phone": "(312) 555-0177"})
    joining = str(uuid.uuid4())
    joined = ask(NONE, submission_id=joining, contact={"name": "Jordan Example", "phone": "(312) 555-0177"})
    assert (fresh["statusCode"], joined["statusCode"]) == (201, 201)
    own = content(fresh)
    ours = joined["body"].replace(reference_of(uuid.UUID(joining)), own["reference"])
    assert ours.replace(joining, own["submission_id"]) == fresh["body"]
    assert content(joined)["reference"] != other


def test_a_red_flag_raises_the_lead_and_is_alerted(aws: Aws) -> None:
    reference = captured(ROUTINE)
    aws.alerts()
    worked(reference, "acknowledge")
    assert content(ask(CHEST))["disposition"] == "seek-emergency-care"
    (lead,) = aws.leads()
    assert (lead["triage"]["tier"], lead["status"], lead["owner"]) == ("EMERGENCY", "new", "")
    assert lead["answers"]["em-now"] == ["none"]
    assert alerts(aws, LEAD_ID) == ["EMERGENCY lead waiting"]


def test_a_joined_request_sent_again_changes_nothing(aws: Aws, clock: Clock) -> None:
    captured(EMERGENCY)
    first = ask(NONE)
    clock.at += timedelta(minutes=2)
    before = aws.items()
    again = ask(NONE)
    assert (again["statusCode"], again["body"]) == (200, first["body"])
    assert aws.items() == before


def test_a_lead_that_nobody_took_at_any_level_is_alerted_again(aws: Aws, clock: Clock) -> None:
    captured(ROUTINE)
    for _ in range(12):
        clock.at += timedelta(days=1)
        escalate_leads.handler(event("escalate_leads"), CONTEXT)
    aws.alerts()
    ask(NONE)
    assert len(alerts(aws, LEAD_ID)) == 1


def test_an_unfinished_lead_is_alerted_at_once(aws: Aws) -> None:
    captured(ROUTINE, alerted=False, complete=False)
    assert alerts(aws, LEAD_ID) == []
    ask(NONE)
    assert len(alerts(aws, LEAD_ID)) == 1


@pytest.mark.parametrize("state", ["booked", "closed", "not a fit", "another name", "another number"])
def test_otherwise_it_is_a_lead_of_its_own(aws: Aws, state: str) -> None:
    reference = captured({"region": ["other"]} if state == "not a fit" else ROUTINE)
    if state == "booked":
        worked(reference, "book")
    if state == "closed":
        worked(reference, "close", reason="declined", text="Seen elsewhere.")
    name = "Robin Sample" if state == "another name" else "Jordan Example"
    phone = "(312) 555-0199" if state == "another number" else "(312) 555-0142"
    before = aws.stored()
    assert ask(NONE, contact={"name": name, "phone": phone})["statusCode"] == 201
    assert len(aws.items()) == 2
    assert before[0] in aws.stored()


def test_too_many_requests_become_leads_of_their_own(aws: Aws) -> None:
    captured(ROUTINE)
    for _ in range(MAX_RESUBMISSIONS + 2):
        ask(NONE, submission_id=str(uuid.uuid4()))
    sizes = sorted(len(lead["history"]) for lead in aws.leads())
    assert sizes == [1, MAX_RESUBMISSIONS]


def test_a_conflict_with_staff_loses_neither(aws: Aws) -> None:
    reference = captured(ROUTINE)

    def staff_are_faster(operation: str) -> None:
        if operation == "dynamodb.PutItem":
            aws.wire.before = None
            worked(reference, "acknowledge")

    aws.wire.before = staff_are_faster
    assert ask(NONE)["statusCode"] == 201
    (lead,) = aws.leads()
    assert [entry["action"] for entry in lead["history"]] == ["acknowledge", "asked_for_call"]
    assert lead["status"] == "acknowledged"


@pytest.mark.parametrize("joins", [False, True])
def test_the_form_without_javascript_gets_its_receipt_at_once(aws: Aws, joins: bool) -> None:
    if joins:
        captured(ROUTINE)
    response = posted(fields(), **PLAIN)
    assert response["statusCode"] == 201
    assert reference_of(uuid.UUID(CALLBACK_ID)) in response["body"]
    assert "We call you at (312) 555-0142." in response["body"]
    assert response["body"].count("by Thursday, January 15 at 5 PM CST") == 1
    assert posted(fields(), **PLAIN)["statusCode"] == 200
    assert len(aws.items()) == 1


def test_an_invalid_form_names_the_problem_on_a_page(aws: Aws) -> None:
    response = posted(fields(**{"contact.phone": "12"}), **PLAIN)
    assert (response["statusCode"], aws.items()) == (422, [])
    assert "Enter one phone number that we can call" in response["body"]


def test_an_emergency_in_an_invalid_form_gets_its_advice_on_the_page(aws: Aws) -> None:
    response = posted(fields(**{"contact.phone": "12", "answers.em-now": "chest-pressure"}), **PLAIN)
    advice = RULEBOOK.rule_sets["fs-intake"].messages["M-E-HEART"].text
    assert response["statusCode"] == 422
    assert escape(advice) in response["body"]


def test_a_form_that_could_not_be_stored_can_be_sent_again_from_its_page(aws: Aws) -> None:
    aws.wire.down = {"dynamodb.Query", "dynamodb.PutItem", "sqs.SendMessage"}
    response = posted(fields(), **PLAIN)
    assert response["statusCode"] == 503
    assert 'action="callbacks"' in response["body"]


def test_logs_name_nobody(aws: Aws, logs: Callable[[], str]) -> None:
    captured(ROUTINE)
    logs()
    ask(NONE)
    assert '"joined"' in (written := logs())
    assert not [word for word in ("Jordan", "5550142", "morning") if word in written]


def test_a_request_is_promised_no_confirmation_since_none_comes_if_it_joins_a_lead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SENDER_EMAIL", "office@clinic.example")
    wiring.next_steps.cache_clear()
    try:
        person = {"name": "Jordan Example", "phone": "(312) 555-0142", "email": "jordan@example.com"}
        details = content(ask(contact=person))["next_steps"]["details"]
    finally:
        wiring.next_steps.cache_clear()
    assert details
    assert not any("confirmation" in text for text in details)
