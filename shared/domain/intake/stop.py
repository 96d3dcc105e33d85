"""Defines what the form's script sends if a visitor leaves before Send: only which page was shown last."""

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
