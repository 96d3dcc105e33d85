"""Defines the message of the form's script that a visitor left before Send."""

from __future__ import annotations

from shared.domain.intake.screening import PageId, QuestionnaireId
from shared.domain.model import Model


class Stop(Model):
    """The page on which a visitor left the form, without personal details.

    page: None if the visitor sent the form after all.
    before: the earlier page that this tab reported, which no longer counts; None for the first report.
    """

    questionnaire: QuestionnaireId
    page: PageId | None = None
    before: PageId | None = None
