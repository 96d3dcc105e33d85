from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from html import escape
from typing import Any
from urllib.parse import urlencode

import pytest

from functions import alert_staff, capture_lead, erase_lead, escalate_leads
from functions.capture_lead import handler
from shared.usecases.additions import ADDED_WITHIN
from tests.aws import Aws
from tests.functions.calls import CONTEXT, LEAD_ID, ROUTINE, Json, content, event, pointers, stream_of, submission
from tests.functions.conftest import Clock
from tests.functions.staff_calls import captured, opened, signed_in, worked
from tests.leads import RULEBOOK, with_page_after_send

AFTER = with_page_after_send(RULEBOOK, "goal", "insurance", "note", "dx", "imaging", "tx", "fn")
QUESTIONNAIRE = {"id": "fs-intake", "version": AFTER.rule_sets["fs-intake"].questionnaire.version}
MORE: Json = {"goal": ["why"], "insurance": "private"}
SELF_HARM = "I want to die."


@pytest.fixture(autouse=True)
def page_after_send(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    monkeypatch.setattr(capture_lead, "intake", replace(capture_lead.intake, rule_sets=AFTER))


def add(answers: Json, lead_id: str = LEAD_ID, **changes: Any) -> Json:
    body = {"questionnaire": QUESTIONNAIRE, "answers": answers, "token": "any"} | changes
    return posted(json.dumps(body), lead_id)


def posted(body: str, lead_id: str = LEAD_ID, **headers: str) -> Json:
    sent = event("capture_lead.answers")
    call = sent | {"body": body, "pathParameters": {"submission_id": lead_id}, "headers": sent["headers"] | headers}
    return dict(handler(call, CONTEXT))


def sent(answers: Json | None = None) -> str:
    without = dict.fromkeys(AFTER.rule_sets["fs-intake"].questionnaire.asked_after_send | {"tx-tried", "help"})
    return captured(without | (answers or {}))


def alerts(aws: Aws) -> list[str]:
    alert_staff.handler(stream_of(LEAD_ID), CONTEXT)
    escalate_leads.handler(event("escalate_leads"), CONTEXT)
    return [alert["Subject"] for alert in aws.alerts()]


def test_the_sample_event_is_answered(aws: Aws) -> None:
    sent()
    assert handler(event("capture_lead.answers"), CONTEXT)["statusCode"] == 200
    (lead,) = aws.leads()
    assert lead["answers"]["insurance"] == "private"


def test_answers_are_added_to_the_lead_by_one_conditional_write(aws: Aws) -> None:
    reference = sent()
    before = aws.leads()[0]
    aws.wire.calls.clear()
    response = add(MORE)
    assert (response["statusCode"], content(response)["reference"]) == (200, reference)
    assert aws.wire.calls == ["dynamodb.GetItem", "dynamodb.PutItem"]
    (lead,) = aws.leads()
    assert lead["answers"] == before["answers"] | MORE
    assert (lead["received_at"], lead["content_hash"]) == (before["received_at"], before["content_hash"])
    assert [(entry["action"], entry["by"]) for entry in lead["history"]] == [("added", "system")]


def test_staff_see_the_added_answers(aws: Aws) -> None:
    reference = sent()
    add(MORE)
    shown = {answer["question"]: answer["codes"] for answer in content(opened(reference))["answers"]}
    assert (shown["goal"], shown["insurance"]) == (["why"], ["private"])


def test_sent_twice_it_is_one_addition(aws: Aws, clock: Clock) -> None:
    sent()
    first = add(MORE)
    clock.at += timedelta(minutes=5)
    before = aws.items()
    again = add({"insurance": "private", "goal": ["why"]})
    assert (again["statusCode"], again["body"]) == (200, first["body"])
    assert aws.items() == before


def test_the_form_sent_again_after_an_addition_is_still_a_repeat(aws: Aws) -> None:
    without = dict.fromkeys(AFTER.rule_sets["fs-intake"].questionnaire.asked_after_send | {"tx-tried", "help"})
    sent()
    add(MORE)
    before = aws.items()
    response = handler(event("capture_lead") | {"body": json.dumps(submission(without))}, CONTEXT)
    assert response["statusCode"] == 200
    assert aws.items() == before


def test_an_emergency_in_an_addition_is_alerted_and_answered_with_advice(aws: Aws) -> None:
    sent()
    alerts(aws)
    receipt = content(add({"note": SELF_HARM}))
    assert receipt["disposition"] == "seek-emergency-care"
    assert receipt["messages"][0]["id"] == "M-E-CRISIS"
    assert alerts(aws) == ["EMERGENCY lead waiting"]


def test_after_staff_closed_the_lead_it_is_kept_and_only_a_red_flag_alerts(aws: Aws) -> None:
    reference = sent()
    alerts(aws)
    worked(reference, "close", reason="declined", text="Seen elsewhere.")
    assert add(MORE)["statusCode"] == 200
    assert alerts(aws) == []
    shown = content(opened(reference))
    assert (shown["summary"]["status"], shown["summary"]["sent_more"]) == ("closed", True)
    assert "insurance" in {answer["question"] for answer in shown["answers"]}
    add({"note": SELF_HARM})
    assert alerts(aws) == ["EMERGENCY lead waiting"]


def test_a_lead_without_the_page_lacks_nothing(aws: Aws) -> None:
    reference = sent(ROUTINE | {"dx": None, "imaging": None, "tx": None, "fn": None})
    after = {"goal", "insurance", "note", "dx", "imaging", "tx", "fn", "tx-weeks", "tx-help"}
    assert not after & {question["question"] for question in content(opened(reference))["to_ask"]}


@pytest.mark.parametrize(
    ("answers", "pointer"),
    [
        ({"age": 40}, "/answers/age"),
        ({"em-now": ["chest-pressure"], "goal": ["why"]}, "/answers/em-now"),
        ({"insurance": "gold"}, "/answers/insurance"),
        ({"toe": "left"}, "/answers/toe"),
    ],
)
def test_other_answers_are_refused_by_name(aws: Aws, answers: Json, pointer: str) -> None:
    sent()
    before = aws.items()
    response = add(answers)
    assert (response["statusCode"], pointers(response)) == (422, [pointer])
    assert aws.items() == before


def test_a_refusal_is_in_the_visitors_language(aws: Aws) -> None:
    sent()
    body = json.dumps({"questionnaire": QUESTIONNAIRE, "answers": {"age": 40}})
    (error,) = content(posted(body, **{"accept-language": "es-MX"}))["errors"]
    assert error["detail"].startswith("Esta pregunta no se puede contestar")


def test_another_questionnaire_is_refused(aws: Aws) -> None:
    sent()
    response = add(MORE, questionnaire={"id": "knee-intake", "version": "1.0.0"})
    assert pointers(response) == ["/questionnaire/id"]


def test_answers_to_another_version_are_read_as_far_as_possible(aws: Aws) -> None:
    sent()
    tier = aws.leads()[0]["triage"]["tier"]
    answers = {"goal": ["why", "gone"], "gone": "yes", "insurance": "gold"}
    assert add(answers, questionnaire=QUESTIONNAIRE | {"version": "0.9.0"})["statusCode"] == 200
    (lead,) = aws.leads()
    assert lead["answers"]["goal"] == ["why"]
    assert not {"gone", "insurance"} & lead["answers"].keys()
    assert (lead["triage"]["tier"], lead["triage"]["failed"]) == (tier, False)


@pytest.mark.parametrize("lead_id", ["not-a-uuid", "00000000-0000-4000-8000-000000000999"])
def test_an_unknown_lead_is_not_found(aws: Aws, lead_id: str) -> None:
    response = add(MORE, lead_id)
    assert (response["statusCode"], response["headers"]["content-type"]) == (404, "application/problem+json")
    assert content(response)["emergency_advice"]
    assert aws.items() == []


def test_an_erased_lead_is_not_found(aws: Aws) -> None:
    reference = sent()
    erase = event("erase_lead") | {"pathParameters": {"reference": reference}}
    assert erase_lead.handler(signed_in(erase, "admin"), CONTEXT)["statusCode"] == 200
    before = aws.items()
    assert add(MORE)["statusCode"] == 404
    assert aws.items() == before


def test_after_a_day_nothing_can_be_added(aws: Aws, clock: Clock) -> None:
    sent()
    clock.at += ADDED_WITHIN
    assert add({"insurance": "self"})["statusCode"] == 200
    clock.at += timedelta(seconds=1)
    assert add(MORE)["statusCode"] == 404


def test_a_conflict_with_staff_loses_neither(aws: Aws) -> None:
    reference = sent()

    def staff_are_faster(operation: str) -> None:
        if operation == "dynamodb.PutItem":
            aws.wire.before = None
            worked(reference, "acknowledge")

    aws.wire.before = staff_are_faster
    assert add(MORE)["statusCode"] == 200
    (lead,) = aws.leads()
    assert (lead["status"], lead["answers"]["insurance"]) == ("acknowledged", "private")


@pytest.mark.parametrize("operation", ["dynamodb.GetItem", "dynamodb.PutItem"])
def test_without_the_table_the_answer_is_503_and_says_when_to_try_again(aws: Aws, operation: str) -> None:
    sent()
    aws.wire.down = {operation}
    response = add(MORE)
    assert (response["statusCode"], response["headers"]["retry-after"]) == (503, "5")
    assert aws.spooled() == []
    aws.wire.down = set()
    assert add(MORE)["statusCode"] == 200


def test_a_slow_table_is_not_asked_to_write(aws: Aws, clock: Clock) -> None:
    sent()

    def slow(operation: str) -> None:
        clock.at += timedelta(seconds=3)

    aws.wire.before = slow
    aws.wire.calls.clear()
    assert add(MORE)["statusCode"] == 503
    assert aws.wire.calls == ["dynamodb.GetItem"]


def test_a_lost_reply_is_a_success(aws: Aws) -> None:
    sent()
    before = aws.leads()[0]["version"]
    aws.wire.reply_lost = {"dynamodb.PutItem"}
    assert add(MORE)["statusCode"] == 200
    assert aws.leads()[0]["version"] == before + 1


def test_a_refused_page_without_javascript_has_the_advice_that_its_answers_call_for() -> None:
    sent()
    fields = {"questionnaire": "fs-intake", "answers.em-now": "chest-pressure", "answers.goal": "no-such-option"}
    form = {"content-type": "application/x-www-form-urlencoded", "accept": "text/html"}
    response = posted(urlencode(fields), **form)
    advice = AFTER.rule_sets["fs-intake"].messages["M-E-HEART"].text
    assert response["statusCode"] == 422
    assert escape(advice) in response["body"]


def test_the_page_without_javascript_leads_to_the_receipt(aws: Aws) -> None:
    sent()
    fields = {"questionnaire": "fs-intake", "answers.goal": "why", "answers.insurance": "private"}
    form = {"content-type": "application/x-www-form-urlencoded", "accept": "text/html"}
    response = posted(urlencode(fields), **form)
    assert (response["statusCode"], response["headers"]["location"]) == (303, f"../../received/{LEAD_ID}?added=yes")
    assert aws.leads()[0]["answers"]["goal"] == ["why"]


def test_logs_hold_no_answer(aws: Aws, logs: Callable[[], str]) -> None:
    sent()
    logs()
    add({"note": "canaryvalue"})
    assert '"answers added"' in (written := logs())
    assert "canaryvalue" not in written


def test_an_addition_promises_no_call_to_an_email_address() -> None:
    without = dict.fromkeys(AFTER.rule_sets["fs-intake"].questionnaire.asked_after_send | {"tx-tried", "help"})
    captured(without, contact={"name": "Jordan Example", "email": "jordan@example.com"})
    texts = [message["text"] for message in content(add(MORE))["messages"]]
    assert texts
    assert not [text for text in texts if "call you" in text]
    note = content(add({"note": "I can't walk"}))["messages"][0]["text"]
    assert "see a doctor today" in note
    assert "call you" not in note


def test_who_asked_for_texts_is_promised_no_call_after_answers_that_raise_the_tier(aws: Aws) -> None:
    contact = {"name": "Jordan Example", "phone": "(312) 555-0142", "preference": "text"}
    left_out = dict.fromkeys(("dx", "imaging", "tx", "tx-tried", "fn"))
    captured(left_out, contact=contact, consents={"contact": True, "sms": True})
    before = aws.leads()[0]["triage"]["tier"]
    answers = submission()["answers"]
    added = content(add({name: answers[name] for name in ("dx", "imaging", "tx", "fn")}))
    texts = [message["text"] for message in added["messages"]]
    assert (before, aws.leads()[0]["triage"]["tier"]) == ("ROUTINE", "PRIORITY")
    assert any("write to you" in text for text in texts)
    assert not any("call you" in text for text in texts)
