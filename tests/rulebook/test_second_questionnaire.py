"""Tests that a second questionnaire needs only data."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from dev.rulebook import Sheet
from shared.domain.intake.screening import Screening
from shared.domain.intake.submission import Submission
from shared.domain.leads.consent import Visit
from shared.domain.leads.lead import Arrival
from shared.domain.opening_hours import OpeningHours
from shared.domain.rules.triage import SEEK_EMERGENCY_CARE, RuleSet, triage
from shared.rulebook.form_definition import form
from shared.rulebook.loading import Rulebook, load
from shared.usecases.alerting import Alerting, alert_staff
from shared.usecases.capture import capture_lead
from shared.usecases.screening import CONTINUE, screen_answers
from tests.leads import LeadsInMemory, an_intake, varied
from tests.rulebook.folder import copy_of_rulebook

HOURS = OpeningHours.parse("Mon-Fri 08:00-17:00", "America/Chicago")
NOON = datetime(2026, 3, 4, 18, tzinfo=UTC)


@pytest.fixture
def rulebook(tmp_path: Path) -> Rulebook:
    return load(copy_of_rulebook(tmp_path, second=True))


@pytest.fixture
def knee(rulebook: Rulebook) -> RuleSet:
    rule_set = rulebook.of("knee-intake")
    assert rule_set is not None
    return rule_set


def test_both_questionnaires_use_the_same_tiers(rulebook: Rulebook, knee: RuleSet) -> None:
    first = rulebook.of("fs-intake")
    assert first is not None
    assert first.tiers == knee.tiers
    assert (first.id, knee.id) == ("fs-triage", "knee-triage")
    assert first.content_hash != knee.content_hash


@pytest.mark.parametrize(
    ("answers", "tier", "rules", "messages"),
    [
        ({"years": 40, "knee": ["locked"]}, "EMERGENCY", ["K-STUCK"], ["K-STUCK-TODAY", "K-NET"]),
        ({"years": 40, "knee": ["locked"], "since": "before"}, "ROUTINE", [], ["M-R", "K-NET"]),
        ({"years": 40, "knee": ["sore"]}, "PRIORITY", [], ["M-P", "K-NET"]),
        ({"years": 40, "knee": ["none"]}, "ROUTINE", [], ["M-R", "K-NET"]),
        ({"years": 40}, "URGENT", ["K-UNANSWERED"], ["M-U-UNSURE", "K-NET"]),
        ({"years": 9, "knee": ["sore"]}, "NOT_A_FIT", [], ["K-ADULTS", "K-NET"]),
    ],
)
def test_the_second_questionnaire_is_triaged(
    knee: RuleSet, answers: dict[str, Any], tier: str, rules: list[str], messages: list[str]
) -> None:
    result = triage(knee, answers)
    assert (result.tier, [rule.id for rule in result.safety_rules], list(result.messages)) == (tier, rules, messages)


def test_the_second_questionnaire_is_drawn(knee: RuleSet) -> None:
    drawn = form(knee, ["en"])
    assert [[question["code"] for question in page["questions"]] for page in drawn["pages"]] == [
        ["years", "knee"],
        ["since"],
    ]
    assert drawn["pages"][1]["questions"][0]["shown_when"] == {"question": "knee", "any_of": ["locked"]}
    assert drawn["contact"]["hidden_when"] == {"question": "years", "at_most": 17}
    assert drawn["emergency_advice"] == "Invented words that end every answer."


def test_the_second_questionnaire_has_a_signature_sheet(knee: RuleSet) -> None:
    sheet = Sheet(knee).markdown()
    assert all(rule.id in sheet for rule in (*knee.safety, *knee.not_fit, *knee.fit.rules, *knee.tags))


def test_the_second_questionnaire_is_captured_and_alerts_staff(rulebook: Rulebook, knee: RuleSet) -> None:
    store = LeadsInMemory()
    submission = Submission.model_validate(
        {
            "submission_id": str(UUID(int=7)),
            "questionnaire": {"id": "knee-intake", "version": "0.1.0"},
            "answers": {"years": 40, "knee": ["locked"], "since": "today"},
            "contact": {"phone": "+1 312 555 0123"},
            "consents": {"contact": True},
        }
    )
    arrival = Arrival(NOON, Visit("", ""), frozenset())
    captured = capture_lead(submission, arrival, an_intake(store, rulebook))
    assert captured.created
    assert captured.receipt.disposition == "seek-emergency-care"
    lead = store.kept[UUID(int=7)]
    assert (lead.assessment.triage.tier, lead.assessment.triage.rule_set) == ("EMERGENCY", "knee-triage")
    assert triage(knee, lead.submitted.answers) == lead.assessment.triage
    alerted: list[str] = []

    class Desk:
        def publish(self, alert: Any) -> None:
            alerted.append(alert.tier)

    alerting = Alerting(store, rulebook, Desk(), HOURS, "https://staff.example.org/leads/")
    alert_staff(lead.lead_id, alerting, NOON)
    assert alerted == ["EMERGENCY"]


def test_a_page_of_the_second_questionnaire_is_screened(rulebook: Rulebook) -> None:
    screening = Screening.model_validate(
        {
            "questionnaire": {"id": "knee-intake", "version": "0.1.0"},
            "answers": {"years": 40, "knee": ["locked"]},
            "page": "K1",
        }
    )
    assert screen_answers(screening, rulebook, "en").disposition == CONTINUE
    assert screen_answers(varied(screening, page="K2"), rulebook, "en").disposition == SEEK_EMERGENCY_CARE
