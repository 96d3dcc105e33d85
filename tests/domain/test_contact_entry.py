"""Tests phone numbers, extensions and e-mail addresses as people write them."""

from __future__ import annotations

import re

import email_validator
import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.domain.intake.fields import LONGEST_USUAL, USUAL_ADDRESS, mail_address
from shared.domain.intake.phone import USUAL_PHONE, e164, phone_link, spoken_number
from shared.domain.intake.submission import ContactEntry
from shared.http.pages import PATTERNS


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("(312) 555-0142", "+13125550142"),
        ("312.555.0142", "+13125550142"),
        ("1 312 555 0142", "+13125550142"),
        ("+1 312 555 0142", "+13125550142"),
        ("+44 20 7946 0958", "+442079460958"),
        (" tel:+1-312-555-0142 ", "+13125550142"),
        ("312\u202f555\u202f0142", "+13125550142"),
        ("\u200b312\t555 0142", "+13125550142"),
        ("\u0663\u0661\u0662 \u0665\u0665\u0665 \u0660\u0661\u0664\u0662", "+13125550142"),
        ("+52 1 55 1234 5678", "+525512345678"),
        ("+52 044 55 1234 5678", "+525512345678"),
        ("+52 55 1234 5678", "+525512345678"),
        ("+3125550142", "+13125550142"),
        ("+ (312) 555-0142", "+13125550142"),
        ("312.555.0142 (cell)", "+13125550142"),
        ("312 555 0142 - home phone", "+13125550142"),
        ("Work: 312-555-0142", "+13125550142"),
        ("+52 55 1234 5678, m\u00f3vil", "+525512345678"),
        ("+45 32 34 56 78", "+4532345678"),
        ("52 55 1234 5678", "+525512345678"),
        ("0052 1 55 1234 5678", "+525512345678"),
        ("011 52 55 1234 5678", "+525512345678"),
        ("+52 (1) 55 1234-5678", "+525512345678"),
        ("+52 01 55 1234 5678", "+525512345678"),
        ("044 55 1234 5678", "+525512345678"),
        ("(525) 551-2345", "+15255512345"),
        ("\uff0b3125550142", "+13125550142"),
        ("\uff08\uff13\uff11\uff12\uff09\uff15\uff15\uff15\uff0d\uff10\uff11\uff14\uff12", "+13125550142"),
        ("312\u2011555\u20130142", "+13125550142"),
        ("3\ufe0f\u20e3125550142", "+13125550142"),
        ("00 1 312 555 0142", "+13125550142"),
        ("\u202a+1 (312)\u2009555\u30000142\u202c\ufeff", "+13125550142"),
    ],
)
def test_a_phone_is_kept_as_e164(written: str, kept: str) -> None:
    assert ContactEntry.model_validate({"phone": written}).phone == kept
    assert written == "52 55 1234 5678" or passes_the_script(written), "the form asks for a + there"


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("+13125550142", "(312) 555-0142"),
        (" 3125550142 ", "(312) 555-0142"),
        ("312.555.0142", "(312) 555-0142"),
        ("1 (312) 555/0142", "(312) 555-0142"),
        ("+1-312-555-0142x12", "(312) 555-0142 x12"),
        ("312 555 0142, ext. 12", "(312) 555-0142 ext. 12"),
        ("31255501422", "31255501422"),
        ("312555014", "312555014"),
        ("312 555 01 42", "312 555 01 42"),
        ("+525512345678", "+525512345678"),
        ("+45 32 34 56 78", "+45 32 34 56 78"),
        ("+52 55 1234 5678", "+52 55 1234 5678"),
        ("", ""),
    ],
)
def test_a_number_is_shown_as_people_write_it_and_a_mistyped_one_as_it_was_typed(written: str, spoken: str) -> None:
    assert spoken_number(written) == spoken


def passes_the_script(phone: str) -> bool:
    """Returns whether the form's script accepts this number."""
    pattern = PATTERNS["tel"].replace(r"\p{Nd}", r"\d").replace(r"\P{Nd}", r"\D")  # Python has no \p{Nd}
    return re.fullmatch(pattern, phone) is not None


@pytest.mark.parametrize(
    "written", ["000-000-0000", "(000) 000-0000", "1 112 555 0142", "(123) 456-7890", "312-155-0142", "312-055-0142"]
)
def test_a_number_that_nobody_has_is_refused_before_it_is_sent(written: str) -> None:
    assert not passes_the_script(written)
    with pytest.raises(ValidationError, match="that we can call"):
        ContactEntry.model_validate({"phone": written})


@pytest.mark.parametrize("written", ["+352 555 0142", "+4795550142", "+65 9555 0142"])
def test_a_number_that_may_be_american_or_foreign_is_asked_for_again(written: str) -> None:
    with pytest.raises(ValidationError, match="leave out the"):
        ContactEntry.model_validate({"phone": written})
    assert (ContactEntry.model_validate({"phone": written[1:]}).phone or "").startswith("+1")
    abroad = ContactEntry.model_validate({"phone": f"011 {written[1:]}"}).phone
    assert abroad == written.replace(" ", "")


@pytest.mark.parametrize(
    ("after", "extension"),
    [
        (" ext. 5", "5"),
        (" ext 12", "12"),
        (" ext12", "12"),
        ("x007", "007"),
        (" EXT: 12", "12"),
        (", extensi\u00f3n 12", "12"),
        (" extensio\u0301n 12", "12"),
        (" Extensi\u00f3n n\u00fam. 12", "12"),
        (" int. 12", "12"),
        (" (ext. 12)", "12"),
        (" w/ ext 12", "12"),
        (" - ext no. 12", "12"),
        (" extension number 12", "12"),
        (";ext=12", "12"),
        (",12", "12"),
        (",,12", "12"),
        ("#12", "12"),
        (" #\u0661\u0662", "12"),
        (" \uff58\uff11\uff12", "12"),
        (" x12 (work)", "12"),
        ("", None),
    ],
)
def test_an_extension_is_kept_beside_the_number(after: str, extension: str | None) -> None:
    assert passes_the_script(f"312.555.0142{after}")
    entry = ContactEntry.model_validate({"phone": f"312.555.0142{after}"})
    assert (entry.phone, entry.extension, entry.checked().extension) == ("+13125550142", extension, extension)


@pytest.mark.parametrize(
    ("written", "kept"), [("ext. 12", "12"), ("x007", "007"), (" 12 ", "12"), (12, "12"), ("", None), (None, None)]
)
def test_an_extension_of_its_own_may_have_its_label(written: object, kept: str | None) -> None:
    entry = ContactEntry.model_validate({"phone": "3125550142", "extension": written})
    assert (entry.phone, entry.extension) == ("+13125550142", kept)


def test_full_width_characters_are_read_as_plain_ones() -> None:
    sent = {
        "phone": "\uff13\uff11\uff125550142",
        "email": "jo\uff20example.com",
        "postal": "\uff16\uff10\uff16\uff10\uff11",
    }
    entry = ContactEntry.model_validate(sent)
    assert (entry.phone, entry.email, entry.postal) == ("+13125550142", "jo@example.com", "60601")


def test_a_zip_or_a_phone_that_is_a_number_is_read_as_text() -> None:
    entry = ContactEntry.model_validate({"phone": 3125550142, "postal": 60601})
    assert (entry.phone, entry.postal) == ("+13125550142", "60601")


@pytest.mark.parametrize("text", ["1" * 64_000, "1 " * 32_000, "1" + " " * 64_000, "1," * 32_000, "+" * 64_000])
def test_a_very_long_phone_is_refused_at_once(text: str) -> None:
    with pytest.raises(ValidationError):
        ContactEntry.model_validate({"phone": text})


@pytest.mark.parametrize(
    ("written", "link"),
    [
        ("(312) 555-0100", "tel:3125550100"),
        ("+1 312 555 0100", "tel:+13125550100"),
        ("1-800-SPINE-MD", "tel:18007746363"),
        ("(312) 555-0100 ext. 4", "tel:3125550100"),
    ],
)
def test_the_clinics_number_has_a_right_link(written: str, link: str) -> None:
    assert phone_link(written) == link


@pytest.mark.parametrize("written", ["555-0142", "12345", "call me", "+999 12345678", "ext. 5", "+1 312 555 0142 ext."])
def test_a_phone_that_cannot_be_called_is_refused(written: str) -> None:
    with pytest.raises(ValidationError):
        ContactEntry.model_validate({"phone": written})


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (" Jordan@EXAMPLE.com ", "Jordan@example.com"),
        ("j\u00f6rdan@ex\u00e4mple.com", "j\u00f6rdan@ex\u00e4mple.com"),
    ],
)
def test_an_email_is_checked_and_normalised(written: str, kept: str) -> None:
    assert ContactEntry.model_validate({"email": written}).email == kept


def test_letters_that_dial_stay_a_part_of_the_number() -> None:
    assert e164("1-800-555-HOME") == "+18005554663"


@pytest.mark.parametrize("written", ["jordan", "jordan@", "@example.com", "a b@example.com", "a@b@example.com"])
def test_an_invalid_email_is_refused(written: str) -> None:
    with pytest.raises(ValidationError):
        ContactEntry.model_validate({"email": written})


@given(st.from_regex(USUAL_PHONE, fullmatch=True))
def test_a_usual_phone_is_parsed_as_the_library_does(written: str) -> None:
    number = phonenumbers.parse(written, "US")

    assert not number.extension
    assert phonenumbers.is_possible_number(number)
    assert e164(written) == phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@given(st.from_regex(USUAL_ADDRESS, fullmatch=True).filter(lambda written: len(written) <= LONGEST_USUAL))
def test_a_usual_address_is_parsed_as_the_library_does(written: str) -> None:
    by_library = email_validator.validate_email(written, check_deliverability=False).normalized

    assert mail_address(written) == by_library


@pytest.mark.parametrize("written", ["Info@clinic.com", "a..b@x.com", "a@x.test", "a@xn--x.com", "a@-x.com"])
def test_an_unusual_address_goes_to_the_library(written: str) -> None:
    assert not USUAL_ADDRESS.fullmatch(written)


@pytest.mark.parametrize("number", ["000-000-0000", "123 456 7890", "312-055-0142"])
def test_an_impossible_phone_number_is_refused(number: str) -> None:
    with pytest.raises(ValidationError):
        ContactEntry.model_validate({"phone": number})
