from __future__ import annotations

import random
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from dev import people, samples
from shared.domain.intake.submission import Submission
from shared.domain.rules.triage import RuleSet
from shared.rulebook.form_definition import form
from shared.rulebook.loading import load
from tests.domain.answer_sets import RULE_SET
from tests.rulebook.folder import copy_of_rulebook

Json = dict[str, Any]


def drawn(rule_set: RuleSet = RULE_SET, count: int = 300) -> list[Json]:
    questionnaire, chance = form(rule_set, ()), random.Random(1)
    return [samples.sample(questionnaire, number, chance) for number in range(1, count + 1)]


@pytest.fixture(scope="module")
def sent() -> list[Json]:
    return drawn()


def test_every_sample_is_a_valid_submission(sent: list[Json]) -> None:
    for submission in sent:
        Submission.model_validate(submission)
        assert not RULE_SET.questionnaire.problems(submission["answers"])
        assert submission["consents"]["contact"] is True


def test_samples_are_obviously_invented(sent: list[Json]) -> None:
    for submission in sent:
        contact = submission["contact"]
        assert re.fullmatch(r"Sample Patient \d+", contact["name"])
        assert re.fullmatch(r"\(\d{3}\) 555-01\d\d", contact.get("phone", "(312) 555-0100"))
        assert contact.get("email", "x@example.com").endswith("@example.com")


def test_no_two_of_a_thousand_samples_share_a_phone_number_or_address() -> None:
    contacts = [submission["contact"] for submission in drawn(count=1000)]
    for way in ("phone", "email"):
        given = [contact[way] for contact in contacts if way in contact]
        assert len(set(given)) == len(given) > 100


def test_samples_differ_in_contact_language_and_who_fills_in(sent: list[Json]) -> None:
    assert {tuple(sorted({"phone", "email"} & entry["contact"].keys())) for entry in sent} == {
        ("email", "phone"), ("email",), ("phone",),
    }  # fmt: skip
    assert {entry["contact"]["preference"] for entry in sent} == {"call", "text", "email"}
    assert 0.05 < Counter(entry["language"] for entry in sent)["es"] / len(sent) < 0.16
    assert {entry["answers"]["who"] for entry in sent} == {"self", "caregiver"}
    assert any("note" in entry["answers"] for entry in sent)
    assert any("fn" in entry["answers"] for entry in sent)


def test_every_question_that_must_be_answered_is_answered(sent: list[Json]) -> None:
    always = {q.code for q in RULE_SET.questionnaire.questions.values() if q.required and q.shown_when is None}
    for submission in sent:
        assert always <= submission["answers"].keys()


def test_a_form_with_other_questions_is_filled_in_too(tmp_path: Path) -> None:
    knee = load(copy_of_rulebook(tmp_path, second=True)).of("knee-intake")
    assert knee is not None
    answer_sets = [submission["answers"] for submission in drawn(knee, 100)]
    assert not any(knee.questionnaire.problems(answers) for answers in answer_sets)
    assert len({str(answers["knee"]) for answers in answer_sets}) > 1


def question(code: str, *options: str, **more: Any) -> Json:
    listed = [{"code": option, "label": option, "exclusive": option == "none"} for option in options]
    return {"code": code, "type": "choice-many", "text": code, "required": True, "options": listed} | more


def fitted(given: Json, *questions: Json) -> Json:
    questionnaire = {"pages": [{"id": "A", "title": "A", "questions": list(questions)}]}
    return samples.fitted(given, questionnaire, random.Random(3))


def test_only_what_a_form_offers_is_answered() -> None:
    assert fitted({"ces": ["saddle-numb", "bladder-numb"]}, question("ces", "saddle-numb", "none")) == {
        "ces": ["saddle-numb"]
    }
    assert fitted({"ces": ["bladder-numb"], "toe": ["sore"]}, question("ces", "none")) == {"ces": ["none"]}


def test_a_question_that_a_person_skipped_stays_unanswered() -> None:
    assert fitted({}, question("dx", "ddd", "none")) == {}


def test_a_question_that_nobody_knows_gets_an_invented_answer() -> None:
    assert fitted({}, question("new-question", "none")) == {"new-question": ["none"]}


def test_a_follow_up_is_answered_only_if_the_form_shows_it() -> None:
    conditions: list[Json] = [{"question": "ces", "any_of": ["saddle-numb"]}, {"question": "age", "at_least": 60}]
    asked = (
        question("ces", "saddle-numb", "none"),
        {"code": "age", "type": "integer"},
        question("checked", "no", shown_when={"any": conditions}),
    )
    young = {"ces": ["none"], "age": 40, "checked": ["no"]}
    assert "checked" not in fitted(young, *asked)
    assert "checked" in fitted(young | {"age": 60}, *asked)
    assert "checked" in fitted(young | {"ces": ["saddle-numb"]}, *asked)


def test_caregivers_name_themselves_where_the_form_asks() -> None:
    fields = [{"code": "helper_name"}, {"code": "relation"}]
    chance = random.Random(5)
    for person in (people.draw(chance) for _ in range(100)):
        contact = samples._contact(fields, person, 7, chance)
        assert (contact.keys() == {"helper_name", "relation"}) is person.caregiver
