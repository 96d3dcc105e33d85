"""Tests that the form opens only once a physician has signed it, unless the stack is a pilot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from functions import capture_lead, wiring
from shared.domain.intake.submission import Submission
from shared.rulebook.loading import load
from tests.aws import Aws
from tests.functions.calls import CONTEXT, content, event, posting, sent


@pytest.fixture(autouse=True)
def no_pilot(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PILOT_WITHOUT_APPROVAL", "no")
    load_again = wiring.rulebook.cache_clear
    load_again()
    yield
    load_again()


def test_the_form_is_closed_until_it_is_signed(aws: Aws, logs: Callable[[], str]) -> None:
    response = capture_lead.handler(event("capture_lead"), CONTEXT)
    assert response["statusCode"] == 403
    problem = content(response)
    assert (problem["title"], problem["clinic_phone"]) == ("This form is not open yet", "(312) 555-0100")
    assert "call 911" in problem["emergency_advice"]
    assert aws.items() == []
    assert "form_not_open" in logs()


def test_a_signed_form_is_open(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    (rule_set,) = load().rule_sets.values()
    form = replace(rule_set.questionnaire, approved_by="Dr. Example", approved_on="2026-12-01")
    signed = rule_set._replace(questionnaire=form, approved_by="Dr. Example", approved_on="2026-12-01")
    monkeypatch.setattr(wiring, "rulebook", lambda: load()._replace(rule_sets={form.id: signed}))
    assert capture_lead.handler(event("capture_lead"), CONTEXT)["statusCode"] == 201


def test_a_pilot_is_open(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PILOT_WITHOUT_APPROVAL", "yes")
    assert capture_lead.handler(event("capture_lead"), CONTEXT)["statusCode"] == 201


def test_a_canary_goes_through_a_closed_form(aws: Aws) -> None:
    body = sent("capture_lead")
    token = capture_lead.guard.canary_token(Submission.model_validate(body).submission_id)
    assert capture_lead.handler(posting("capture_lead", body | {"token": token}), CONTEXT)["statusCode"] == 201


def test_an_unreviewed_translation_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    assert wiring.rulebook().languages("fs-intake") == ("en",)
    wiring.rulebook.cache_clear()
    monkeypatch.setenv("PILOT_WITHOUT_APPROVAL", "yes")
    assert wiring.rulebook().languages("fs-intake") == ("en", "es")
