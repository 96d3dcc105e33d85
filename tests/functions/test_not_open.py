"""Tests that an unsigned form stays closed, except in a pilot."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from functions import capture_lead, wiring
from shared.domain.intake.submission import Submission
from shared.rulebook import loading
from tests.aws import Aws
from tests.functions.calls import CONTEXT, content, event, posting, sent
from tests.rulebook.folder import signed, unsigned

RULEBOOK = loading.load()


def loads(monkeypatch: pytest.MonkeyPatch, rulebook: loading.Rulebook) -> None:
    monkeypatch.setattr(loading, "load", lambda **_: rulebook)
    wiring.rulebook.cache_clear()


@pytest.fixture(autouse=True)
def no_pilot(monkeypatch: pytest.MonkeyPatch, unsigned_rules: None) -> None:
    monkeypatch.setenv("PILOT_WITHOUT_APPROVAL", "no")


def test_the_form_is_closed_until_it_is_signed(aws: Aws, logs: Callable[[], str]) -> None:
    response = capture_lead.handler(event("capture_lead"), CONTEXT)
    assert response["statusCode"] == 403
    problem = content(response)
    assert (problem["title"], problem["clinic_phone"]) == ("This form is not open yet", "(312) 555-0100")
    assert "call 911" in problem["emergency_advice"]
    assert aws.items() == []
    assert "form_not_open" in logs()


def test_a_signed_form_is_open(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    loads(monkeypatch, signed(RULEBOOK))
    assert capture_lead.handler(event("capture_lead"), CONTEXT)["statusCode"] == 201


def test_a_pilot_is_open(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PILOT_WITHOUT_APPROVAL", "yes")
    assert capture_lead.handler(event("capture_lead"), CONTEXT)["statusCode"] == 201


def test_a_canary_goes_through_a_closed_form(aws: Aws) -> None:
    body = sent("capture_lead")
    token = capture_lead.guard.canary_token(Submission.model_validate(body).submission_id)
    assert capture_lead.handler(posting("capture_lead", body | {"token": token}), CONTEXT)["statusCode"] == 201


def test_an_unreviewed_translation_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    loads(monkeypatch, signed(RULEBOOK, reviewed=False))
    assert wiring.rulebook().languages("fs-intake") == ("en",)
    loads(monkeypatch, signed(RULEBOOK, reviewed=True))
    assert wiring.rulebook().languages("fs-intake") == ("en", "es")
    loads(monkeypatch, unsigned(RULEBOOK))
    monkeypatch.setenv("PILOT_WITHOUT_APPROVAL", "yes")
    assert wiring.rulebook().languages("fs-intake") == ("en", "es")
