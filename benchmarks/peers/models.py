"""The submission as pydantic models, for the peers that validate."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Text = Annotated[str, Field(max_length=200)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Questionnaire(Strict):
    id: Text
    version: Text


class Contact(Strict):
    name: Text | None = None
    phone: Annotated[str, Field(pattern=r"^[0-9+(). -]{7,32}$")] | None = None
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")] | None = None
    postal: Text | None = None
    preference: Text | None = None
    best_time: Text | None = None


class Consents(Strict):
    contact: bool
    sms: bool = False
    marketing: bool = False


class Submission(Strict):
    submission_id: UUID
    questionnaire: Questionnaire
    answers: dict[str, int | str | list[str]]
    contact: Contact
    consents: Consents
    attribution: dict[str, Text] = {}
