"""Tests that an alert tells staff enough, says nothing about the person, and fits SNS."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from shared.domain.leads.alert import ON_CALL, Alert, Summary, alert_for
from shared.domain.leads.lead import Lead
from shared.domain.leads.rota import EVERYONE
from tests.functions.calls import EMERGENCY, PRIORITY, ROUTINE, URGENT, Json
from tests.leads import HOURS, RULEBOOK, a_lead, varied

LINK = "https://staff.clinic.example/leads/"
CHICAGO = ZoneInfo("America/Chicago")
TIERS = RULEBOOK.rule_sets["fs-intake"].tiers


def alert(lead: Lead, level: int = 1) -> Alert:
    return alert_for(lead, level, lead.ladder(TIERS, HOURS), LINK, CHICAGO, lead.assessment.received_at, EVERYONE)


@pytest.mark.parametrize("answers", [EMERGENCY, URGENT, PRIORITY, ROUTINE])
def test_the_subject_names_only_the_tier(answers: Json) -> None:
    """SNS never encrypts subjects. SNS refuses line breaks, non-ASCII characters, and 100 or more characters."""
    one, two = (alert(a_lead(answers, contact={"phone": phone})) for phone in ("3125550142", "3125550143"))
    assert one.subject == two.subject == f"{one.tier} lead waiting"
    assert one.subject.isascii()
    assert one.subject.isprintable()
    assert len(one.subject) < 100


@pytest.mark.parametrize("answers", [EMERGENCY, URGENT, PRIORITY, ROUTINE])
def test_every_escalation_level_has_its_audience(answers: Json) -> None:
    lead = a_lead(answers)
    steps = lead.ladder(TIERS, HOURS)
    alerts = [alert(lead, level) for level in range(1, len(steps) + 1)]
    assert [each.audience for each in alerts] == [step.audience for step in steps.steps]
    assert [each.kind for each in alerts] == ["new"] + ["escalation"] * (len(steps) - 1)


def test_a_priority_lead_with_a_safety_rule_alerts_a_clinician_first() -> None:
    raised, fit = a_lead(ROUTINE | {"sys": ["cancer"]}), a_lead(PRIORITY)
    assert raised.tier == fit.tier == "PRIORITY"
    assert [bool(lead.assessment.triage.safety_rules) for lead in (raised, fit)] == [True, False]
    assert [alert(lead).audience for lead in (raised, fit)] == ["clinician", "desk"]
    assert raised.response(TIERS).clinic_does != fit.response(TIERS).clinic_does


def test_the_deadline_is_shown_in_the_clinics_time_with_its_zone() -> None:
    summer = datetime(2026, 7, 14, 16, 0, tzinfo=UTC)
    assert "Respond by Wed 2026-01-14 14:00 CST." in alert(a_lead(URGENT)).body
    assert "Respond by Tue 2026-07-14 15:00 CDT." in alert(a_lead(URGENT, at=summer)).body


def test_an_alert_without_a_deadline_shows_none() -> None:
    assert "Respond by" not in alert(varied(a_lead(URGENT), deadline=None)).body


def test_the_link_ends_in_the_reference() -> None:
    lead = a_lead(URGENT)
    assert alert(lead).body.endswith(f"{LINK}{lead.reference}")


def test_alerts_of_two_leads_differ_only_in_reference_and_id() -> None:
    one = a_lead(URGENT)
    two = a_lead(
        URGENT | {"note": "other", "age": 33, "preg": "no"}, contact={"name": "Other", "email": "o@example.com"}
    )
    assert one.assessment.triage.tier == two.assessment.triage.tier
    first, second = (
        varied(alert(lead), lead_id="", reference="", link="", body=alert(lead).body.replace(lead.reference, ""))
        for lead in (one, two)
    )
    assert first == second


@pytest.mark.parametrize(
    ("audience", "leads", "safety", "waiting", "of_safety"),
    [
        ("clinician", 1, 1, "1 more lead waits for the clinicians", ", EMERGENCY or URGENT"),
        ("clinician", 3, 1, "3 more leads wait for the clinicians", ", 1 of them EMERGENCY or URGENT"),
        ("manager", 2, 0, "2 more leads wait for the managers", ""),
        ("desk", 1, 0, "1 more lead waits for the desk", ""),
        (ON_CALL, 1, 0, "1 more lead waits for nurse", ""),
    ],
)
def test_a_summary_counts_one_lead_in_the_singular_and_no_zero(
    audience: str, leads: int, safety: int, waiting: str, of_safety: str
) -> None:
    summary = Summary(audience, leads, safety, "https://staff.clinic.example/inbox", "nurse")
    assert summary.subject == f"{waiting.partition(' wait')[0]} waiting{of_safety}"
    assert summary.body.splitlines()[0] == f"{waiting}{of_safety}."
