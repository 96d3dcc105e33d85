"""Tests with four validators that FHIR Bundles of leads are valid."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft6Validator
from pydantic import ValidationError

from shared.domain.leads.booking import Booking
from shared.domain.leads.history import HistoryEntry
from shared.domain.leads.lead import Lead
from shared.domain.rules.triage import RuleSet, triage
from shared.formats.fhir.bundle import as_bundle
from tests.domain.answer_sets import any_answers
from tests.functions.calls import EMERGENCY, NOT_A_FIT, URGENT
from tests.leads import RECEIVED, RULEBOOK, a_lead, varied
from tests.standards.bundle_linter import faults
from tests.standards.judges import medplum, r4_schema

LATER = RECEIVED + timedelta(hours=1)
Json = dict[str, Any]
Break = Callable[[Json], object]
found = RULEBOOK.of("fs-intake")
assert found is not None
RULE_SET: RuleSet = found


def worked(lead: Lead, **changes: object) -> Lead:
    entry = HistoryEntry(at=LATER, by="s-1", by_name="N. Nurse", action="acknowledge", version=lead.version + 1)
    after = lead.changed(history=(*lead.history, entry))
    return varied(after, owner="s-1", owner_name="N. Nurse", acknowledged_at=LATER, **changes)


LEADS: dict[str, Lead] = {
    "priority": a_lead(),
    "urgent": a_lead(URGENT),
    "emergency, alerted twice": varied(a_lead(EMERGENCY), alert_delivered=2),
    "not a fit": a_lead(NOT_A_FIT),
    "in Spanish": a_lead(URGENT, language="es"),
    "unfinished": a_lead({"pain": None, "fn": None}, complete=False),
    "no answers": varied(a_lead(), answers={}, messages_shown=()),
    "by e-mail only": a_lead(contact={"email": "a@example.com", "preference": "email"}),
    "consent revoked": a_lead(consents={"contact": True, "sms": True}).revoked("sms", "STOP", LATER),
    "acknowledged": worked(a_lead(URGENT), status="acknowledged"),
    "tried": worked(a_lead(), status="acknowledged", attempts=1),
    "raised": worked(a_lead(), status="acknowledged", staff_tier="URGENT"),
    "booked": worked(a_lead(), status="booked"),
    "booked for a time": worked(
        a_lead(), status="booked", booking=Booking(LATER + timedelta(days=2), "Dr. Lee", "Bring your MRI.")
    ),
    "closed": worked(a_lead(), status="closed", closed_reason="unreachable", closed_at=LATER),
    "from an ad": varied(
        a_lead(), consent_records=tuple(varied(r, text="") for r in a_lead().submitted.consent_records)
    ),
}


def bundle_of(*leads: Lead) -> Json:
    return as_bundle([(lead, RULE_SET) for lead in leads], LATER)


def every(bundle: Json, kind: str) -> list[Json]:
    return [entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind]


def one(bundle: Json, kind: str) -> Json:
    (resource,) = every(bundle, kind)
    return resource


def broken(change: Break) -> Json:
    bundle = copy.deepcopy(bundle_of(LEADS["acknowledged"]))
    change(bundle)
    return bundle


@pytest.fixture(params=[*LEADS, "all of them", "none"])
def bundle(request: pytest.FixtureRequest) -> Json:
    leads = {"all of them": tuple(LEADS.values()), "none": ()}.get(request.param)
    return bundle_of(*([LEADS[request.param]] if leads is None else leads))


@pytest.fixture(scope="module")
def schema(npm: Path) -> Draft6Validator:
    return r4_schema(npm, "Bundle")


class TestJudges:
    def test_fhir_resources(self, bundle: Json) -> None:
        if bundle["entry"]:
            assert Bundle.model_validate(bundle).model_dump(mode="json") == bundle

    @pytest.mark.parametrize(
        "change",
        [
            lambda bundle: one(bundle, "RiskAssessment").pop("status"),
            lambda bundle: one(bundle, "Task").pop("intent"),
            lambda bundle: one(bundle, "Patient").update(banana=1),
            lambda bundle: every(bundle, "Consent")[0].update(dateTime="yesterday"),
        ],
    )
    def test_fhir_resources_refuses(self, change: Break) -> None:
        with pytest.raises(ValidationError):
            Bundle.model_validate(broken(change))

    def test_the_r4_schema(self, bundle: Json, schema: Draft6Validator) -> None:
        assert [error.message for error in schema.iter_errors(bundle)] == []

    @pytest.mark.parametrize(
        "change",
        [
            lambda bundle: one(bundle, "Task").update(status="banana"),
            lambda bundle: every(bundle, "DetectedIssue")[0].update(severity="terrible"),
            lambda bundle: every(bundle, "Consent")[0].update(status="given"),
            lambda bundle: bundle.update(type="heap"),
        ],
    )
    def test_the_r4_schema_refuses(self, change: Break, schema: Draft6Validator) -> None:
        assert list(schema.iter_errors(broken(change)))

    def test_medplum(self, npm: Path) -> None:
        bundles = [*(bundle_of(lead) for lead in LEADS.values()), bundle_of(*LEADS.values())]
        resources = [entry["resource"] for entry in bundles[-1]["entry"]]
        judged = medplum(npm, *bundles, *resources)
        assert [issues for issues in judged if issues] == []

    def test_medplum_refuses(self, npm: Path) -> None:
        changes: list[Break] = [
            lambda bundle: one(bundle, "RiskAssessment")["subject"].update(reference="urn:uuid:1"),
            lambda bundle: one(bundle, "RiskAssessment").pop("subject"),
            lambda bundle: every(bundle, "Consent")[0].pop("scope"),
            lambda bundle: every(bundle, "Communication")[0].update(
                reasonReference=one(bundle, "Task")["reasonReference"]
            ),
            lambda bundle: one(bundle, "Task").update(banana=1),
        ]
        judged = medplum(npm, *(broken(change) for change in changes))
        assert [bool(issues) for issues in judged] == [True] * len(changes), judged

    def test_our_linter(self, bundle: Json) -> None:
        assert faults(bundle, RULE_SET) == []

    @pytest.mark.parametrize(
        ("change", "fault"),
        [
            (lambda bundle: bundle["entry"].pop(0), "leads nowhere"),
            (lambda bundle: bundle["entry"].append(bundle["entry"][0]), "duplicate fullUrl"),
            (lambda bundle: one(bundle, "RiskAssessment").pop("subject"), "about nobody"),
            (lambda bundle: bundle["entry"][0].update(fullUrl="urn:uuid:1"), "not the address"),
            (
                lambda bundle: one(bundle, "RiskAssessment")["prediction"][0]["qualitativeRisk"]["coding"][0].update(
                    code="DIRE"
                ),
                "DIRE is not a code",
            ),
            (lambda bundle: one(bundle, "QuestionnaireResponse")["item"][0].update(linkId="P9"), "on page P9"),
            (lambda bundle: one(bundle, "QuestionnaireResponse")["item"][0]["item"][0].update(text="?"), "other text"),
            (lambda bundle: one(bundle, "Task").update(resourceType="Flag"), "unexpected Flag"),
        ],
    )
    def test_our_linter_refuses(self, change: Break, fault: str) -> None:
        entries = faults(broken(change), RULE_SET)
        assert any(fault in entry for entry in entries), entries


@given(st.randoms(use_true_random=False))
def test_any_answers_make_a_valid_bundle(chance: random.Random) -> None:
    answers = any_answers(chance, RULE_SET.questionnaire)
    result = triage(RULE_SET, answers)
    lead = varied(LEADS["acknowledged"], answers=answers, triage=result)
    bundle = bundle_of(lead)
    assert faults(bundle, RULE_SET) == []
    assert Bundle.model_validate(bundle).model_dump(mode="json") == bundle
    said = {item["linkId"] for page in one(bundle, "QuestionnaireResponse").get("item", ()) for item in page["item"]}
    facts = RULE_SET.questionnaire.facts(answers)
    counting = facts.numbers.keys() | facts.texts.keys() | facts.chosen.keys()
    assert said == counting & answers.keys()


class TestContent:
    def test_every_answer_is_included_with_its_text(self) -> None:
        lead = LEADS["urgent"]
        response = one(bundle_of(lead), "QuestionnaireResponse")
        answers = {item["linkId"]: item["answer"] for page in response["item"] for item in page["item"]}
        assert answers.keys() == lead.submitted.answers.keys()
        assert answers["age"] == [{"valueInteger": lead.submitted.answers["age"]}]
        assert answers["sys"][0]["valueCoding"]["code"] == "sys.fever"
        assert answers["sys"][0]["valueCoding"]["display"]

    def test_hidden_answers_are_left_out_unless_safety_rules_use_them(self) -> None:
        """The form hides the question at age 70, but safety rules use a "yes" at any age."""

        def exported(answers: dict[str, Any]) -> set[str]:
            response = one(bundle_of(a_lead(answers)), "QuestionnaireResponse")
            return {item["linkId"] for page in response["item"] for item in page["item"]}

        assert exported({"age": 70, "preg": "no"}) & {"age", "preg"} == {"age"}
        assert exported({"age": 70, "preg": "yes"}) >= {"age", "preg"}

    def test_no_answer_is_lost_when_a_questionnaire_changes_or_goes(self) -> None:
        lead = varied(a_lead(), answers={"gone": ["a", "b"], "older": 3, "words": "as typed"})
        for rule_set in (RULE_SET, None):
            response = one(as_bundle([(lead, rule_set)], LATER), "QuestionnaireResponse")
            assert [item["linkId"] for item in response["item"]] == ["gone", "older", "words"]
            assert Bundle.model_validate(as_bundle([(lead, rule_set)], LATER))

    def test_an_extension_stands_beside_the_number(self) -> None:
        lead = a_lead(contact={"phone": "(312) 555-0142 ext. 12"})
        assert one(bundle_of(lead), "Patient")["telecom"][0]["value"] == "+13125550142 ext. 12"

    def test_state_of_work_is_a_task(self) -> None:
        seen = {
            name: (task["status"], task["priority"])
            for name, lead in LEADS.items()
            for task in every(bundle_of(lead), "Task")
        }
        assert seen["emergency, alerted twice"] == ("requested", "stat")
        assert seen["urgent"] == ("requested", "asap")
        assert seen["priority"] == ("requested", "urgent")
        assert seen["raised"] == ("accepted", "asap")
        assert seen["tried"] == ("in-progress", "urgent")
        assert seen["booked"] == ("completed", "urgent")
        assert seen["closed"] == ("failed", "urgent")
        assert "not a fit" not in seen
        assert one(bundle_of(LEADS["acknowledged"]), "Task")["owner"]["display"] == "N. Nurse"
        assert one(bundle_of(LEADS["urgent"]), "Task")["restriction"]["period"]["end"] == "2026-01-14T20:00:00Z"

    def test_a_booking_with_a_time_is_an_appointment(self) -> None:
        assert every(bundle_of(LEADS["booked"]), "Appointment") == []
        appointment = one(bundle_of(LEADS["booked for a time"]), "Appointment")
        assert (appointment["start"], appointment["patientInstruction"]) == ("2026-01-16T17:00:00Z", "Bring your MRI.")
        assert [entry["actor"].get("display") for entry in appointment["participant"]] == [None, "Dr. Lee"]

    def test_all_consents_are_included_and_the_latest_counts(self) -> None:
        consents = every(bundle_of(LEADS["consent revoked"]), "Consent")
        kinds = [(consent["category"][1]["coding"][0]["code"], consent["status"]) for consent in consents]
        assert kinds == [
            ("contact", "active"),
            ("sms", "inactive"),
            ("sms", "inactive"),
        ]

    def test_advice_and_alerts_are_communications_without_health_data(self) -> None:
        lead = LEADS["emergency, alerted twice"]
        payloads = [
            part["contentString"] for sent in every(bundle_of(lead), "Communication") for part in sent["payload"]
        ]
        rule_set = f"{RULE_SET.id} {RULE_SET.version}"
        assert payloads == [
            *(f"{message.id} ({rule_set})" for message in lead.assessment.messages_shown),
            "alert 1 to staff",
            "alert 2 to staff",
        ]

    def test_the_visitors_ip_address_and_browser_are_not_exported(self) -> None:
        text = json.dumps(bundle_of(*LEADS.values()))
        assert "203.0.113.10" not in text
        assert "a browser" not in text

    def test_every_rule_and_message_has_a_valid_fhir_id(self) -> None:
        ids = [rule.id for rule in (*RULE_SET.safety, RULE_SET.scoring_failure)] + list(RULE_SET.messages)
        assert max(map(len, ids)) <= 64 - 37
        assert all(set(name) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.") for name in ids)
