"""Parses phone numbers as people write them, and formats them as links."""

from __future__ import annotations

import re
import string
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

WANTED = "Enter one phone number that we can call, with area code (312-555-0190) or with + and country code."
HOME_REGION = "US"
NORTH_AMERICAN = r"[2-9][0-9]{2}[2-9][0-9]{6}"
# The label before an extension, as in "ext. 12", "x12", "#12", "extensión núm. 12" or "int. 12" (Mexico).
LABEL = r"(?:ext(?:ensi[o\u00f3]n|n)?|int(?:erno)?|x|#)[\s.:=#-]*(?:(?:no|n[u\u00fa]m(?:ero)?|number)\b[\s.:]*)?"
EXTENSION = re.compile(rf"(.*\d\)?)[\s,;.(/-]*(?:(?:w/|with|con)\s*)?{LABEL}(\d{{1,10}})\s*\)?", re.IGNORECASE)
# A number and its extension after a comma, at which a phone pauses, such as "3125550142,12".
PAUSE = re.compile(r"((?:[^\d,;]*\d){10,15})\s*[,;]+\s*(\d{1,6})")
# A number with the kind of phone, such as "312-555-0142 cell".
WHICH_PHONE = (
    r"(?i)((?:\D*\d){10,}\)?)[\s,;:(/-]*(?:cell(?:ular|phone)?|mobile|home|work|office|landline|celular|m[o\u00f3]vil|casa"
    r"|trabajo|oficina)(?:\s+(?:phone|number))?[\s.)]*"
)
ONLY_EXTENSION = re.compile(rf"(?:{LABEL})?(\d{{1,10}})", re.IGNORECASE)
# The three parts of a U.S. number, and any text after it. The form's script has the same pattern.
SPOKEN = r"(?:\+?1)?[^\d+]*(\d{3})[^\d+]*(\d{3})[^\d+]*(\d{4})[ ,;]*(\D.*)?"
KEYPAD = str.maketrans(string.ascii_lowercase, "22233344455566677778889999")  # letter -> its digit on a keypad
DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-")
EXIT_CODE = re.compile(r"00[ .-]?(?=[1-9])")  # most countries dial 00 in place of +
# A Mexican number, perhaps with a prefix that was dialled until 2020 (1, 01, 044, 045).
MEXICAN = re.compile(r"(?:(?:\+|011)?[ .-]?52[ .(-]*(?:0?1|044|045)?|04[45])\)?((?:[ .()-]*[0-9]){10})")
# Most numbers match this pattern, which saves the slow import of phonenumbers.
USUAL_PHONE = re.compile(
    r"(?:\+?1[ .-]?)?(?:\(([2-9][0-9]{2})\)|([2-9][0-9]{2}))[ .-]?([2-9][0-9]{2})[ .-]?([0-9]{4})", re.ASCII
)


def phone_link(phone: str) -> str:
    """Returns the `tel:` link (RFC 3966), such as tel:18007746363 for "1-800-SPINE-MD".

    Omits an extension, which callers dial only after somebody answers.
    """
    number, _ = without_extension(phone)
    return "tel:" + "".join(character for character in number.lower().translate(KEYPAD) if character in "+0123456789")


def spoken_number(phone: str) -> str:
    """Returns a U.S. number as "(312) 555-0142", and other texts unchanged."""
    home = re.fullmatch(SPOKEN, phone.strip(), re.ASCII)
    return "({}) {}-{} {}".format(*home.groups(default="")).strip() if home else phone


def without_extension(value: str) -> tuple[str, str]:
    plain = _plain(value)
    found = EXTENSION.fullmatch(plain) or PAUSE.fullmatch(plain)
    return (found[1].strip(), found[2]) if found else (value, "")


def extension_alone(value: str) -> str:
    """Removes the label of an extension, such as "ext. 12". Returns other texts unchanged."""
    found = ONLY_EXTENSION.fullmatch(_plain(value))
    return found[1] if found else value


def e164(value: str) -> str:
    """Returns a phone number in E.164 format.

    Raises: PydanticCustomError if the number is impossible, or could be both a U.S. and a foreign number.
    """
    value = _plain(value)
    if usual := USUAL_PHONE.fullmatch(value):
        return "+1" + "".join(part for part in usual.groups() if part)
    import phonenumbers  # noqa: PLC0415  slow to import and seldom needed

    value = EXIT_CODE.sub("+", value, count=1) if value.startswith("00") else value
    if mexican := MEXICAN.fullmatch(value):
        value = f"+52{_digits(mexican[1])}"
    number = _parsed(value)
    if _is_home_number_with_plus(value):
        home = f"+1{_digits(value)}"
        if number is None or not phonenumbers.is_valid_number(number):
            return home
        if (at_home := _parsed(home)) and phonenumbers.is_valid_number(at_home):
            raise _refused("Is this a U.S. number? Then leave out the +. If not, write 011 in place of the +.")
    if number is not None and not number.extension and _can_be_called(number):
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    raise _refused(WANTED)


def _refused(sentence: str) -> Exception:
    from pydantic_core import PydanticCustomError  # noqa: PLC0415  pages need only `phone_link`

    return PydanticCustomError("phone", sentence)


def _parsed(value: str) -> PhoneNumber | None:
    import phonenumbers  # noqa: PLC0415

    try:
        return phonenumbers.parse(value, HOME_REGION)
    except phonenumbers.NumberParseException:
        return None


def _is_home_number_with_plus(value: str) -> bool:
    return value.startswith("+") and re.fullmatch(NORTH_AMERICAN, _digits(value)) is not None


def _digits(value: str) -> str:
    return "".join(character for character in value if character in "0123456789")


def _plain(value: str) -> str:
    """Converts digits and dashes of other scripts, and removes accents and the kind of phone."""
    value = value.strip()
    if not value.isascii():
        composed = unicodedata.normalize("NFKC", value).translate(DASHES)
        kept = (c for c in composed if not unicodedata.category(c).startswith("M"))
        value = "".join(str(int(c)) if c.isdecimal() else c for c in kept).strip()
    which = None if value[-1:].isdecimal() else re.fullmatch(WHICH_PHONE, value)
    return which[1] if which else value


def _can_be_called(number: PhoneNumber) -> bool:
    """Returns whether a number is possible, even if the library does not know its area code yet."""
    import phonenumbers  # noqa: PLC0415

    possible = phonenumbers.ValidationResult.IS_POSSIBLE  # excludes numbers without an area code
    if phonenumbers.is_possible_number_with_reason(number) != possible:
        return False
    north_american = number.country_code == 1
    return not north_american or re.fullmatch(NORTH_AMERICAN, str(number.national_number)) is not None
