"""Tests unfinished forms, and resubmissions by returning visitors."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from functions import alert_staff, capture_lead, escalate_leads
from shared.domain.leads.consent import chain_intact
from shared.domain.leads.lead import RETURN_WITHIN, Lead
from shared.domain.leads.resubmission import MAX_RESUBMISSIONS
from tests.aws import Aws
from tests.functions.admin_calls import exported_person, retired
from tests.functions.calls import CONTEXT, EMERGENCY, LEAD_ID, Json, content, event, posting, stream_of, submission
from tests.functions.conftest import Clock
from tests.functions.staff_calls import listed, opened, references, worked
from tests.leads import RULEBOOK

HALF: Json = {"cord": None, "sys": None, "note": None}


def send(answers: Json | None = None, **changes: Any) -> Json:
    answer: Json = capture_lead.handler(posting("capture_lead", submission(answers, **changes)), CONTEXT)
    return answer


def run_alerts(aws: Aws) -> list[str]:
    alert_staff.handler(stream_of(LEAD_ID), CONTEXT)
    escalate_leads.handler(event("escalate_leads"), CONTEXT)
    return [alert["Subject"] for alert in aws.alerts()]


def test_an_abandoned_form_is_stored_and_alerted(aws: Aws, clock: Clock) -> None:
    assert send(HALF, complete=False)["statusCode"] == 201
    (lead,) = aws.leads()
    assert lead["complete"] is False
    assert [rule["id"] for rule in lead["triage"]["safety_rules"]] == ["UNK-04"]
    assert run_alerts(aws) == []
    clock.at += RETURN_WITHIN
    assert run_alerts(aws) == ["URGENT lead waiting"]


def test_an_unfinished_form_with_a_red_flag_is_alerted_at_once(aws: Aws, clock: Clock) -> None:
    send(HALF | EMERGENCY, complete=False)
    assert run_alerts(aws) == ["EMERGENCY lead waiting"]


def test_nothing_is_stored_before_consent(aws: Aws, clock: Clock) -> None:
    assert send(HALF, complete=False, consents={"contact": False})["statusCode"] == 422
    assert aws.leads() == []


TAKES_BACK: Json = {"answers": {}, "contact": None, "consents": {"contact": False}, "complete": False}


def take_back() -> Json:
    return send(**TAKES_BACK)


def test_unticking_the_consent_withdraws_what_was_sent_early(aws: Aws, clock: Clock) -> None:
    send(HALF, complete=False)
    clock.at += timedelta(minutes=1)
    answer = take_back()
    assert (answer["statusCode"], content(answer)["reference"]) == (200, None)
    clock.at += RETURN_WITHIN
    assert run_alerts(aws) == []
    assert references(listed()) == []
    (lead,) = aws.leads()
    assert (lead["status"], lead["closed_reason"], lead["answers"], lead["attribution"]) == (
        "closed",
        "withdrawn",
        {},
        {},
    )
    assert [entry["action"] for entry in lead["history"]] == ["withdrawn"]
    shown = content(opened(lead["reference"]))
    assert (shown["contact_hidden"], "phone" in shown["contact"]) == (True, False)
    assert chain_intact(Lead.model_validate(aws.stored()[0]).submitted.consent_records)


def test_withdrawing_twice_is_harmless(aws: Aws, clock: Clock) -> None:
    send(HALF, complete=False)
    assert [take_back()["statusCode"] for _ in range(2)] == [200, 200]
    assert aws.leads()[0]["version"] == 2


def test_a_red_flag_that_was_withdrawn_is_shown_to_a_clinician_without_contact(aws: Aws, clock: Clock) -> None:
    send(HALF | EMERGENCY, complete=False)
    take_back()
    (lead,) = aws.leads()
    assert (lead["status"], lead["answers"]["em-now"]) == ("new", ["chest-pressure"])
    run_alerts(aws)
    assert references(listed()) == [lead["reference"]]
    assert content(opened(lead["reference"]))["contact_hidden"]


def test_a_form_that_somebody_works_on_stays_with_them_without_contact(aws: Aws, clock: Clock) -> None:
    send(HALF, complete=False)
    reference = aws.leads()[0]["reference"]
    worked(reference, "acknowledge")
    take_back()
    (lead,) = aws.leads()
    assert (lead["status"], lead["owner_name"], bool(lead["answers"])) == ("acknowledged", "nurse", True)
    assert content(opened(reference))["contact_hidden"]


def test_a_withdrawal_removes_earlier_answers_too(aws: Aws, clock: Clock) -> None:
    send(HALF, complete=False)
    clock.at += timedelta(minutes=1)
    send(HALF | {"age": 44}, complete=False)
    assert len(aws.stored()[0]["earlier"]) == 1
    take_back()
    assert aws.stored()[0]["earlier"] == []


def test_what_was_sent_with_send_is_not_withdrawn_by_the_page(aws: Aws, clock: Clock) -> None:
    send()
    assert take_back()["statusCode"] == 422
    assert aws.leads()[0]["status"] == "new"


def test_nothing_is_withdrawn_while_the_table_is_unavailable(aws: Aws, clock: Clock) -> None:
    send(HALF, complete=False)
    aws.wire.down.add("dynamodb.GetItem")
    assert take_back()["statusCode"] == 503


def test_after_a_withdrawal_the_visitor_can_still_send(aws: Aws, clock: Clock) -> None:
    send(HALF, complete=False)
    take_back()
    clock.at += timedelta(minutes=1)
    send()
    (lead,) = aws.leads()
    assert (lead["status"], lead["complete"], lead["closed_reason"]) == ("new", True, "")
    assert lead["answers"] == submission()["answers"]
    assert not Lead.model_validate(aws.stored()[0]).contact_revoked
    assert run_alerts(aws) == ["PRIORITY lead waiting"]
    shown = content(opened(lead["reference"]))
    assert [(entry["action"], entry["detail"]) for entry in shown["history"]] == [
        ("withdrawn", ""),
        ("sent_after_all", ""),
    ]
    # Otherwise, the inbox would show "All 0 answers".
    assert (shown["earlier"], shown["summary"]["sent_more"]) == ([], False)


def test_a_returning_visitor_completes_the_same_lead(aws: Aws, clock: Clock) -> None:
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
    assert run_alerts(aws) == ["PRIORITY lead waiting"]


def test_new_consents_are_added_to_the_ledger(aws: Aws, clock: Clock) -> None:
    send(HALF, complete=False)
    send(consents={"contact": True, "sms": True})
    lead = Lead.model_validate(aws.stored()[0])
    assert [(record.consent, record.given) for record in lead.submitted.consent_records] == [
        ("contact", True),
        ("sms", True),
    ]
    assert chain_intact(lead.submitted.consent_records)
    assert lead.consents_to("sms")
    assert not lead.consents_to("marketing")


def test_a_resubmission_does_not_remove_a_red_flag(aws: Aws, clock: Clock) -> None:
    first = content(send(HALF | EMERGENCY, complete=False))
    assert run_alerts(aws) == ["EMERGENCY lead waiting"]
    deadline = aws.leads()[0]["deadline"]
    clock.at += timedelta(minutes=4)
    again = content(send())
    assert (again["disposition"], again["messages"]) == (first["disposition"], first["messages"])
    (lead,) = aws.leads()
    assert (lead["triage"]["tier"], lead["deadline"], lead["alert_delivered"]) == ("EMERGENCY", deadline, 1)
    assert lead["answers"]["em-now"] == ["none"]
    assert lead["earlier"][0]["answers"]["em-now"] == ["chest-pressure"]
    clock.at += timedelta(minutes=1)
    assert run_alerts(aws) == ["EMERGENCY lead waiting"]


def test_a_red_flag_in_a_resubmission_is_alerted_at_once(aws: Aws, clock: Clock) -> None:
    send(HALF, complete=False)
    clock.at += timedelta(minutes=20)
    assert run_alerts(aws) == ["URGENT lead waiting"]
    send(EMERGENCY)
    assert run_alerts(aws) == ["EMERGENCY lead waiting"]


def test_many_resubmissions_keep_the_lead_small(aws: Aws, clock: Clock) -> None:
    for pain in range(11):
        send(HALF | {"pain": pain}, complete=False)
    (lead,) = aws.leads()
    assert (len(lead["earlier"]), len(lead["consent_records"])) == (5, 1)


def test_resubmissions_do_not_delay_escalation(aws: Aws, clock: Clock) -> None:
    audiences = []
    for number in range(4):
        send(EMERGENCY | {"note": f"Still waiting, {number}."}, complete=False)
        for _ in range(3):
            escalate_leads.handler(event("escalate_leads"), CONTEXT)
            audiences += [alert["MessageAttributes"]["audience"]["Value"] for alert in aws.alerts()]
            clock.at += timedelta(minutes=1)
    assert audiences == ["clinician", "desk", "manager"]


def test_too_many_resubmissions_start_a_new_lead(aws: Aws, clock: Clock) -> None:
    """Staff could not acknowledge a lead that fills DynamoDB's 400 KB."""
    texts = {
        consent.code: consent.text_hash for consent in RULEBOOK.rule_sets["fs-intake"].questionnaire.contact.consents
    }
    everything: Json = {
        "complete": False,
        "consents": dict.fromkeys(texts, True),
        "consents_shown": texts,
        "page": f"https://www.clinic.example/{'p' * 470}",
    }
    for number in range(MAX_RESUBMISSIONS + 3):
        everything["contact"] = {"name": "N" * 120, "phone": f"(312) 555-01{number:02}"}
        answers = []
        for _ in range(2):
            clock.at += timedelta(seconds=1)
            answers.append(send({"note": f"{number:03}{'n' * 490}"}, **everything))
        first, again = answers
        assert (first["statusCode"] in (200, 201), again["statusCode"]) == (True, 200)
        assert content(first) == content(again)
    assert sorted(len(lead["history"]) for lead in aws.leads()) == [0, 0, MAX_RESUBMISSIONS]
    assert max(len(json.dumps(item)) for item in aws.items()) < 150_000


def test_the_same_unfinished_form_twice_changes_nothing(aws: Aws, clock: Clock) -> None:
    assert [send(HALF, complete=False)["statusCode"] for _ in range(2)] == [201, 200]
    assert aws.leads()[0]["version"] == 1


def test_a_late_unfinished_form_does_not_undo_the_finished_one(aws: Aws, clock: Clock) -> None:
    receipt = send()["body"]
    late = send(HALF, complete=False)
    assert late["statusCode"] == 200
    assert late["body"] == receipt
    assert aws.leads()[0]["complete"] is True


def test_a_repeated_finished_form_gets_the_same_receipt(aws: Aws, clock: Clock) -> None:
    send(HALF, complete=False)
    first, again = send(), send()
    assert first["body"] == again["body"]
    assert send({"pain": 3})["statusCode"] == 409


def test_a_red_flag_that_arrives_after_the_finished_form_is_alerted(aws: Aws, clock: Clock) -> None:
    """The red flag is only in the unfinished form, which arrives last."""
    finished = content(send())
    assert run_alerts(aws) == ["PRIORITY lead waiting"]
    worked(finished["reference"], "book")
    assert send(HALF | EMERGENCY, complete=False)["statusCode"] == 200
    assert run_alerts(aws) == ["EMERGENCY lead waiting"]
    (lead,) = aws.leads()
    assert (lead["complete"], lead["status"], lead["triage"]["tier"]) == (True, "new", "EMERGENCY")
    assert send()["statusCode"] == send(HALF | EMERGENCY, complete=False)["statusCode"] == 200
    assert aws.leads()[0]["version"] == lead["version"]


def test_a_resubmission_reopens_a_closed_lead_and_alerts(aws: Aws, clock: Clock) -> None:
    reference = content(send(HALF, complete=False))["reference"]
    clock.at += RETURN_WITHIN
    run_alerts(aws)
    worked(reference, "close", reason="unreachable", text="No number.")
    clock.at += timedelta(days=1)
    send(EMERGENCY)
    assert run_alerts(aws) == ["EMERGENCY lead waiting"]
    seen = content(opened(reference))
    assert (seen["summary"]["status"], seen["summary"]["sent_more"]) == ("new", True)
    assert (seen["history"][-1]["action"], seen["history"][-1]["detail"]) == ("returned", "opened_again")
    assert references(listed()) == [reference]
    clock.at += timedelta(minutes=5)
    assert run_alerts(aws) == ["EMERGENCY lead waiting"]


def test_a_red_flag_lowered_by_a_clinician_is_alerted_when_sent_again(aws: Aws, clock: Clock) -> None:
    reference = content(send(HALF | EMERGENCY, complete=False))["reference"]
    run_alerts(aws)
    worked(reference, "lower_tier", tier="ROUTINE", text="It was last year.")
    run_alerts(aws)
    send(EMERGENCY)
    assert run_alerts(aws) == ["EMERGENCY lead waiting"]
    assert aws.leads()[0]["staff_tier"] == ""


def test_the_owner_keeps_the_lead_and_sees_the_resubmission(aws: Aws, clock: Clock) -> None:
    reference = content(send(HALF, complete=False))["reference"]
    clock.at += RETURN_WITHIN
    run_alerts(aws)
    worked(reference, "acknowledge")
    send()
    assert run_alerts(aws) == []
    summary = content(opened(reference))["summary"]
    assert (summary["owner_name"], summary["sent_more"], summary["complete"]) == ("nurse", True, True)
    assert content(worked(reference, "contact_attempt", outcome="reached"))["summary"]["sent_more"] is False


def test_a_released_red_flag_lead_is_listed_first(aws: Aws, clock: Clock) -> None:
    reference = content(send(EMERGENCY))["reference"]
    assert aws.items()[0]["due_partition"]["S"].startswith("red-")
    worked(reference, "acknowledge")
    worked(reference, "reopen")
    assert aws.items()[0]["due_partition"]["S"].startswith("red-")


def test_earlier_submissions_are_shown_exported_and_retired(aws: Aws, clock: Clock) -> None:
    reference = content(send(HALF | {"note": "Canarynote"}, complete=False))["reference"]
    send()
    shown, (data,) = content(opened(reference)), content(exported_person(reference))["leads"]
    assert len(shown["earlier"]) == len(data["earlier"]) == 1
    assert "Canarynote" in json.dumps(shown["earlier"])
    assert "Canarynote" in json.dumps(data["earlier"])
    worked(reference, "acknowledge")
    clock.at += timedelta(days=367)
    assert retired()["answers"] == 1
    assert "Canarynote" not in json.dumps(aws.items())
    assert content(opened(reference))["earlier"] == []
