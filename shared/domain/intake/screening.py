"""Defines the request to screen a visitor's answers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from shared.domain.intake.fields import AnswerMap
from shared.domain.model import Model

QuestionnaireId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
PageId = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,20}$")]


class QuestionnaireVersion(Model):
    id: QuestionnaireId
    version: Annotated[str, Field(pattern=r"^[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}$")]


class Screening(Model):
    """The answers so far, without personal details. `page` is the last completed page."""

    questionnaire: QuestionnaireVersion
    answers: AnswerMap
    page: PageId
