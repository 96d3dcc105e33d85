"""Parses phone numbers as people write them, and formats them as links."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

HOME_REGION = "US"  # the clinic's country, which is assumed for phone numbers without a country code
NORTH_AMERICAN = r"[2-9][0-9]{2}[2-9][0-9]{6}"
EXTENSION = re.compile(r"(.*\d)[\s,;.]*(?:ext|extn|extension|extensi\u00f3n|x|#)[\s.:=]*(\d{1,10})", re.IGNORECASE)
# A Mexican number as it was dialled until 2020: with a 1, 044 or 045 before a mobile number.
OLD_MEXICAN = re.compile(r"(?:\+|011)?[ .-]?52[ .(-]*(?:1|044|045)((?:[ .()-]*[0-9]){10})")
# Matches most phone numbers without the library, whose import takes a third of a cold start. Tests check that this
# pattern and the library agree.
USUAL_PHONE = re.compile(
    r"(?:\+?1[ .-]?)?(?:\(([2-9][0-9]{2})\)|([2-9][0-9]{2}))[ .-]?([2-9][0-9]{2})[ .-]?([0-9]{4})", re.ASCII
)


def phone_link(phone: str) -> str:
    """Returns the `tel:` link (RFC 3966) of a phone number: "(312) 555-0100" becomes tel:3125550100."""
    return "tel:" + "".join(character for character in phone if character in "+0123456789")


def without_extension(value: str) -> tuple[str, str]:
    """Returns a phone number without its extension, and the extension; "" if there is none."""
    found = EXTENSION.fullmatch(value.strip())
    return (found[1], _ascii_digits(found[2])) if found else (value, "")


def e164(value: str) -> str:
    """Returns a phone number in E.164 format. Raises PydanticCustomError if the number cannot be called."""
    value = _ascii_digits(value)
    if usual := USUAL_PHONE.fullmatch(value):
        return "+1" + "".join(part for part in usual.groups() if part)
    import phonenumbers  # noqa: PLC0415  slow to import and seldom needed

    if mexican := OLD_MEXICAN.fullmatch(value):
        value = f"+52{_digits(mexican[1])}"
    try:
        number = phonenumbers.parse(value, HOME_REGION)
    except phonenumbers.NumberParseException:
        number = None
    if _is_home_number_with_plus(value) and not (number and phonenumbers.is_valid_number(number)):
        return f"+1{_digits(value)}"
    if number is not None and not number.extension and _can_be_called(number):
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    from pydantic_core import PydanticCustomError  # noqa: PLC0415  pages need only `phone_link`

    raise PydanticCustomError("phone", "Enter a phone number that we can call, with area code.")


def _is_home_number_with_plus(value: str) -> bool:
    """Returns whether somebody may have written + before a ten-digit number of their own country."""
    return value.lstrip().startswith("+") and re.fullmatch(NORTH_AMERICAN, _digits(value)) is not None


def _digits(value: str) -> str:
    return "".join(character for character in value if character in "0123456789")


def _ascii_digits(value: str) -> str:
    """Returns the text with the digits of every script as 0 to 9."""
    return value if value.isascii() else "".join(str(int(c)) if c.isdecimal() else c for c in value)


def _can_be_called(number: PhoneNumber) -> bool:
    """Returns whether a phone number is possible.

    Does not check whether its area code is in use, because the library's list lags behind new area codes.
    """
    import phonenumbers  # noqa: PLC0415

    possible = phonenumbers.ValidationResult.IS_POSSIBLE  # not IS_POSSIBLE_LOCAL_ONLY: a number needs an area code
    if phonenumbers.is_possible_number_with_reason(number) != possible:
        return False
    north_american = number.country_code == 1
    return not north_american or re.fullmatch(NORTH_AMERICAN, str(number.national_number)) is not None
