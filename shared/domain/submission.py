"""What a landing page may send, with the limits of every field."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, StringConstraints, model_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from shared.domain.questionnaire import Answer

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

HOME_REGION = "US"  # a number without a country code is read as a number of the clinic's country
MAX_ANSWERS = 100
MAX_OPTIONS = 40
MAX_CODE = 64  # characters
MAX_TEXT = 2_000  # characters; each question sets its own, lower limit
MAX_NUMBER = 10**6
NORTH_AMERICAN = re.compile(r"[2-9][0-9]{2}[2-9][0-9]{6}")
# What most people write is read without the two libraries, whose import is a fifth of a cold start. Everything else
# goes to them, and tests hold that they say the same of these.
USUAL_PHONE = re.compile(
    r"(?:\+?1[ .-]?)?(?:\(([2-9][0-9]{2})\)|([2-9][0-9]{2}))[ .-]?([2-9][0-9]{2})[ .-]?([0-9]{4})", re.ASCII
)
USUAL_ADDRESS = re.compile(r"[a-z0-9_]+(?:[.+-][a-z0-9_]+)*@[a-z0-9]+(?:[.-][a-z0-9]+)*\.(?:com|net|org|edu|gov|us)")
LONGEST_USUAL = 64  # characters: a name in a domain may have 63
NOT_CONTENT = ("token", "proof", "website")
CONTROL = ("Cc", "Cs")  # not Cn: this Python may not know yet what a new phone can type
LINE_BREAKS = "\n\r\t"
# Marks of writing direction come along when a number is copied from an address book, and can disguise what staff read.
DIRECTION_MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))


def refuse_control(text: str, allowed: str = "") -> str:
    """The text without marks of direction, unless it holds characters that nobody sees."""
    text = text.translate(DIRECTION_MARKS)
    if any(unicodedata.category(character) in CONTROL and character not in allowed for character in text):
        raise PydanticCustomError("control_character", "Control characters are not allowed here.")
    return text


def _answer(value: Any) -> Answer:
    if isinstance(value, float) and value.is_integer():  # JSON has one kind of number: 8.0 is 8
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_NUMBER:
        return value
    if isinstance(value, str) and len(value) <= MAX_TEXT:
        return refuse_control(value, LINE_BREAKS)
    if isinstance(value, list) and len(value) <= MAX_OPTIONS and all(isinstance(code, str) for code in value):
        return [_code(code) for code in value]
    raise PydanticCustomError("answer", "Give a whole number, a text, or a list of option codes.")


def _code(value: str) -> str:
    if len(value) > MAX_CODE:
        raise PydanticCustomError("answer", "An option is not on the list.")
    return refuse_control(value)


def e164(value: str) -> str:
    """The number as it is stored. Raises PydanticCustomError when nobody can be called there."""
    if usual := USUAL_PHONE.fullmatch(value):
        return "+1" + "".join(part for part in usual.groups() if part)
    import phonenumbers  # here, since few submissions need it  # noqa: PLC0415

    try:
        number = phonenumbers.parse(value, HOME_REGION)
    except phonenumbers.NumberParseException:
        number = None
    if number is not None and not number.extension and _can_be_called(number):
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    raise PydanticCustomError("phone", "Give a phone number that we can call, with area code.")


def _can_be_called(number: PhoneNumber) -> bool:
    """Possible, not known to be in use: the library's list of area codes is always older than the newest one."""
    import phonenumbers  # noqa: PLC0415

    possible = phonenumbers.ValidationResult.IS_POSSIBLE  # not IS_POSSIBLE_LOCAL_ONLY: a number without its area code
    if phonenumbers.is_possible_number_with_reason(number) != possible:
        return False
    north_american = number.country_code == 1
    return not north_american or NORTH_AMERICAN.fullmatch(str(number.national_number)) is not None


def mail_address(value: str) -> str:
    """The address as it is stored. Raises PydanticCustomError."""
    if len(value) <= LONGEST_USUAL and USUAL_ADDRESS.fullmatch(value):
        return value
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415  (as above)

    try:
        return validate_email(value, check_deliverability=False).normalized
    except EmailNotValidError:
        raise PydanticCustomError("email", "Give an e-mail address like name@example.com.") from None


def _without_query(address: str) -> str:
    """Queries can carry personal data."""
    return address.partition("?")[0].partition("#")[0]


def _blank_to_none(value: Any) -> Any:
    """An empty form field is a field left out."""
    return None if isinstance(value, str) and not value.strip() else value


def _line(max_length: int) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=max_length)


def _given(field: str) -> JsonDict:
    return {"required": [field], "properties": {field: {"type": "string"}}}


Line = AfterValidator(refuse_control)


class Model(BaseModel):
    """What a page sends: everything is checked, nothing unknown is taken."""

    model_config = ConfigDict(
        frozen=True, defer_build=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True
    )


class Stored(BaseModel):
    """What is kept: checked when it came in, and readable for ever, also in older shapes."""

    model_config = ConfigDict(frozen=True, defer_build=True, extra="ignore", hide_input_in_errors=True)


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

    model_config = ConfigDict(json_schema_extra={"anyOf": [_given("phone"), _given("email")]})

    name: Annotated[str, _line(120), Line] | None = None
    phone: Annotated[str, _line(32), Line, AfterValidator(e164)] | None = None
    email: Annotated[str, _line(254), Line, AfterValidator(mail_address)] | None = None
    postal: Annotated[str, _line(10), Line] | None = None
    preference: Literal["call", "text", "email"] | None = None
    best_time: Literal["morning", "afternoon", "evening"] | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, value: Any) -> Any:
        return {key: _blank_to_none(entry) for key, entry in value.items()} if isinstance(value, dict) else value

    @model_validator(mode="after")
    def _reachable(self) -> ContactEntry:
        if self.phone is None and self.email is None:
            raise PydanticCustomError("unreachable", "Give a phone number or an e-mail address.")
        return self

    def checked(self) -> Contact:
        return Contact.model_construct(**self.model_dump())


class Consents(Model):
    """What the person agreed to, each by a box of its own. Without consent to contact nothing is stored."""

    contact: Annotated[bool, Field(strict=True)]
    sms: Annotated[bool, Field(strict=True)] = False
    marketing: Annotated[bool, Field(strict=True)] = False


class Attribution(Model):
    """Where the visitor came from."""

    utm_source: Annotated[str, _line(120), Line] | None = None
    utm_medium: Annotated[str, _line(120), Line] | None = None
    utm_campaign: Annotated[str, _line(120), Line] | None = None
    utm_term: Annotated[str, _line(120), Line] | None = None
    utm_content: Annotated[str, _line(120), Line] | None = None
    gclid: Annotated[str, _line(200), Line] | None = None
    gbraid: Annotated[str, _line(200), Line] | None = None
    wbraid: Annotated[str, _line(200), Line] | None = None
    msclkid: Annotated[str, _line(200), Line] | None = None
    fbclid: Annotated[str, _line(200), Line] | None = None
    referrer_host: Annotated[str, _line(253), Line] | None = None
    landing_path: Annotated[str, _line(500), Line, AfterValidator(_without_query)] | None = None


class QuestionnaireVersion(Model):
    """Which questionnaire the visitor saw."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    version: Annotated[str, Field(pattern=r"^[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}$")]


QuestionCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
AnswerShape = (  # what the schema says of an answer before its question is known
    Annotated[int, Field(ge=-MAX_NUMBER, le=MAX_NUMBER)]
    | Annotated[str, Field(max_length=MAX_TEXT)]
    | Annotated[list[Annotated[str, Field(max_length=MAX_CODE)]], Field(max_length=MAX_OPTIONS)]
)
AnyAnswer = Annotated[Any, PlainValidator(_answer, json_schema_input_type=AnswerShape)]
AnswerMap = Annotated[dict[QuestionCode, AnyAnswer], Field(max_length=MAX_ANSWERS)]


ConsentCode = Literal["contact", "sms", "marketing"]
TextHash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


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
    consents_shown: Annotated[dict[ConsentCode, TextHash], Field(max_length=3)] = {}
    attribution: Attribution | None = None
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] = "en"
    complete: Annotated[bool, Field(strict=True)] = True
    page: Annotated[str, _line(500), Line, AfterValidator(_without_query)] | None = None
    token: Annotated[str, _line(200), Line] | None = None
    proof: Annotated[str, _line(1000), Line] | None = None
    website: Annotated[str, Field(max_length=500)] | None = None

    def content_hash(self) -> str:
        """sha256 (hex) of the content, the same for the same content however it was written down or proved.

        Defaults are left out, so that a new field does not change what was sent before it.
        """
        content = json.dumps(
            self.model_dump(mode="json", exclude={"submission_id", *NOT_CONTENT}, exclude_defaults=True), sort_keys=True
        )
        return hashlib.sha256(content.encode()).hexdigest()


class Screening(Model):
    """Answers so far, without anything that identifies a person. `page`: the last page the visitor left."""

    questionnaire: QuestionnaireVersion
    answers: AnswerMap
    page: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,20}$")]
