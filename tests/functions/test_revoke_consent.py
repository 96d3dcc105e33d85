from __future__ import annotations

import pytest

from functions import capture_lead, revoke_consent
from shared.domain.errors import InvalidInput, NotFound
from shared.domain.leads.consent import chain_intact
from shared.domain.leads.lead import Lead
from tests.aws import Aws
from tests.functions.calls import CONTEXT, LEAD_ID, Json, event, posting, submission


def stored(aws: Aws) -> Lead:
    return Lead.model_validate(aws.stored()[0])


def revoke(**changes: str) -> Json:
    answer: Json = revoke_consent.handler(event("revoke_consent") | changes, CONTEXT)
    return answer


@pytest.fixture
def lead(aws: Aws) -> Lead:
    body = submission(consents={"contact": True, "sms": True, "marketing": False})
    capture_lead.handler(posting("capture_lead", body), CONTEXT)
    return stored(aws)


def test_a_revocation_is_added_to_the_ledger(aws: Aws, lead: Lead) -> None:
    assert revoke() == {"reference": lead.reference, "consent": "sms", "given": False}
    after = stored(aws)
    assert not after.consents_to("sms")
    assert after.consents_to("contact")
    assert after.submitted.consent_records[:-1] == lead.submitted.consent_records
    assert after.submitted.consent_records[-1].how == "revoked: replied STOP to a text message"
    assert chain_intact(after.submitted.consent_records)


def test_a_revocation_records_neither_ip_address_nor_browser(aws: Aws, lead: Lead) -> None:
    revoke()
    given, taken_back = (record for record in stored(aws).submitted.consent_records if record.consent == "sms")
    assert (given.source_address, given.user_agent[:7]) == ("203.0.113.10", "Mozilla")
    assert (taken_back.source_address, taken_back.user_agent) == ("", "")


@pytest.mark.parametrize("consent", ["sms", "marketing"])
def test_revoking_twice_adds_one_entry(aws: Aws, lead: Lead, consent: str) -> None:
    revoke(consent=consent)
    once = stored(aws)
    revoke(consent=consent)
    assert stored(aws) == once


def test_alerts_continue_after_a_revocation(aws: Aws, lead: Lead) -> None:
    revoke()
    after = stored(aws)
    assert (after.escalation.next_at, after.escalation.alert_due, after.escalation.alert_delivered) == (
        lead.escalation.next_at,
        lead.escalation.alert_due,
        lead.escalation.alert_delivered,
    )


def test_an_unknown_lead_fails_the_call() -> None:
    with pytest.raises(NotFound, match="No lead has this lead_id"):
        revoke()


def test_an_unknown_consent_fails_the_call_without_being_quoted(lead: Lead) -> None:
    assert lead.lead_id.hex == LEAD_ID.replace("-", "")
    with pytest.raises(InvalidInput) as failure:
        revoke(consent="canaryvalue")
    assert "canaryvalue" not in str(failure.value)
