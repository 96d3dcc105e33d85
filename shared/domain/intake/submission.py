"""Defines what a landing page may send, and the limits of each field."""

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
    """Returns the entries sorted by key, with sorted lists, so that equal content has the same hash."""
    return {key: sorted(entry) if isinstance(entry, list) else entry for key, entry in sorted(entries.items())}


def _given(field: str) -> dict[str, Any]:
    return {"required": [field], "properties": {field: {"type": "string"}}}


@dataclass(frozen=True, slots=True)
class Contact:
    """The contact details of a person. `phone` is in E.164 format.

    helper_name, relation: the name of the person who filled in the form for somebody else, and how they are related.
    message_ok: yes or no: whether the clinic may leave a message that says who it is.
    """

    name: str | None = None
    phone: str | None = None
    email: str | None = None
    postal: str | None = None
    preference: str | None = None
    best_time: str | None = None
    helper_name: str | None = None
    relation: str | None = None
    message_ok: str | None = None


class ContactEntry(Model):
    """Contact details that a page sends: at least a phone number or an email address. Names may be in any script."""

    model_config: ClassVar[ConfigDict] = ConfigDict(json_schema_extra={"anyOf": [_given("phone"), _given("email")]})

    name: Annotated[str, line(120), Line] | None = None
    phone: Annotated[str, line(32), Line, Phone] | None = None
    email: Annotated[str, line(254), Line, Email] | None = None
    postal: Annotated[str, line(10), Line] | None = None
    preference: Literal["call", "text", "email"] | None = None
    best_time: Literal["morning", "afternoon", "evening"] | None = None
    helper_name: Annotated[str, line(120), Line] | None = None
    relation: Annotated[str, line(60), Line] | None = None
    message_ok: Literal["yes", "no"] | None = None

    @field_validator("*", mode="before")
    @classmethod
    def blank_is_absent(cls, value: Any) -> Any:
        """Treats an empty form field as missing."""
        return None if isinstance(value, str) and not value.strip() else value

    @model_validator(mode="after")
    def reachable(self) -> Self:
        if self.phone is None and self.email is None:
            raise PydanticCustomError("unreachable", "Enter a phone number or an email address.")
        return self

    def checked(self) -> Contact:
        return Contact(**dict(self))


class Consents(Model):
    """The consents of the person, each with a separate box. Nothing is stored without consent to contact."""

    contact: Annotated[bool, Field(strict=True)]
    sms: Annotated[bool, Field(strict=True)] = False
    marketing: Annotated[bool, Field(strict=True)] = False


class QuestionnaireVersion(Model):
    """The questionnaire that the visitor saw, and its version."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    version: Annotated[str, Field(pattern=r"^[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}$")]


ConsentCode = Literal["contact", "sms", "marketing"]


class Submission(Model):
    """A filled-in form.

    submission_id: an id that the page makes once for each form, so that sending the form twice is harmless.
    consents_shown: consent code -> SHA-256 (hex) of the consent text that the page showed.
    complete: False if the visitor consented to contact but left before the end of the form.
    page: the URL of the form, without its query.
    token: the token from GET /challenges.
    proof: the proof of work for the challenge from GET /challenges.
    website: a trap for bots; people do not see this field.
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
        """Returns the SHA-256 (hex) of the content of the submission.

        The order of keys, the id, the token, the proof and the trap for bots do not affect the hash. Default values are
        left out, so that adding a field to this class does not change the hashes of earlier submissions.
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
    """The answers so far, without anything that identifies a person. `page` is the last page the visitor completed."""

    questionnaire: QuestionnaireVersion
    answers: AnswerMap
    page: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,20}$")]
