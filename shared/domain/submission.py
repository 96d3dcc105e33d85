"""What a landing page may send, with the limits of every field."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic_core import PydanticCustomError

from shared.domain.checked import Model, Stored

if TYPE_CHECKING:
    from pydantic import AfterValidator, Field

    from shared.domain.field_types import AnswerMap, Line, TextHash, line
    from shared.domain.reading import e164, mail_address, without_query

NOT_CONTENT = {"submission_id", "token", "proof", "website"}


def _ordered(entries: Mapping[Any, Any]) -> dict[Any, Any]:
    """Questions and ticks in an order of their own."""
    return {key: sorted(entry) if isinstance(entry, list) else entry for key, entry in sorted(entries.items())}


def _blank_to_none(value: Any) -> Any:
    """An empty form field is a field left out."""
    return None if isinstance(value, str) and not value.strip() else value


def _given(field: str) -> dict[str, Any]:
    return {"required": [field], "properties": {field: {"type": "string"}}}


class Contact(Stored):
    """How to reach the person. Phone numbers are E.164."""

    name: str | None = None
    phone: str | None = None
    email: str | None = None
    postal: str | None = None
    preference: str | None = None
    best_time: str | None = None


class ContactEntry(Model):
    """As a page sends it: at least a phone or an e-mail address. Names may be in any script."""

    model_config: ClassVar[Mapping[str, Any]] = {
        **Model.model_config,
        "json_schema_extra": {"anyOf": [_given("phone"), _given("email")]},
    }

    name: Annotated[str, line(120), Line] | None = None
    phone: Annotated[str, line(32), Line, AfterValidator(e164)] | None = None
    email: Annotated[str, line(254), Line, AfterValidator(mail_address)] | None = None
    postal: Annotated[str, line(10), Line] | None = None
    preference: Literal["call", "text", "email"] | None = None
    best_time: Literal["morning", "afternoon", "evening"] | None = None

    @staticmethod
    def prepared(value: Any) -> Any:
        return {key: _blank_to_none(entry) for key, entry in value.items()} if isinstance(value, dict) else value

    def whole(self) -> ContactEntry:
        if self.phone is None and self.email is None:
            raise PydanticCustomError("unreachable", "Give a phone number or an e-mail address.")
        return self

    def checked(self) -> Contact:
        return Contact(**{name: getattr(self, name) for name in Contact.model_fields})


class Consents(Model):
    """What the person agreed to, each by a box of its own. Without consent to contact nothing is stored."""

    contact: Annotated[bool, Field(strict=True)]
    sms: Annotated[bool, Field(strict=True)] = False
    marketing: Annotated[bool, Field(strict=True)] = False


class Attribution(Model):
    """Where the visitor came from."""

    utm_source: Annotated[str, line(120), Line] | None = None
    utm_medium: Annotated[str, line(120), Line] | None = None
    utm_campaign: Annotated[str, line(120), Line] | None = None
    utm_term: Annotated[str, line(120), Line] | None = None
    utm_content: Annotated[str, line(120), Line] | None = None
    gclid: Annotated[str, line(200), Line] | None = None
    gbraid: Annotated[str, line(200), Line] | None = None
    wbraid: Annotated[str, line(200), Line] | None = None
    msclkid: Annotated[str, line(200), Line] | None = None
    fbclid: Annotated[str, line(200), Line] | None = None
    referrer_host: Annotated[str, line(253), Line] | None = None
    landing_path: Annotated[str, line(500), Line, AfterValidator(without_query)] | None = None


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
    page: Annotated[str, line(500), Line, AfterValidator(without_query)] | None = None
    token: Annotated[str, line(200), Line] | None = None
    proof: Annotated[str, line(1000), Line] | None = None
    website: Annotated[str, Field(max_length=500)] | None = None

    def content_hash(self) -> str:
        """sha256 (hex) of the content, the same for the same content however it was written down or proved.

        Defaults are left out, so that a new field does not change what was sent before it.
        """
        ordered = self.replaced(
            answers=_ordered(self.answers),
            consents_shown=_ordered(self.consents_shown),
            attribution=None if self.attribution == Attribution() else self.attribution,
        )
        content = ordered.model_dump_json(exclude=NOT_CONTENT, exclude_defaults=True)
        return hashlib.sha256(content.encode()).hexdigest()


class Screening(Model):
    """Answers so far, without anything that identifies a person. `page`: the last page the visitor left."""

    questionnaire: QuestionnaireVersion
    answers: AnswerMap
    page: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,20}$")]
