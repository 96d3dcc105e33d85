"""Defines the message with which the form's script reports that a visitor left before Send, and on which page."""

from __future__ import annotations

from shared.domain.intake.screening import PageId, QuestionnaireId
from shared.domain.model import Model


class Stop(Model):
    """The page on which a visitor left the form. Nothing in it identifies a person or their form.

    page: the page shown last; None if the visitor sent the form after all.
    before: the page that this tab reported earlier and that no longer counts; None if it reported none.
    """

    questionnaire: QuestionnaireId
    page: PageId | None = None
    before: PageId | None = None
