from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from functions.draw_form import handler
from shared.domain.rules.condition import questions_of
from tests.aws import Aws
from tests.functions.calls import CONTEXT, Json, content, event, pointers, posting, sent
from tests.leads import RULEBOOK

CALM: Json = {"age": 62, "who": "self", "em-now": ["none"], "region": ["lumbar"]}


def screen(page: str, answers: Json, **changes: object) -> Json:
    body = sent("draw_form.screening") | {"page": page, "answers": answers} | changes
    response: Json = handler(posting("draw_form.screening", body), CONTEXT)
    return response


def shown(response: Json) -> list[str]:
    assert response["statusCode"] == 200
    return [message["id"] for message in content(response)["messages"]]


def test_a_page_without_an_emergency_lets_the_form_continue(aws: Aws) -> None:
    response = handler(event("draw_form.screening"), CONTEXT)
    assert (response["statusCode"], response["headers"]["cache-control"]) == (200, "no-store")
    assert content(response) == {"disposition": "continue", "minor": False, "messages": []}
    assert aws.wire.calls == []


@pytest.mark.parametrize(
    "sign", ["chest-pressure", "breath", "sweat-faint", "tearing-pain", "stroke-signs", "bad-headache", "cold-limb"]
)
def test_an_emergency_on_the_first_page_interrupts(sign: str, logs: Callable[[], str]) -> None:
    response = screen("P1", {"age": 30, "em-now": ["none", sign]})
    assert content(response)["disposition"] == "seek-emergency-care"
    assert shown(response) == ["M-E-HEART", "M-NET"]
    assert "emergency_advice_shown" in logs()


def test_thoughts_of_self_harm_are_answered_without_other_advice() -> None:
    assert shown(screen("P1", {"em-now": ["self-harm"]})) == ["M-E-CRISIS"]


def test_a_note_is_screened() -> None:
    assert shown(screen("P8", CALM | {"note": "I want to die"})) == ["M-E-CRISIS"]


def test_no_call_is_promised_without_contact_data() -> None:
    response = screen("P6", CALM | {"ces": ["saddle-numb"]})
    assert "call you" not in response["body"]


def test_skipped_follow_ups_of_a_completed_page_count() -> None:
    assert shown(screen("P4", CALM | {"ces": ["saddle-numb"]})) == ["M-E-CES", "M-NET"]


QUESTIONNAIRE = RULEBOOK.rule_sets["fs-intake"].questionnaire


@pytest.mark.parametrize(("checked", "disposition"), [("same", "continue"), ("no", "seek-emergency-care")])
def test_a_sign_that_a_doctor_has_checked_does_not_interrupt(checked: str, disposition: str) -> None:
    answers = CALM | {"ces": ["saddle-numb"], "ces-onset": "2w-3m", "checked": checked}
    assert content(screen("P4", answers))["disposition"] == disposition


def test_checked_is_asked_when_all_that_calls_for_it_is_known() -> None:
    (page,) = [page for page in QUESTIONNAIRE.form_pages if "checked" in {one.code for one in page.questions}]
    asked = {
        one.code
        for earlier in QUESTIONNAIRE.form_pages[: QUESTIONNAIRE.form_pages.index(page) + 1]
        for one in earlier.questions
    }
    condition = QUESTIONNAIRE.questions["checked"].shown_when
    assert condition is not None
    assert questions_of(condition) <= asked
    assert "ces" in {one.code for one in page.questions}, "its rules could interrupt before"


def test_pages_not_yet_shown_cause_no_emergency() -> None:
    """If `injury-when` on page P2 counted as skipped, an old injury would be an emergency."""
    answers = CALM | {"motor": ["leg-weak"], "motor-course": "stable", "injury": "major"}
    assert content(screen("P1", answers))["disposition"] == "continue"
    assert content(screen("P2", answers))["disposition"] == "seek-emergency-care"


def test_pages_not_yet_shown_in_another_version_cause_no_emergency() -> None:
    answers = CALM | {"motor": ["leg-weak"], "motor-course": "stable", "injury": "major", "of-another-version": "yes"}
    version = {"id": "fs-intake", "version": "0.9.0"}
    assert screen("P1", answers, questionnaire=version)["statusCode"] == 422
    assert content(screen("P2", answers, questionnaire=version))["disposition"] == "seek-emergency-care"


def test_an_emergency_in_another_version_interrupts() -> None:
    answers = {"em-now": ["stroke-signs", "of-another-version"], "ces": ["saddle-numb"]}
    response = screen("P2", answers, questionnaire={"id": "fs-intake", "version": "0.9.0"})
    assert content(response)["disposition"] == "seek-emergency-care"


@pytest.mark.parametrize(
    ("answers", "notice"), [({"age": 17}, "M-NF-MINOR"), ({"who": "guardian", "age": 45}, "M-NF-GUARDIAN")]
)
def test_a_minor_is_informed_and_continues(answers: Json, notice: str) -> None:
    response = screen("P2", CALM | answers)
    assert (content(response)["disposition"], content(response)["minor"]) == ("continue", True)
    assert shown(response) == [notice, "M-NET"]


def test_a_child_with_a_warning_sign_gets_advice_for_it() -> None:
    answers = CALM | {"age": 12, "who": "guardian", "sys": ["fever"]}
    assert shown(screen("P4", answers)) == ["M-U-MED", "M-U-CHILD", "M-NF-GUARDIAN", "M-NET"]
    assert shown(screen("P2", CALM | {"age": 9, "who": "guardian"})) == ["M-U-CHILD", "M-NF-GUARDIAN", "M-NET"]


def test_an_emergency_of_a_minor_comes_first() -> None:
    response = screen("P2", {"age": 12, "em-now": ["stroke-signs"]})
    assert content(response)["minor"] is True
    assert shown(response) == ["M-E-HEART", "M-NF-MINOR", "M-NET"]


def test_an_urgent_answer_does_not_interrupt() -> None:
    assert shown(screen("P3", CALM | {"sys": ["fever"]})) == []


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"contact": {"phone": "312 555 0142"}}, "/contact"),
        ({"consents": {"contact": True}}, "/consents"),
        ({"submission_id": "0b4f7c1e-6a52-4d0b-9a3e-5d1c2b7f8e90"}, "/submission_id"),
        ({"page": "P9"}, "/page"),
        ({"page": "P10"}, "/page"),
        ({"page": "canaryvalue canaryvalue"}, "/page"),
        ({"answers": CALM | {"ces": ["canaryvalue"]}}, "/answers/ces"),
        ({"answers": CALM | {"canaryvalue x": 1}}, "/answers"),
        ({"questionnaire": {"id": "canaryvalue", "version": "1.0.0"}}, "/questionnaire/id"),
    ],
)
def test_personal_data_and_invalid_fields_are_refused(changes: Json, pointer: str) -> None:
    response = handler(posting("draw_form.screening", sent("draw_form.screening") | changes), CONTEXT)
    assert response["statusCode"] == 422
    assert pointers(response) == [pointer]
    assert "canaryvalue" not in response["body"]
    assert "call 911" in content(response)["emergency_advice"]


def test_a_defect_gives_advice_and_a_phone_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("functions.draw_form.screen_answers", broken)
    response = handler(event("draw_form.screening"), CONTEXT)
    assert response["statusCode"] == 503
    assert "call 911" in content(response)["emergency_advice"]
    assert content(response)["clinic_phone"] == "(312) 555-0100"


def test_a_scoring_failure_is_reported_and_logged(monkeypatch: pytest.MonkeyPatch, logs: Callable[[], str]) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("shared.usecases.scoring.triage", broken)
    monkeypatch.setattr("shared.domain.rules.triage.triage", broken)
    response = handler(event("draw_form.screening"), CONTEXT)
    assert response["statusCode"] == 503
    assert "911" in json.loads(response["body"])["emergency_advice"]
    assert "ScoringFailed" in logs()


def test_the_advice_is_in_the_visitors_language() -> None:
    body = sent("draw_form.screening") | {"page": "P1", "answers": {"age": 30, "em-now": ["chest-pressure"]}}
    asked = posting("draw_form.screening", body)
    asked["headers"] = {**asked["headers"], "accept-language": "es-MX, en;q=0.5"}
    response = handler(asked, CONTEXT)
    assert shown(response) == ["M-E-HEART", "M-NET"]
    assert "Llame al 911" in response["body"]


@pytest.mark.parametrize(
    "changes",
    [{"page": "P99"}, {"contact": {"name": "canaryvalue"}}, {"questionnaire": {"id": "gone", "version": "1"}}],
)
def test_an_emergency_in_a_refused_screening_gets_its_advice(changes: Json) -> None:
    answers = {"em-now": ["chest-pressure"], "note": "canaryvalue"}
    asked = posting("draw_form.screening", sent("draw_form.screening") | {"page": "P1", "answers": answers} | changes)
    asked["headers"] = {**asked["headers"], "accept-language": "es_MX"}
    response = handler(asked, CONTEXT)
    assert response["statusCode"] == 422
    assert [message["id"] for message in content(response)["messages"]] == ["M-E-HEART", "M-NET"]
    assert "Llame al 911" in content(response)["emergency_advice"]
    assert "canaryvalue" not in response["body"]
