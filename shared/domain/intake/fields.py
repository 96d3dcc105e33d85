"""Validates and normalises single fields of a submission."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, LiteralString

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from shared.domain.intake.language import DEFAULT_LANGUAGE, primary_language
from shared.domain.intake.phone import e164, extension_alone

MAX_ANSWERS = 100
MAX_OPTIONS = 40
MAX_CODE = 64
MAX_TEXT = 2_000  # characters in a free-text answer
MAX_NUMBER = 10**6
UNKNOWN_KIND: LiteralString = "Enter a whole number, text, or a list of option codes."
DAY = r"2[01][0-9]{2}-[0-9]{2}-[0-9]{2}"
# Most addresses match this pattern, which saves the slow import of email_validator.
USUAL_ADDRESS = re.compile(r"[a-z0-9_]+(?:[.+-][a-z0-9_]+)*@[a-z0-9]+(?:[.-][a-z0-9]+)*\.(?:com|net|org|edu|gov|us)")
LONGEST_USUAL = 64  # characters, so that no domain label exceeds the maximum of 63
LONGEST_ADDRESS = 500  # a page's URL is cut to this many characters
CONTROL = ("Cc", "Cs")  # without Cn (unassigned), where Python puts emoji that it does not know yet
LINE_BREAKS = "\n\r\t"
UNSEEN = ("Cc", "Cs", "Cf")  # control, surrogate and format characters
# Invisible characters outside the categories of UNSEEN.
FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# Direction marks can reorder a text on the screen and mislead staff.
DIRECTION_MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
REPLACED = DIRECTION_MARKS | dict.fromkeys(map(ord, "\x0b\x0c\x85\u2028\u2029"), "\n")


def several_lines(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    text = text.translate(REPLACED)
    return "".join(c for c in text if c in LINE_BREAKS or unicodedata.category(c) not in CONTROL)


def clean_line(value: Any) -> Any:
    """Returns a text as one line without invisible characters, and other values unchanged."""
    if not isinstance(value, str):
        return value
    if not (value.isascii() and value.isprintable()):
        spaced = (" " if character.isspace() else character for character in value)
        value = "".join(c for c in spaced if unicodedata.category(c) not in UNSEEN and c not in FILLERS)
    return value.strip()


def page_address(value: Any) -> str | None:
    return without_query(clean_line(value))[:LONGEST_ADDRESS].strip() or None if isinstance(value, str) else None


def whole_or_absent(most: int) -> Callable[[Any], str | None]:
    def check(value: Any) -> str | None:
        text = clean_line(value) if isinstance(value, str) else ""
        return text if 0 < len(text) <= most else None

    return check


def language_of(value: Any) -> str:
    language = primary_language(clean_line(value)) if isinstance(value, str) else ""
    return language if re.fullmatch(r"[a-z]{2,3}", language) else DEFAULT_LANGUAGE


def trap(value: Any) -> str | None:
    return str(value)[:500] if value else None


def read_answer(value: Any) -> int | str | list[str]:
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise PydanticCustomError("answer", "This text is too long.")
        return several_lines(value)
    if isinstance(value, list):
        if len(value) > MAX_OPTIONS:
            raise PydanticCustomError("answer", "There are too many entries.")
        return [_code(code) for code in value]
    if isinstance(value, float) and value.is_integer():  # in JSON, 8.0 and 8 are the same number
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        if abs(value) > MAX_NUMBER:
            raise PydanticCustomError("answer", "This number is too long.")
        return value
    raise PydanticCustomError("answer", UNKNOWN_KIND)


def _code(value: Any) -> str:
    if not isinstance(value, str):
        raise PydanticCustomError("answer", UNKNOWN_KIND)
    if len(value) > MAX_CODE:
        raise PydanticCustomError("answer", "An option is not on the list.")
    return value


def mail_address(value: str) -> str:
    """Normalises an email address. Raises PydanticCustomError if the address is invalid."""
    if len(value) <= LONGEST_USUAL and USUAL_ADDRESS.fullmatch(value):
        return value
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415  slow to import and seldom needed

    try:
        return validate_email(value, check_deliverability=False).normalized
    except EmailNotValidError:
        raise PydanticCustomError("email", "Enter an e-mail address like name@example.com.") from None


def without_query(address: str) -> str:
    """Removes a URL's query and fragment, which can contain personal data."""
    return address.partition("?")[0].partition("#")[0]


def read_day(value: Any) -> date:
    try:
        return date.fromisoformat(value if re.fullmatch(DAY, value) else "")
    except (TypeError, ValueError):
        raise PydanticCustomError("day", "Enter a date like 2026-01-31.") from None


def line(most: int) -> Any:
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=most)


Line = BeforeValidator(clean_line)
Phone = AfterValidator(e164)
Email = AfterValidator(mail_address)
Extension = Annotated[
    str,
    Field(pattern=r"^[0-9]{1,10}$"),
    BeforeValidator(lambda value: extension_alone(value) if isinstance(value, str) else value),
]
Language = Annotated[
    str,
    BeforeValidator(language_of, json_schema_input_type=Any),
    Field(description="A language tag, such as es or es-MX. The form is answered in English if it is not one."),
]
Page = Annotated[
    str | None,
    BeforeValidator(page_address, json_schema_input_type=Any),
    Field(description="The URL of the form. Its query is left out, and what is too long."),
]
Token = Annotated[
    str | None,
    BeforeValidator(whole_or_absent(200), json_schema_input_type=Any),
    Field(description="The token from GET /challenges; anything else is left out."),
]
Proof = Annotated[
    str | None,
    BeforeValidator(whole_or_absent(1000), json_schema_input_type=Any),
    Field(description="The solved challenge from GET /challenges; anything else is left out."),
]
TextHash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Trap = Annotated[str | None, BeforeValidator(trap)]
QuestionCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
AnswerShape = (
    Annotated[int, Field(ge=-MAX_NUMBER, le=MAX_NUMBER)]
    | Annotated[str, Field(max_length=MAX_TEXT)]
    | Annotated[list[Annotated[str, Field(max_length=MAX_CODE)]], Field(max_length=MAX_OPTIONS)]
)
AnyAnswer = Annotated[Any, BeforeValidator(read_answer, json_schema_input_type=AnswerShape)]
AnswerMap = Annotated[dict[QuestionCode, AnyAnswer], Field(max_length=MAX_ANSWERS)]
SeveralLines = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000), AfterValidator(several_lines)]
Day = Annotated[date, BeforeValidator(read_day)]
