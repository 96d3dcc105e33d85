"""What staff read first: the answers that raised the tier, and what is still to be asked."""

from __future__ import annotations

from typing import Any

import pytest

from shared.domain.leads.lead import Lead
from shared.domain.rules.triage import RuleSet
from shared.http.staff_responses import LeadView
from shared.usecases.inbox import OpenedLead
from tests.leads import RECEIVED, RULEBOOK, a_lead, varied

NOTHING_SAID = {
    "em-now": ["none"],
    "ces": ["none"],
    "motor": ["none"],
    "cord": ["none"],
    "sys": ["none"],
    "injury": "no",
}
RULE_SET = RULEBOOK.of("fs-intake")


def seen(**answers: object) -> dict[str, Any]:
    assert RULE_SET is not None
    said = {"age": 57, "who": "self", "region": ["lumbar"], **NOTHING_SAID, **answers}
    return view_of(a_lead({code.replace("_", "-"): answer for code, answer in said.items()}), RULE_SET)


def view_of(lead: Lead, rule_set: RuleSet) -> dict[str, Any]:
    return LeadView.of(OpenedLead(lead, rule_set, (), (), RECEIVED)).model_dump(mode="json")


def positives(view: dict[str, Any]) -> list[str]:
    return [answer["question"] for answer in view["answers"] if answer["positive"]]


def to_ask(view: dict[str, Any]) -> list[tuple[str, str]]:
    return [(question["question"], question["why"]) for question in view["to_ask"]]


@pytest.mark.parametrize(
    ("answers", "raised"),
    [
        ({}, []),
        ({"ces": ["saddle-numb"], "ces_onset": "2w-3m"}, ["ces"]),
        ({"injury": "major", "injury_when": "lt2w"}, ["injury", "injury-when"]),
        ({"sys": ["fever", "ivdu"], "pattern": ["sit-better"]}, ["sys"]),
        ({"spread": ["leg-one"], "pain": 6}, []),
    ],
)
def test_only_answers_that_a_fired_safety_rule_looks_for_come_first(answers: dict[str, Any], raised: list[str]) -> None:
    assert positives(seen(**answers)) == raised


def test_a_safety_question_that_the_patient_could_not_answer_is_asked_again() -> None:
    view = seen(ces=["unsure"])
    assert to_ask(view) == [("ces", "not sure")]
    assert positives(view) == ["ces"]


def test_what_is_asked_on_the_phone_can_be_read_out() -> None:
    (question,) = seen(motor=["unsure"])["to_ask"]
    assert question["text"] == "Is any part of your body weak?"
    assert question["options"] == [
        "My foot drags or slaps, or I can't lift my foot or toes",
        "One leg is weak or gives way",
        "An arm or hand is weak, or I drop things",
    ]


def test_each_safety_rule_says_how_urgent_it_is_by_itself() -> None:
    rules = seen(em_now=["chest-pressure"], motor=["unsure"])["triage"]["safety_rules"]
    assert {rule["id"]: rule["floor"] for rule in rules} == {"CARD-01": "EMERGENCY", "UNK-02": "PRIORITY"}


def test_a_rule_that_is_no_longer_in_the_rules_has_no_urgency() -> None:
    assert RULE_SET is not None
    lead = a_lead({"em-now": ["chest-pressure"]})
    now = varied(RULE_SET, safety=())
    (rule, *_) = view_of(lead, now)["triage"]["safety_rules"]
    assert (rule["id"], rule["floor"]) == ("CARD-01", "")


def test_a_follow_up_that_was_skipped_is_asked() -> None:
    assert to_ask(seen(motor=["leg-weak"])) == [("motor-course", "not answered")]


def test_the_patients_own_words_are_known_as_such() -> None:
    words = [answer for answer in seen(note="It burns.")["answers"] if answer["type"] == "text"]
    assert [answer["answer"] for answer in words] == [["It burns."]]
