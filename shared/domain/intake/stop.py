"""Defines what the form's script may send when a visitor leaves before Send: the last page shown, and no more."""

from __future__ import annotations

from shared.domain.intake.screening import PageId, QuestionnaireId
from shared.domain.model import Model


class Stop(Model):
    """The page on which a visitor left the form. Nothing in it identifies a person or their form.

    page: the page shown last; None if the visitor has sent the form after all.
    before: the page that the same tab sent before, which is no longer the last; None if it sent none.
    """

    questionnaire: QuestionnaireId
    page: PageId | None = None
    before: PageId | None = None
