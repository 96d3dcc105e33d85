"""Tests that a candidate rulebook's results are recorded, and never affect a lead."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from shared.domain.intake.submission import Submission
from shared.domain.leads.consent import Visit
from shared.domain.leads.lead import Arrival, Lead
from shared.domain.leads.lead_summary import LeadSummary
from shared.domain.rules.condition import Facts
from shared.http.lead_responses import LeadView
from shared.rulebook import loading
from shared.rulebook.loading import CANDIDATE, FOLDER, Rulebook, load, load_candidate
from shared.usecases.capture import Captured, capture_lead
from shared.usecases.inbox import OpenedLead
from tests.functions.calls import NOT_A_FIT, PRIORITY, URGENT, Json, submission
from tests.leads import HOURS, RECEIVED, RULEBOOK, LeadsInMemory, an_intake, varied

VERSION, CANDIDATE_VERSION = RULEBOOK.rule_sets["fs-intake"].version, "999.0.0"


class Breaks:
    def holds(self, facts: Facts) -> bool:  # noqa: ARG002
        raise ZeroDivisionError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path in FOLDER.glob("*.toml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    rules = tmp_path / "fs-triage.toml"
    lower = rules.read_text().replace('floor = "URGENT"', 'floor = "PRIORITY"')
    rules.write_text(lower.replace(f'version = "{VERSION}"', f'version = "{CANDIDATE_VERSION}"'))
    return tmp_path


def captured(candidate: Rulebook | None, answers: Json) -> tuple[Lead, Captured]:
    sent = Submission.model_validate(submission(answers, submission_id=str(uuid4())))
    intake = an_intake(LeadsInMemory(), candidate=candidate)
    done = capture_lead(sent, Arrival(RECEIVED, Visit("203.0.113.10", "a browser"), frozenset()), intake)
    assert done.lead
    return done.lead, done


def test_the_candidate_result_is_recorded_and_changes_nothing_else(folder: Path) -> None:
    alone, _ = captured(None, URGENT)
    lead, done = captured(load_candidate(folder), URGENT)
    assert alone.assessment.shadow is None
    assert lead.assessment.shadow is not None
    assert (lead.assessment.shadow.tier, lead.assessment.shadow.rule_set_version) == ("PRIORITY", CANDIDATE_VERSION)
    assert set(lead.assessment.shadow.rules) == {rule.id for rule in lead.assessment.triage.safety_rules}
    assert varied(lead, shadow=None).assessment == alone.assessment
    assert varied(lead, consent_records=()).submitted == varied(alone, consent_records=()).submitted
    assert (lead.escalation, lead.work, lead.version) == (alone.escalation, alone.work, alone.version)
    assert lead.tier == "URGENT"
    assert "shadow" not in str(done.receipt)


def test_a_shadow_is_kept_with_the_lead_and_shown_to_nobody(folder: Path) -> None:
    lead, _ = captured(load_candidate(folder), NOT_A_FIT)
    again = Lead.model_validate_json(lead.model_dump_json())
    assert again.assessment.shadow is not None
    assert again.assessment.shadow == lead.assessment.shadow
    opened = OpenedLead(lead, RULEBOOK.rule_sets["fs-intake"], (), (), HOURS, RECEIVED)
    assert "shadow" not in LeadView.of(opened).as_json()
    assert "shadow" not in LeadSummary.model_fields


def test_a_lead_without_a_shadow_can_be_read() -> None:
    lead, _ = captured(None, PRIORITY)
    assert Lead.model_validate(lead.model_dump(exclude={"shadow"})).assessment.shadow is None


def test_a_candidate_that_fails_never_matters(folder: Path) -> None:
    rulebook = load(folder)
    rule_set = rulebook.rule_sets["fs-intake"]
    broken = tuple(varied(rule, when=Breaks()) for rule in rule_set.safety)
    lead, _ = captured(Rulebook({"fs-intake": varied(rule_set, safety=broken)}, {}), URGENT)
    assert (lead.tier, lead.assessment.shadow) == ("URGENT", None)


def test_a_candidate_for_other_questions_records_nothing(folder: Path) -> None:
    assert captured(Rulebook({}, {}), URGENT)[0].assessment.shadow is None
    rule_set = load(folder).rule_sets["fs-intake"]
    smaller = varied(rule_set.questionnaire, pages=rule_set.questionnaire.pages[:1])
    lead, _ = captured(Rulebook({"fs-intake": varied(rule_set, questionnaire=smaller)}, {}), URGENT)
    assert (lead.tier, lead.assessment.shadow) == ("URGENT", None)


@pytest.mark.parametrize("content", [b"", b"\xff", b"[[tiers]]\nname = 1\n"])
def test_a_candidate_that_cannot_be_loaded_is_ignored(folder: Path, content: bytes) -> None:
    (folder / "tiers.toml").write_bytes(content)
    assert load_candidate(folder) is None


def test_the_default_is_no_candidate(tmp_path: Path) -> None:
    assert load_candidate(tmp_path / "none") is None
    assert loading.CANDIDATE.parent == FOLDER


@pytest.mark.skipif(not CANDIDATE.is_dir(), reason="no rule set is being tried")
def test_the_candidate_that_is_shipped_can_be_loaded() -> None:
    assert load(CANDIDATE).rule_sets
