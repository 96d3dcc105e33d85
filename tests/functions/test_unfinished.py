"""A visitor who leaves before the end, and comes back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from functions import alert_staff, capture_lead, escalate_leads
from shared.domain.consent import chain_intact
from shared.domain.lead import RETURN_WITHIN, Lead
from tests.aws import Aws
from tests.functions.calls import CONTEXT, EMERGENCY, LEAD_ID, Json, content, event, posting, stream_of, submission
from tests.functions.conftest import Clock

HALF: Json = {"cord": None, "sys": None, "note": None}


def send(answers: Json | None = None, **changes: Any) -> Json:
    answer: Json = capture_lead.handler(posting("capture_lead", submission(answers, **changes)), CONTEXT)
    return answer


def tell(aws: Aws) -> list[str]:
    alert_staff.handler(stream_of(LEAD_ID), CONTEXT)
    escalate_leads.handler(event("escalate_leads"), CONTEXT)
    return [alert["Subject"] for alert in aws.alerts()]


def test_an_unfinished_form_is_stored_and_told_when_the_visitor_does_not_come_back(aws: Aws, clock: Clock) -> None:
    assert send(HALF, complete=False)["statusCode"] == 201
    (lead,) = aws.leads()
    assert lead["complete"] is False
    assert [rule["id"] for rule in lead["triage"]["safety_rules"]] == ["UNK-04"]
    assert tell(aws) == []
    clock.at += RETURN_WITHIN
    assert tell(aws) == ["URGENT lead waiting"]


def test_an_unfinished_form_with_a_red_flag_is_told_at_once(aws: Aws, clock: Clock) -> None:
    send(HALF | EMERGENCY, complete=False)
    assert tell(aws) == ["EMERGENCY lead waiting"]


def test_nothing_is_stored_before_consent(aws: Aws, clock: Clock) -> None:
    assert send(HALF, complete=False, consents={"contact": False})["statusCode"] == 422
    assert aws.leads() == []


def test_the_visitor_comes_back_and_makes_one_lead_of_it(aws: Aws, clock: Clock) -> None:
    first = content(send(HALF, complete=False))
    clock.at += timedelta(minutes=3)
    finished = send()
    assert finished["statusCode"] == 200
    assert content(finished)["reference"] == first["reference"]
    assert content(finished)["disposition"] == "next-business-day-call"
    (stored,) = aws.leads()
    assert (stored["complete"], len(stored["earlier"]), stored["version"]) == (True, 1, 2)
    assert stored["earlier"][0]["triage"]["tier"] == "URGENT"
    assert stored["triage"]["tier"] == "PRIORITY"
    assert tell(aws) == ["PRIORITY lead waiting"]


def test_what_was_newly_consented_is_added_to_the_chain(aws: Aws, clock: Clock) -> None:
    send(HALF, complete=False)
    send(consents={"contact": True, "sms": True})
    lead = Lead.model_validate(aws.leads()[0])
    assert [(record.consent, record.given) for record in lead.consent_records] == [("contact", True), ("sms", True)]
    assert chain_intact(lead.consent_records)
    assert lead.consents_to("sms")
    assert not lead.consents_to("marketing")


def test_a_red_flag_is_not_taken_back_by_answering_again(aws: Aws, clock: Clock) -> None:
    first = content(send(HALF | EMERGENCY, complete=False))
    assert tell(aws) == ["EMERGENCY lead waiting"]
    deadline = aws.leads()[0]["deadline"]
    clock.at += timedelta(minutes=4)
    again = content(send())
    assert (again["disposition"], again["messages"]) == (first["disposition"], first["messages"])
    (lead,) = aws.leads()
    assert (lead["triage"]["tier"], lead["deadline"], lead["alert_delivered"]) == ("EMERGENCY", deadline, 1)
    assert lead["answers"]["em-now"] == ["none"]
    assert lead["earlier"][0]["answers"]["em-now"] == ["chest-pressure"]
    clock.at += timedelta(minutes=1)
    assert tell(aws) == ["EMERGENCY lead waiting"]


def test_a_red_flag_that_comes_later_is_told_at_once(aws: Aws, clock: Clock) -> None:
    send(HALF, complete=False)
    clock.at += timedelta(minutes=20)
    assert tell(aws) == ["URGENT lead waiting"]
    send(EMERGENCY)
    assert tell(aws) == ["EMERGENCY lead waiting"]


def test_coming_back_many_times_keeps_the_lead_small(aws: Aws, clock: Clock) -> None:
    for pain in range(11):
        send(HALF | {"pain": pain}, complete=False)
    (lead,) = aws.leads()
    assert (len(lead["earlier"]), len(lead["consent_records"])) == (5, 1)


def test_the_same_unfinished_form_twice_changes_nothing(aws: Aws, clock: Clock) -> None:
    assert [send(HALF, complete=False)["statusCode"] for _ in range(2)] == [201, 200]
    assert aws.leads()[0]["version"] == 1


def test_an_unfinished_form_that_comes_late_does_not_undo_the_finished_one(aws: Aws, clock: Clock) -> None:
    receipt = send()["body"]
    late = send(HALF, complete=False)
    assert late["statusCode"] == 200
    assert late["body"] == receipt
    assert aws.leads()[0]["complete"] is True


def test_a_finished_form_sent_again_after_coming_back_gives_the_same_receipt(aws: Aws, clock: Clock) -> None:
    send(HALF, complete=False)
    first, again = send(), send()
    assert first["body"] == again["body"]
    assert send({"pain": 3})["statusCode"] == 409
