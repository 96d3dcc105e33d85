"""What a landing page may send, with the limits of every field."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from shared.domain.intake.attribution import Attribution
from shared.domain.intake.fields import Address, AnswerMap, Email, Line, Phone, TextHash, line
from shared.domain.model import Model

NOT_CONTENT = {"submission_id", "token", "proof", "website"}


def _ordered(entries: Mapping[Any, Any]) -> dict[Any, Any]:
    """Questions and ticks in an order of their own."""
    return {key: sorted(entry) if isinstance(entry, list) else entry for key, entry in sorted(entries.items())}


def _given(field: str) -> dict[str, Any]:
    return {"required": [field], "properties": {field: {"type": "string"}}}


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach the person. Phone numbers are E.164."""

    name: str | None = None
    phone: str | None = None
    email: str | None = None
    postal: str | None = None
    preference: str | None = None
    best_time: str | None = None


class ContactEntry(Model):
    """As a page sends it: at least a phone or an e-mail address. Names may be in any script."""

    model_config: ClassVar[ConfigDict] = ConfigDict(json_schema_extra={"anyOf": [_given("phone"), _given("email")]})

    name: Annotated[str, line(120), Line] | None = None
    phone: Annotated[str, line(32), Line, Phone] | None = None
    email: Annotated[str, line(254), Line, Email] | None = None
    postal: Annotated[str, line(10), Line] | None = None
    preference: Literal["call", "text", "email"] | None = None
    best_time: Literal["morning", "afternoon", "evening"] | None = None

    @field_validator("*", mode="before")
    @classmethod
    def blank_is_absent(cls, value: Any) -> Any:
        """An empty form field is a field left out."""
        return None if isinstance(value, str) and not value.strip() else value

    @model_validator(mode="after")
    def reachable(self) -> Self:
        if self.phone is None and self.email is None:
            raise PydanticCustomError("unreachable", "Enter a phone number or an email address.")
        return self

    def checked(self) -> Contact:
        return Contact(self.name, self.phone, self.email, self.postal, self.preference, self.best_time)


class Consents(Model):
    """What the person agreed to, each by a box of its own. Without consent to contact nothing is stored."""

    contact: Annotated[bool, Field(strict=True)]
    sms: Annotated[bool, Field(strict=True)] = False
    marketing: Annotated[bool, Field(strict=True)] = False


class QuestionnaireVersion(Model):
    """Which questionnaire the visitor saw."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    version: Annotated[str, Field(pattern=r"^[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}$")]


ConsentCode = Literal["contact", "sms", "marketing"]


class Submission(Model):
    """One filled-in form. The page makes `submission_id` once for each form, so sending again is harmless.

    `consents_shown`: the sha256 (hex) of each consent text that the page showed, as the questionnaire gives it.
    `complete`: False when the visitor left before the end, after consenting to contact.
    `page`: where the form was shown, without its query. `token`, `proof`: from GET /challenges.
    `website`: a trap; no person sees this field.
    """

    submission_id: UUID
    questionnaire: QuestionnaireVersion
    answers: AnswerMap
    contact: ContactEntry | None = None
    consents: Consents | None = None
    consents_shown: Annotated[dict[ConsentCode, TextHash], Field(max_length=3)] = {}  # noqa: RUF012  nobody changes it
    attribution: Attribution | None = None
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] = "en"
    complete: Annotated[bool, Field(strict=True)] = True
    page: Annotated[str, line(500), Line, Address] | None = None
    token: Annotated[str, line(200), Line] | None = None
    proof: Annotated[str, line(1000), Line] | None = None
    website: Annotated[str, Field(max_length=500)] | None = None

    def content_hash(self) -> str:
        """sha256 (hex) of the content, the same for the same content however it was written down or proved.

        Defaults are left out, so that a new field does not change what was sent before it.
        """
        ordered = self.model_copy(
            update={
                "answers": _ordered(self.answers),
                "consents_shown": _ordered(self.consents_shown),
                "attribution": None if self.attribution == Attribution() else self.attribution,
            }
        )
        content = ordered.model_dump_json(exclude=NOT_CONTENT, exclude_defaults=True)
        return hashlib.sha256(content.encode()).hexdigest()


class Screening(Model):
    """Answers so far, without anything that identifies a person. `page`: the last page the visitor left."""

    questionnaire: QuestionnaireVersion
    answers: AnswerMap
    page: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,20}$")]
