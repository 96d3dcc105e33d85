"""Tests what staff see of a lead: the answers that raised the tier, and the questions to ask on the phone."""

from __future__ import annotations

from typing import Any

import pytest

from shared.domain.leads.lead import Lead
from shared.domain.leads.lead_view import advice_in_english
from shared.domain.opening_hours import OpeningHours
from shared.domain.rules.advice import ShownMessage
from shared.domain.rules.triage import RuleSet
from shared.http.lead_responses import LeadView
from shared.usecases.inbox import OpenedLead
from tests.leads import HOURS, RECEIVED, RULEBOOK, a_lead, varied

ALL_NEGATIVE = {
    "em-now": ["none"],
    "ces": ["none"],
    "motor": ["none"],
    "cord": ["none"],
    "sys": ["none"],
    "injury": "no",
}
RULE_SET = RULEBOOK.of("fs-intake")


def view_with(**answers: object) -> dict[str, Any]:
    assert RULE_SET is not None
    answered = {"age": 57, "who": "self", "region": ["lumbar"], **ALL_NEGATIVE, **answers}
    return view_of(a_lead({code.replace("_", "-"): answer for code, answer in answered.items()}), RULE_SET)


def view_of(lead: Lead, rule_set: RuleSet) -> dict[str, Any]:
    return LeadView.of(OpenedLead(lead, rule_set, (), (), HOURS, RECEIVED)).model_dump(mode="json")


def positives(view: dict[str, Any]) -> list[str]:
    return [answer["question"] for answer in view["answers"] if answer["positive"]]


def to_ask(view: dict[str, Any]) -> list[tuple[str, str]]:
    return [(question["question"], question["why"]) for question in view["to_ask"]]


@pytest.mark.parametrize(
    ("sends_mail", "contact", "why"),
    [
        (True, {"name": "A", "email": "a@example.com"}, ""),
        (True, {"name": "A", "phone": "(312) 555-0142"}, "no_address"),
        (False, {"name": "A", "email": "a@example.com"}, "off"),
    ],
)
def test_staff_read_whether_the_person_would_be_mailed(sends_mail: bool, contact: dict[str, str], why: str) -> None:
    assert RULE_SET is not None
    opened = OpenedLead(a_lead(contact=contact), RULE_SET, (), (), HOURS, RECEIVED, sends_mail=sends_mail)
    assert LeadView.of(opened).mails.unmailed == why


def test_staff_get_the_opening_hours_with_the_lead() -> None:
    assert RULE_SET is not None
    hours = OpeningHours.parse("Mon-Tue 08:00-17:00, Fri 08:00-12:30", "America/Chicago", "2026-12-25,2026-01-19")
    shown = LeadView.of(OpenedLead(a_lead(), RULE_SET, (), (), hours, RECEIVED)).model_dump(mode="json")["hours"]
    assert shown == {
        "time_zone": "America/Chicago",
        "days": {"Mon": ["08:00", "17:00"], "Tue": ["08:00", "17:00"], "Fri": ["08:00", "12:30"]},
        "holidays": ["2026-01-19", "2026-12-25"],
    }


@pytest.mark.parametrize(
    ("answers", "raised"),
    [
        ({}, []),
        ({"ces": ["saddle-numb"], "ces_onset": "2w-3m"}, ["ces"]),
        ({"injury": "major", "injury_when": "lt2w"}, ["injury", "injury-when", "sx"]),
        ({"sys": ["fever", "ivdu"], "pattern": ["sit-better"]}, ["sys"]),
        ({"spread": ["leg-one"], "pain": 6}, []),
    ],
)
def test_answers_that_a_fired_safety_rule_checks_for_are_positive(answers: dict[str, Any], raised: list[str]) -> None:
    assert positives(view_with(**answers)) == raised


def test_a_safety_question_answered_unsure_is_asked_on_the_phone() -> None:
    view = view_with(ces=["unsure"])
    assert to_ask(view) == [("ces", "not sure")]
    assert positives(view) == ["ces"]


def test_what_is_asked_on_the_phone_can_be_read_out() -> None:
    (question,) = view_with(motor=["unsure"])["to_ask"]
    assert question["text"] == "Is any part of your body weak?"
    assert question["options"] == [
        "My foot drags or slaps, or I can't lift my foot or toes",
        "One leg is weak or gives way",
        "An arm or hand is weak, or I drop things",
    ]


def test_each_message_that_a_patient_saw_in_spanish_is_shown_in_english() -> None:
    spanish, english = RULEBOOK.of("fs-intake", "es"), RULE_SET
    assert spanish is not None
    assert english is not None
    for message_id, message in spanish.messages.items():
        for variant in ("text", "closed_text", "no_number_text"):
            shown = getattr(message, variant)
            if shown is None:
                continue
            shown = shown.replace("{deadline}", "el lunes 30 de noviembre a las 5 p.m. CST")
            told = advice_in_english(ShownMessage(message_id, shown), spanish, english)
            assert told == getattr(english.messages[message_id], variant).replace(
                "{deadline}", "Monday, November 30 at 5 PM CST"
            )
    assert advice_in_english(ShownMessage("M-NET", "Other words."), spanish, english) == ""
    assert advice_in_english(ShownMessage("M-GONE", "Words."), spanish, english) == ""


def test_questions_to_ask_are_also_in_the_language_of_the_patient() -> None:
    lead = a_lead({"motor": ["unsure"]}, language="es")
    opened = OpenedLead(lead, RULE_SET, (), (), HOURS, RECEIVED, translation=RULEBOOK.of("fs-intake", "es"))  # type: ignore[arg-type]
    question = next(one for one in LeadView.of(opened).to_ask if one.question == "motor")
    assert question.text == "Is any part of your body weak?"
    assert question.spoken_text == "\u00bfTiene alguna parte del cuerpo d\u00e9bil, con poca fuerza?"
    assert len(question.spoken_options) == len(question.options) == 3


def test_each_safety_rule_shows_its_own_floor() -> None:
    rules = view_with(em_now=["chest-pressure"], motor=["unsure"])["triage"]["safety_rules"]
    assert {rule["id"]: rule["floor"] for rule in rules} == {"CARD-01": "EMERGENCY", "UNK-02": "PRIORITY"}


def test_a_rule_that_was_removed_shows_no_floor() -> None:
    assert RULE_SET is not None
    lead = a_lead({"em-now": ["chest-pressure"]})
    now = varied(RULE_SET, safety=())
    (rule, *_) = view_of(lead, now)["triage"]["safety_rules"]
    assert (rule["id"], rule["floor"]) == ("CARD-01", "")


def test_a_follow_up_that_was_skipped_is_asked() -> None:
    assert to_ask(view_with(motor=["leg-weak"])) == [("motor-course", "not answered")]


def test_free_text_answers_are_marked_as_text() -> None:
    words = [answer for answer in view_with(note="It burns.")["answers"] if answer["type"] == "text"]
    assert [answer["answer"] for answer in words] == [["It burns."]]
