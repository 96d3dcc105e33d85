"""Phone numbers: parsed from what people type, and formatted as a link."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

HOME_REGION = "US"  # the clinic's country, for numbers without a country code
NORTH_AMERICAN = r"[2-9][0-9]{2}[2-9][0-9]{6}"
# Matches most numbers without the library, whose import takes a third of a cold start. Tests check that they agree.
USUAL_PHONE = re.compile(
    r"(?:\+?1[ .-]?)?(?:\(([2-9][0-9]{2})\)|([2-9][0-9]{2}))[ .-]?([2-9][0-9]{2})[ .-]?([0-9]{4})", re.ASCII
)


def phone_link(phone: str) -> str:
    """The `tel:` link (RFC 3966): "(312) 555-0100" becomes tel:3125550100."""
    return "tel:" + "".join(character for character in phone if character in "+0123456789")


def e164(value: str) -> str:
    """The number as E.164. Raises PydanticCustomError if it cannot be called."""
    if usual := USUAL_PHONE.fullmatch(value):
        return "+1" + "".join(part for part in usual.groups() if part)
    import phonenumbers  # noqa: PLC0415  seldom needed

    try:
        number = phonenumbers.parse(value, HOME_REGION)
    except phonenumbers.NumberParseException:
        number = None
    if number is not None and not number.extension and _can_be_called(number):
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    from pydantic_core import PydanticCustomError  # noqa: PLC0415  pages need only the link

    raise PydanticCustomError("phone", "Enter a phone number that we can call, with area code.")


def _can_be_called(number: PhoneNumber) -> bool:
    """Whether the number is possible. The library's list of area codes in use always lags behind the newest ones."""
    import phonenumbers  # noqa: PLC0415

    possible = phonenumbers.ValidationResult.IS_POSSIBLE  # not IS_POSSIBLE_LOCAL_ONLY, which lacks the area code
    if phonenumbers.is_possible_number_with_reason(number) != possible:
        return False
    north_american = number.country_code == 1
    return not north_american or re.fullmatch(NORTH_AMERICAN, str(number.national_number)) is not None
