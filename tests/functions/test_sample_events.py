"""Tests that sample events name the questionnaire's current version."""

from __future__ import annotations

import pytest

from tests.domain.answer_sets import RULE_SET
from tests.functions import calls


@pytest.mark.parametrize(
    "name", ["capture_lead", "capture_lead.answers", "capture_lead.callbacks", "draw_form.screening"]
)
def test_a_form_has_the_current_version_so_that_raising_it_fails_no_test(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert calls.sent(name)["questionnaire"]["version"] == RULE_SET.questionnaire.version
    monkeypatch.setattr(calls, "VERSION", "2.99.0")
    assert calls.sent(name)["questionnaire"]["version"] == "2.99.0"
