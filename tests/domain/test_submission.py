"""Tests submissions: fields are normalised, and the same content has the same hash."""

from __future__ import annotations

import json
import random
import re
import unicodedata
from typing import Any

import email_validator
import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.domain.intake.fields import FILLERS, LONGEST_USUAL, UNSEEN, USUAL_ADDRESS, mail_address
from shared.domain.intake.phone import USUAL_PHONE, e164, phone_link, spoken_number
from shared.domain.intake.submission import ContactEntry, Submission
from shared.http.pages import PATTERNS
from tests.functions.calls import Json, submission


def read(body: Json) -> Submission:
    return Submission.model_validate_json(json.dumps(body))


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
        ("31255501422", "31255501422"),  # a digit too many
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
    """Returns whether the form's script sends this number."""
    pattern = PATTERNS["tel"].replace(r"\p{Nd}", r"\d").replace(r"\P{Nd}", r"\D")  # the same in Python
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
    """Without the plus, the number is American; with 011, it is foreign. So both can be written unambiguously."""
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
    [(" Jordan@EXAMPLE.com ", "Jordan@example.com"), ("j\u00f6rdan@ex\u00e4mple.com", "j\u00f6rdan@ex\u00e4mple.com")],
)
def test_an_email_is_checked_and_normalised(written: str, kept: str) -> None:
    assert ContactEntry.model_validate({"email": written}).email == kept


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


@pytest.mark.parametrize("number", [8.5, -0.5, 8.999])
def test_a_number_with_a_fraction_is_refused_not_rounded(number: float) -> None:
    assert read(submission({"pain": 8.0})).answers["pain"] == 8
    with pytest.raises(ValidationError, match="Enter a whole number"):
        read(submission({"pain": number}))


def test_an_empty_field_counts_as_missing() -> None:
    entry = ContactEntry.model_validate({"phone": "3125550142", "email": " \u200b", "name": "\ufeff", "preference": ""})
    assert (entry.email, entry.name, entry.preference) == (None, None, None)


@pytest.mark.parametrize(
    ("mark", "in_note", "in_line"),
    [
        *((mark, "", "") for mark in ("\x00", "\x1b", "\x7f", "\u009f")),
        *((mark, "\n", " ") for mark in ("\x0b", "\x0c", "\u0085", "\u2028", "\u2029")),
    ],
)
def test_control_characters_are_removed(mark: str, in_note: str, in_line: str) -> None:
    sent = read(submission({"note": f"a{mark}b"}, contact={"phone": "3125550142", "name": f"a{mark}b"}))
    assert sent.answers["note"] == f"a{in_note}b"
    assert sent.contact
    assert sent.contact.name == f"a{in_line}b"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Jordan\tExample", "Jordan Example"),
        ("Jordan\nExample", "Jordan Example"),
        ("Jordan\u00a0\u2003Example", "Jordan  Example"),
        ("\ufeffJor\u00addan\u200b", "Jordan"),
        ("\u3164Jordan\u2800", "Jordan"),
    ],
)
def test_a_line_has_plain_spaces_and_nothing_that_nobody_sees(written: str, kept: str) -> None:
    contact = ContactEntry.model_validate({"phone": "3125550142", "name": written, "email": "a\u200b@example.com"})
    assert (contact.name, contact.email) == (kept, "a@example.com")


@pytest.mark.parametrize("mark", ["\u200e", "\u202a", "\u202e", "\u2066"])
def test_direction_marks_are_removed(mark: str) -> None:
    read_back = read(submission({"note": f"a{mark}b"}, contact={"phone": f"{mark}312 555 0142", "name": f"a{mark}b"}))
    assert (read_back.answers["note"], read_back.contact and read_back.contact.name) == ("ab", "ab")


def test_a_character_newer_than_this_python_is_accepted() -> None:
    assert read(submission({"note": "so tired \U0001fae9"})).answers["note"] == "so tired \U0001fae9"


@pytest.mark.parametrize("number", ["000-000-0000", "123 456 7890", "312-055-0142"])
def test_an_impossible_phone_number_is_refused(number: str) -> None:
    with pytest.raises(ValidationError):
        ContactEntry.model_validate({"phone": number})


def test_a_default_value_does_not_change_the_content() -> None:
    body = submission()
    assert read(body).content_hash() == read(body | {"language": "en", "complete": True}).content_hash()
    assert read(body).content_hash() != read(body | {"language": "es"}).content_hash()


def test_line_breaks_in_a_note_are_kept() -> None:
    assert read(submission({"note": "one\r\n\ttwo"})).answers["note"] == "one\r\n\ttwo"


def test_an_error_never_quotes_what_was_sent() -> None:
    with pytest.raises(ValidationError) as refused:
        read(submission({"pain": {"canary": "canary"}}, contact={"phone": "canary", "name": "canary" * 30}))
    assert "canary" not in str(refused.value)


def shuffled(value: Any, dice: random.Random) -> Any:
    if isinstance(value, list):
        return dice.sample(value, len(value))
    if not isinstance(value, dict):
        return value
    return {key: shuffled(value[key], dice) for key in dice.sample(list(value), len(value))}


@given(st.randoms(use_true_random=False))
def test_the_order_of_keys_and_ticks_does_not_change_the_content(dice: random.Random) -> None:
    assert read(shuffled(submission(), dice)).content_hash() == read(submission()).content_hash()


def test_an_empty_attribution_does_not_change_the_content() -> None:
    given, none = (
        submission(attribution={}),
        {key: value for key, value in submission().items() if key != "attribution"},
    )
    assert read(given).content_hash() == read(none).content_hash() != read(submission()).content_hash()


@given(st.sampled_from(sorted(submission()["answers"])))
def test_every_answer_is_part_of_the_content(code: str) -> None:
    assert read(submission({code: None})).content_hash() != read(submission()).content_hash()


@given(st.sampled_from(["name", "phone", "email", "postal", "preference", "best_time"]))
def test_every_field_of_the_contact_is_part_of_the_content(field: str) -> None:
    contact = {key: value for key, value in submission()["contact"].items() if key != field}
    assert read(submission(contact=contact)).content_hash() != read(submission()).content_hash()


@given(st.text(max_size=120))
def test_a_name_is_refused_or_kept_as_it_is_seen(name: str) -> None:
    try:
        kept = ContactEntry.model_validate({"phone": "3125550142", "name": name})
    except ValidationError:
        return
    assert ContactEntry.model_validate(kept.model_dump()) == kept
    seen = [c for c in name if not c.isspace() and unicodedata.category(c) not in UNSEEN and c not in FILLERS]
    assert [c for c in kept.name or "" if c != " "] == seen
    assert kept.name is None or (kept.name == kept.name.strip() != "")


# --- what is never a reason to refuse a form ---


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"utm_source": ["google", "google"], "utm_campaign": "spring"}, {"utm_campaign": "spring"}),
        ({"utm_source": ""}, {}),
        ({"utm_source": "x" * 900, "utm_other": "y"}, {"utm_source": "x" * 120}),
        ({"utm_campaign": "Dolor de espalda\u00a0Espa\u00f1a"}, {"utm_campaign": "Dolor de espalda Espa\u00f1a"}),
        ({"gclid": "g" * 512, "fbclid": "f" * 513}, {"gclid": "g" * 512}),
        ({"utm_term": 7, "utm_content": True, "referrer_host": None}, {"utm_term": "7"}),
        ({"landing_path": "/a?mail=a@example.com#b"}, {"landing_path": "/a"}),
        ({}, {}),
    ],
)
def test_attribution_is_cut_or_left_out(given: Json, kept: Json) -> None:
    attribution = read(submission(attribution=given)).attribution
    assert attribution is not None
    assert attribution.model_dump(exclude_none=True) == kept


@pytest.mark.parametrize("given", ["google", ["google"], 5, True])
def test_an_attribution_of_another_kind_is_left_out(given: object) -> None:
    assert read(submission(attribution=given)).attribution is None


@pytest.mark.parametrize("given", [5, 5.5, True, [], {"a": 1}, "", " ", "x" * 2_000, "\u200b"])
def test_page_token_and_proof_are_cut_or_left_out(given: Any) -> None:
    sent = read(submission() | {"page": given, "token": given, "proof": given})
    assert (sent.token, sent.proof) == (None, None)
    assert sent.page in (None, "x" * 500)


@pytest.mark.parametrize(
    "given", [None, 5, True, "x", [], ["contact"], {"contact": 5}, {"contact": "A" * 64}, {"x": "a" * 64}]
)
def test_a_shown_consent_that_proves_nothing_is_left_out(given: Any) -> None:
    assert read(submission() | {"consents_shown": given}).consents_shown == {}
    assert read(submission(consents_shown={"contact": "a" * 64, "sms": given})).consents_shown == {"contact": "a" * 64}


def test_an_optional_consent_that_is_null_is_not_given() -> None:
    consents = read(submission(consents={"contact": True, "sms": None, "marketing": None})).consents
    assert consents is not None
    assert (consents.contact, consents.sms, consents.marketing) == (True, False, False)


@pytest.mark.parametrize("given", [5, True, ["x"], {"a": 1}, "x" * 900])
def test_a_bot_that_fills_in_the_trap_with_anything_is_caught(given: Any) -> None:
    assert read(submission(website=given)).website


def test_a_page_is_kept_without_its_query() -> None:
    assert read(submission(page=" https://clinic.example/a?b=c#d ")).page == "https://clinic.example/a"


@pytest.mark.parametrize(
    "tag", ["es", "es-MX", "es-419", "es_MX", "ES", "ES-419", "es-MX,es;q=0.9", "spa", " es\u200b"]
)
def test_a_regional_language_is_its_language(tag: str) -> None:
    assert read(submission(language=tag)).language == "es"


@pytest.mark.parametrize("tag", ["", "spanish", "e", None, 5, True, ["es"], {"es": 1}])
def test_what_is_no_language_tag_is_english(tag: Any) -> None:
    assert read(submission() | {"language": tag}).language == "en"
