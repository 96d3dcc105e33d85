"""Tests that a form of version 1.0.0 is accepted, and its lead is at least URGENT."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from functions import capture_lead, draw_form
from tests.aws import Aws
from tests.functions.calls import CONTEXT, Json, content, event, posting
from tests.functions.staff_calls import opened

OPEN_FORM: Json = json.loads((Path(__file__).parents[1] / "data/submission-1.0.0.json").read_text())
DROPPED_QUESTIONS = {"tx-weeks", "tx-help", "travel"}


def send(answers: Mapping[str, Any] | None = None) -> Json:
    body = OPEN_FORM | {"answers": OPEN_FORM["answers"] | dict(answers or {})}
    return dict(capture_lead.handler(posting("capture_lead", body), CONTEXT))


def test_the_form_is_taken_with_its_contact_and_is_urgent(aws: Aws) -> None:
    response = send()
    assert (response["statusCode"], content(response)["disposition"]) == (201, "same-day-call")
    (lead,) = aws.leads()
    assert (lead["triage"]["tier"], lead["triage"]["failed"]) == ("URGENT", True)
    assert lead["contact"]["phone"] == "+13125550142"
    assert lead["answers"] == OPEN_FORM["answers"]
    assert lead["questionnaire_version"] == "1.0.0"


def test_it_is_urgent_even_if_every_answer_can_be_read(aws: Aws) -> None:
    send_without = {code: answer for code, answer in OPEN_FORM["answers"].items() if code not in DROPPED_QUESTIONS}
    body = OPEN_FORM | {"answers": send_without}
    assert capture_lead.handler(posting("capture_lead", body), CONTEXT)["statusCode"] == 201
    assert aws.leads()[0]["triage"]["tier"] == "URGENT"


def test_codes_that_still_exist_count_beside_dropped_ones(aws: Aws) -> None:
    receipt = content(send({"em-now": ["breath-sweat", "chest-pressure"]}))
    assert receipt["disposition"] == "seek-emergency-care"
    assert aws.leads()[0]["triage"]["tier"] == "EMERGENCY"


def test_staff_see_a_dropped_warning_sign_in_words(aws: Aws) -> None:
    send({"em-now": ["breath-sweat"], "injury": "minor"})
    (lead,) = aws.leads()
    assert lead["triage"]["tier"] == "URGENT"
    shown = {answer["question"]: answer for answer in content(opened(lead["reference"]))["answers"]}
    assert shown["em-now"]["codes"] == ["breath-sweat"]
    assert shown["em-now"]["answer"] == ["Short of breath, cold sweat, sick to the stomach or about to faint"]
    assert shown["tx-weeks"]["answer"] == ["6 weeks or more"]
    assert shown["tx-weeks"]["text"].startswith("In total, how long did you try these")


def test_a_minor_is_still_not_stored(aws: Aws) -> None:
    response = send({"age": 15})
    assert response["statusCode"] == 200
    assert aws.items() == []


def test_its_pages_are_screened_as_far_as_they_can_be_read() -> None:
    answers = {code: answer for code, answer in OPEN_FORM["answers"].items() if code != "note"}
    body = {"questionnaire": OPEN_FORM["questionnaire"], "page": "P1"}

    def screened(**changed: Any) -> Json:
        sent = body | {"answers": answers | {code.replace("_", "-"): value for code, value in changed.items()}}
        return content(draw_form.handler(event("draw_form.screening") | {"body": json.dumps(sent)}, CONTEXT))

    assert screened(em_now=["stroke-signs", "breath-sweat"])["disposition"] == "seek-emergency-care"
    for code in DROPPED_QUESTIONS:
        del answers[code]
    assert screened()["disposition"] == "continue"
