"""Tests with four validators that FHIR Questionnaires are valid."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.questionnaire import Questionnaire
from jsonschema import Draft6Validator
from pydantic import ValidationError

from shared.domain.rules.condition import AnyOf, Every
from shared.domain.rules.triage import RuleSet
from shared.formats.fhir.questionnaire import as_fhir
from shared.rulebook import loading
from shared.rulebook.loading import load
from shared.rulebook.reader import RulebookError
from tests.leads import varied
from tests.rulebook.folder import unsigned
from tests.standards.form_linter import faults, items
from tests.standards.judges import medplum, r4_schema

SECOND = Path(__file__).parents[1] / "data" / "second"
Json = dict[str, Any]
Break = Callable[[Json], object]


@pytest.fixture
def form(rule_set: RuleSet) -> Json:
    return as_fhir(rule_set)


@pytest.fixture(scope="module")
def english() -> RuleSet:
    found = unsigned(load()).of("fs-intake")
    assert found is not None
    return found


@pytest.fixture(scope="module")
def schema(npm: Path) -> Draft6Validator:
    return r4_schema(npm, "Questionnaire")


def item(form: Json, link_id: str) -> Json:
    (found,) = (item for item in items(form) if item["linkId"] == link_id)
    return found


def broken(rule_set: RuleSet, change: Break) -> Json:
    form = copy.deepcopy(as_fhir(rule_set))
    change(form)
    return form


class TestJudges:
    def test_fhir_resources(self, form: Json) -> None:
        assert Questionnaire.model_validate(form).model_dump(mode="json") == form

    @pytest.mark.parametrize(
        "change",
        [
            lambda form: form.pop("status"),
            lambda form: item(form, "age").pop("linkId"),
            lambda form: item(form, "age").update(banana=1),
            lambda form: item(form, "age").update(required="yes, please"),
        ],
    )
    def test_fhir_resources_refuses(self, change: Break, english: RuleSet) -> None:
        with pytest.raises(ValidationError):
            Questionnaire.model_validate(broken(english, change))

    def test_the_r4_schema(self, form: Json, schema: Draft6Validator) -> None:
        assert [error.message for error in schema.iter_errors(form)] == []

    @pytest.mark.parametrize(
        "change",
        [
            lambda form: item(form, "age").update(type="banana"),
            lambda form: form.update(status="signed"),
            lambda form: item(form, "age").update(banana=1),
            lambda form: item(form, "preg")["enableWhen"][0].update(operator="at least"),
        ],
    )
    def test_the_r4_schema_refuses(self, change: Break, english: RuleSet, schema: Draft6Validator) -> None:
        assert list(schema.iter_errors(broken(english, change)))

    def test_medplum(self, npm: Path, form: Json) -> None:
        assert medplum(npm, form) == [[]]

    def test_medplum_refuses(self, npm: Path, english: RuleSet) -> None:
        changes: list[Break] = [
            lambda form: form.pop("status"),
            lambda form: item(form, "age").update(banana=1),
            # Breaks que-12: three or more enableWhen rows require enableBehavior.
            lambda form: item(form, "ces-onset").pop("enableBehavior"),
            lambda form: item(form, "emergency-advice").update(required=True),  # breaks FHIR invariant que-6
        ]
        judged = medplum(npm, *(broken(english, change) for change in changes))
        assert [bool(issues) for issues in judged] == [True] * len(changes), judged

    def test_our_linter(self, form: Json, rule_set: RuleSet) -> None:
        assert faults(form, rule_set) == []

    @pytest.mark.parametrize(
        ("change", "fault"),
        [
            (lambda form: item(form, "who").update(linkId="age"), "age: duplicate linkId"),
            (lambda form: form["item"].reverse(), "which does not come before"),
            (lambda form: item(form, "ces-onset")["enableWhen"][0].update(question="cse"), "enableWhen asks about cse"),
            (
                lambda form: item(form, "ces-onset")["enableWhen"][0]["answerCoding"].update(code="ces.other"),
                "enableWhen wants ces.other",
            ),
            (lambda form: item(form, "preg")["enableWhen"][0].update(question="who"), "compares who with a number"),
            (lambda form: item(form, "P5").pop("item"), "sys: left out"),
            (lambda form: item(form, "ces")["answerOption"].pop(), "ces: option unsure left out"),
            (lambda form: item(form, "ces")["answerOption"][-1].pop("extension"), "unsure is marked exclusive wrongly"),
            (lambda form: item(form, "ces").update(text="Any of these?"), "ces: other text"),
            (lambda form: item(form, "ces-onset").pop("enableWhen"), "ces-onset: shown in other cases"),
            (lambda form: item(form, "consent.sms").update(text="Yes"), "consent.sms: other text"),
        ],
    )
    def test_our_linter_refuses(self, change: Break, fault: str, english: RuleSet) -> None:
        found = faults(broken(english, change), english)
        assert any(fault in entry for entry in found), found


def signed(part: Any) -> Any:
    return varied(part, approved_by="Dr. Example", approved_on="2026-02-01")


class TestContent:
    def test_is_a_draft_until_a_physician_approves_form_and_rules(self, english: RuleSet) -> None:
        both = varied(signed(english), questionnaire=signed(english.questionnaire))
        assert as_fhir(english)["status"] == "draft"
        assert "approvalDate" not in as_fhir(english)
        assert as_fhir(signed(english))["status"] == "draft"
        assert as_fhir(both)["status"] == "active"
        assert as_fhir(both)["approvalDate"] == "2026-02-01"
        Questionnaire.model_validate(as_fhir(both))

    def test_is_a_draft_while_its_translation_awaits_review(self, english: RuleSet) -> None:
        questionnaire = varied(signed(english.questionnaire), reviewed=False)
        assert as_fhir(varied(signed(english), questionnaire=questionnaire))["status"] == "draft"

    def test_carries_the_verified_standard_codes_and_no_others(self, english: RuleSet) -> None:
        coded = {entry["linkId"]: entry["code"] for entry in items(as_fhir(english)) if "code" in entry}
        assert coded == {
            "age": [{"system": "http://loinc.org", "code": "30525-0"}],
            "preg": [{"system": "http://loinc.org", "code": "82810-3"}],
            "pain": [{"system": "http://loinc.org", "code": "72514-3"}],
        }

    @pytest.mark.parametrize(
        "code", ["72514-3", "http://loinc.org|", "http://loinc.org|pain", "http://other.example|1"]
    )
    def test_a_malformed_standard_code_is_refused_at_load(self, code: str, tmp_path: Path) -> None:
        for path in Path(loading.__file__).parent.glob("fs-*.toml"):
            text = path.read_text(encoding="utf-8").replace("http://loinc.org|72514-3", code)
            (tmp_path / path.name).write_text(text, encoding="utf-8")
        shutil.copy(Path(loading.__file__).with_name("tiers.toml"), tmp_path)
        with pytest.raises(RulebookError, match="standard_code"):
            load(tmp_path)

    def test_bounds_repeats_and_lengths(self, english: RuleSet) -> None:
        form = as_fhir(english)
        bounds = {entry["url"].rpartition("/")[2]: entry["valueInteger"] for entry in item(form, "pain")["extension"]}
        assert bounds == {"minValue": 0, "maxValue": 10}
        assert item(form, "ces")["repeats"] is True
        assert "repeats" not in item(form, "who")
        assert (item(form, "note")["type"], item(form, "note")["maxLength"]) == ("text", 500)

    def test_a_number_between_bounds_becomes_two_required_rows(self, english: RuleSet) -> None:
        preg = item(as_fhir(english), "preg")
        assert [(row["operator"], row["answerInteger"]) for row in preg["enableWhen"]] == [(">=", 18), ("<=", 55)]
        assert preg["enableBehavior"] == "all"

    def test_contact_fields_are_hidden_from_minors_but_not_without_an_age(self, english: RuleSet) -> None:
        form = as_fhir(english)
        by_age, by_person = item(form, "contact"), item(form, "contact.1")
        assert by_age["item"] == [by_person]
        assert by_age["enableWhen"] == [
            {"question": "age", "operator": "exists", "answerBoolean": False},
            {"question": "age", "operator": ">", "answerInteger": 17},
        ]
        assert [row["operator"] for row in by_person["enableWhen"]] == ["exists", "=", "="]
        assert "guardian" not in json.dumps(by_person["enableWhen"])
        assert by_age["enableBehavior"] == by_person["enableBehavior"] == "any"

    def test_no_consent_is_preselected(self, english: RuleSet) -> None:
        consents = [entry for entry in items(as_fhir(english)) if entry["linkId"].startswith("consent.")]
        assert len(consents) == 3
        assert all(entry["type"] == "boolean" and "initial" not in entry for entry in consents)

    def test_a_second_questionnaire_needs_no_code(self, tmp_path: Path) -> None:
        for path in (Path(loading.__file__).with_name("tiers.toml"), *SECOND.glob("*.toml")):
            shutil.copy(path, tmp_path)
        for rule_set in load(tmp_path).rule_sets.values():
            Questionnaire.model_validate(as_fhir(rule_set))
            assert faults(as_fhir(rule_set), rule_set) == []

    def test_refuses_a_condition_that_it_cannot_express(self, english: RuleSet) -> None:
        condition = Every((AnyOf("sys", frozenset({"fever"})), AnyOf("sx", frozenset({"pain"}))))
        contact = varied(english.questionnaire.contact, hidden_when=condition)
        with pytest.raises(RulebookError, match="cannot express the opposite of Every"):
            as_fhir(varied(english, questionnaire=varied(english.questionnaire, contact=contact)))
        (first, *_), *_ = (page.questions for page in english.questionnaire.pages)
        page = varied(english.questionnaire.pages[0], questions=(varied(first, shown_when=condition),))
        with pytest.raises(RulebookError, match="cannot express Every"):
            as_fhir(varied(english, questionnaire=varied(english.questionnaire, pages=(page,))))


def test_receiving_answers_does_not_load_fhir() -> None:
    program = (
        "import sys; from tests.aws import ENVIRONMENT; import os; os.environ.update(ENVIRONMENT)\n"
        "import functions.capture_lead, functions.draw_form\n"
        "print([name for name in sys.modules if 'fhir' in name or name == 'shared.formats.submission_schema'])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
