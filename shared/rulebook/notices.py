"""Provides the notices for every page: emergency advice, and a warning while an approval is missing."""

from __future__ import annotations

from shared.rulebook.loading import Rulebook
from shared.rulebook.ui_texts import words

TRANSLATION_NOTICE = "This translation is still awaiting review by a qualified translator and a physician."


def notices(rulebook: Rulebook, language: str) -> dict[str, str]:
    known = words(language)
    return {
        "emergency_advice": rulebook.emergency_advice_in(language),
        "approval_notice": known.get(rulebook.approval_notice, rulebook.approval_notice),
    }
