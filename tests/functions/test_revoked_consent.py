from __future__ import annotations

import json
from datetime import timedelta

import pytest

from functions import show_lead
from tests.aws import Aws
from tests.functions.calls import (
    CONTEXT,
    LEAD_ID,
    ROUTINE,
    URGENT,
    Json,
    content,
    event,
)
from tests.functions.conftest import Clock
from tests.functions.staff_calls import (
    attributes,
    captured,
    opened,
    signed_in,
    swept,
    worked,
)

pytestmark = pytest.mark.usefixtures("clock")


@pytest.mark.parametrize("who", ["nurse", "desk"])
def test_staff_record_that_a_consent_was_revoked(aws: Aws, who: str) -> None:
    reference = captured(URGENT)
    worked(reference, "acknowledge", "other-nurse")
    answer = content(
        worked(reference, "revoke_consent", who, version=1, consent="contact", text="Said so on the phone.")
    )
    assert answer["consents"]["given"]["contact"] is False
    assert answer["consents"]["intact"] is True
    assert answer["consents"]["ledger"][-1]["how"] == "revoked: Said so on the phone."
    assert (answer["history"][-1]["action"], answer["history"][-1]["detail"]) == ("revoke_consent", "contact")
    assert answer["summary"]["owner_name"] == "other-nurse"
    before = aws.items()
    assert worked(reference, "revoke_consent", who, consent="contact", text="Again.")["statusCode"] == 200
    assert aws.items() == before
    assert "revoke_consent" not in content(opened(reference))["actions"]


def test_without_consent_to_contact_no_other_consent_is_in_force(aws: Aws) -> None:
    reference = captured(URGENT, consents={"contact": True, "sms": True, "marketing": True})
    assert all(content(opened(reference))["consents"]["given"].values())
    worked(reference, "revoke_consent", consent="contact", text="Said so on the phone.")
    assert content(opened(reference))["consents"]["given"] == {"contact": False, "sms": False, "marketing": False}
    assert all(content(worked(reference, "undo"))["consents"]["given"].values())


def test_an_administrator_alone_cannot_revoke_a_consent(aws: Aws) -> None:
    reference = captured(URGENT)
    before = aws.items()
    assert worked(reference, "revoke_consent", "admin", consent="contact", text="By letter.")["statusCode"] == 403
    assert aws.items() == before


def test_a_tampered_ledger_is_reported(aws: Aws) -> None:
    reference = captured(URGENT)
    assert content(opened(reference))["consents"]["intact"] is True
    [lead] = aws.stored()
    lead["submitted"]["consent_records"][0]["covers"] = ["+13125550199"]
    aws.corrupt(LEAD_ID, json.dumps(lead))
    assert content(opened(reference))["consents"]["intact"] is False


def test_the_number_of_a_person_who_wants_no_contact_is_shown_only_for_a_medical_reason(aws: Aws) -> None:
    reference = captured(URGENT, contact={"name": "Jo Doe", "phone": "(312) 555-0147"})
    worked(reference, "revoke_consent", consent="contact", text="Said so on the phone.")
    hidden = opened(reference)
    assert "5550147" not in hidden["body"]
    assert content(hidden)["contact"] == {"name": "Jo Doe"}
    assert (content(hidden)["contact_hidden"], content(hidden)["summary"]["contact_revoked"]) == (True, True)
    call = event("show_lead") | {
        "pathParameters": {"reference": reference},
        "queryStringParameters": {"contact": "shown"},
    }
    assert show_lead.handler(signed_in(call, "admin"), CONTEXT)["statusCode"] == 403
    shown = show_lead.handler(signed_in(call, "nurse"), CONTEXT)
    assert content(shown)["contact"]["phone"] == "+13125550147"
    assert [entry["what"] for entry in aws.accesses()].count("contact shown for a medical reason") == 1


@pytest.mark.parametrize(("answers", "sent"), [(URGENT, ["clinician"]), (ROUTINE, [])])
def test_the_ladder_of_a_person_who_wants_no_contact_is_one_note(
    aws: Aws, clock: Clock, answers: Json, sent: list[str]
) -> None:
    reference = captured(answers)
    aws.alerts()
    worked(reference, "revoke_consent", consent="contact", text="Said so on the phone.")
    for _ in range(6):
        clock.at += timedelta(minutes=30)
        swept()
    alerts = aws.alerts()
    assert [attributes(alert)["audience"] for alert in alerts] == sent
    assert all("no longer wants contact" in alert["Message"] for alert in alerts)
    aws.wire.calls.clear()
    swept()
    assert aws.wire.calls == ["dynamodb.Query"] * 2  # the sweep does not read the lead again
    assert content(opened(reference))["next"]["what"] == "close"


def test_a_revocation_recorded_by_mistake_is_undone(aws: Aws, clock: Clock) -> None:
    reference = captured(URGENT)
    worked(reference, "revoke_consent", consent="contact", text="By mistake.")
    clock.at += timedelta(minutes=9)
    seen = content(worked(reference, "undo"))
    assert (seen["contact_hidden"], seen["consents"]["given"]["contact"]) == (False, True)
    assert seen["consents"]["intact"] is True
    aws.alerts()
    for minutes in (0, 30, 30):
        clock.at += timedelta(minutes=minutes)
        swept()
    assert [attributes(alert)["audience"] for alert in aws.alerts()] == ["clinician", "desk", "manager"]
