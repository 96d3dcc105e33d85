"""Defines what a landing page may send, and the limits of each field."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, Self, get_args
from uuid import UUID

from pydantic import BeforeValidator, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from shared.domain.intake.attribution import ATTRIBUTION, Attribution, mapping_or_none
from shared.domain.intake.fields import (
    AnswerMap,
    Email,
    Extension,
    Language,
    Page,
    Phone,
    Proof,
    TextHash,
    Token,
    Trap,
    clean_line,
    line,
)
from shared.domain.intake.phone import without_extension
from shared.domain.intake.screening import QuestionnaireVersion
from shared.domain.model import Model

NOT_CONTENT = {"submission_id", "token", "proof", "website"}


def _ordered(entries: Mapping[Any, Any]) -> dict[Any, Any]:
    """Sorts keys and lists, so that equal content has the same hash."""
    return {key: sorted(entry) if isinstance(entry, list) else entry for key, entry in sorted(entries.items())}


def _given(field: str) -> dict[str, Any]:
    return {"required": [field], "properties": {field: {"type": "string"}}}


@dataclass(frozen=True, slots=True)
class Contact:
    """The contact details of a person.

    phone: in E.164 format.
    helper_name, relation: who filled in the form for the patient.
    message_ok: whether the clinic may leave a message with its name, "yes" or "no"; None if not answered.
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
    extension: str | None = None


class ContactEntry(Model):
    """Contact details that a page sends, with at least a phone number or an email address.

    phone: may end with an extension ("ext. 12").
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(json_schema_extra={"anyOf": [_given("phone"), _given("email")]})

    name: Annotated[str, line(120)] | None = None
    phone: Annotated[str, line(32), Phone] | None = None
    email: Annotated[str, line(254), Email] | None = None
    postal: Annotated[str, line(10)] | None = None
    preference: Literal["call", "text", "email"] | None = None
    best_time: Literal["morning", "afternoon", "evening"] | None = None
    helper_name: Annotated[str, line(120)] | None = None
    relation: Annotated[str, line(60)] | None = None
    message_ok: Literal["yes", "no"] | None = None
    extension: Extension | None = None

    @model_validator(mode="before")
    @classmethod
    def extension_apart(cls, value: Any) -> Any:
        phone = value.get("phone") if isinstance(value, dict) else None
        number, extension = without_extension(clean_line(phone)) if isinstance(phone, str) else ("", "")
        return {**value, "phone": number, "extension": extension} if extension else value

    @field_validator("*", mode="before")
    @classmethod
    def one_line(cls, value: Any) -> Any:
        """Removes invisible characters. An empty text counts as missing."""
        return clean_line(value) or None if isinstance(value, str) else value

    @field_validator("phone", "email", "postal", "extension", mode="before")
    @classmethod
    def plain_text(cls, value: Any) -> Any:
        """Converts full-width characters, and numbers such as ZIP codes, to plain text."""
        if isinstance(value, str) and not value.isascii():
            return unicodedata.normalize("NFKC", value)
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value

    @model_validator(mode="after")
    def reachable(self) -> Self:
        if self.phone is None and self.email is None:
            raise PydanticCustomError("unreachable", "Enter a phone number or an e-mail address.")
        return self

    def checked(self) -> Contact:
        return Contact(**vars(self))


class Consents(Model):
    """The visitor's consents, each with its own checkbox. Nothing is stored without consent to contact."""

    contact: Annotated[bool, Field(strict=True)]
    sms: Annotated[bool, Field(strict=True)] = False
    marketing: Annotated[bool, Field(strict=True)] = False

    @field_validator("sms", "marketing", mode="before")
    @classmethod
    def null_is_no(cls, value: Any) -> Any:
        return value is not None and value


ConsentCode = Literal["contact", "sms", "marketing"]


def usable_hashes(value: Any) -> Any:
    """Drops entries with an unknown consent code or without a hash."""
    entries = value.items() if isinstance(value, dict) else ()
    return {
        code: text
        for code, text in entries
        if code in get_args(ConsentCode) and isinstance(text, str) and re.fullmatch("[0-9a-f]{64}", text)
    }


ConsentsShown = Annotated[
    dict[ConsentCode, TextHash],
    BeforeValidator(usable_hashes, json_schema_input_type=Any),
    Field(description="An object: consent code -> SHA-256 (hex) of its text on the page. Anything else is left out."),
]


class Submission(Model):
    """A filled-in form.

    submission_id: an id that the page makes once for each form, so that sending twice is harmless.
    consents_shown: consent code -> SHA-256 (hex) of the consent text that the page showed.
    complete: False if the visitor consented to contact but left before the end of the form.
    website: a trap for bots, which people do not see.
    Invalid values of attribution, language, page, token, proof and `consents_shown` are cut or dropped.
    """

    submission_id: UUID
    questionnaire: QuestionnaireVersion
    answers: AnswerMap
    contact: ContactEntry | None = None
    consents: Consents | None = None
    consents_shown: ConsentsShown = {}  # noqa: RUF012  nobody changes it
    attribution: Annotated[
        Attribution | None,
        BeforeValidator(mapping_or_none, json_schema_input_type=Any),
        Field(description=f"An object with texts: {', '.join(ATTRIBUTION)}. What cannot be used is left out."),
    ] = None
    language: Language = "en"
    complete: Annotated[bool, Field(strict=True)] = True
    page: Page = None
    token: Token = None
    proof: Proof = None
    website: Trap = None

    def content_hash(self) -> str:
        """Returns the SHA-256 (hex) of the submission's content, whatever the order of keys and entries.

        Default values are left out, so that adding a field does not change earlier hashes.
        """
        ordered = self.model_copy(
            update={
                "answers": _ordered(self.answers),
                "consents_shown": _ordered(self.consents_shown),
                "attribution": self.attribution if self.attribution and self.attribution.known else None,
            }
        )
        content = ordered.model_dump_json(exclude=NOT_CONTENT, exclude_defaults=True)
        return hashlib.sha256(content.encode()).hexdigest()
