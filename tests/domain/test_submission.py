"""Tests that fields of a submission are normalised, and that equal content has equal hashes."""

from __future__ import annotations

import json
import random
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.domain.intake.fields import FILLERS, UNSEEN
from shared.domain.intake.submission import ContactEntry, Submission
from tests.functions.calls import Json, submission


def read(body: Json) -> Submission:
    return Submission.model_validate_json(json.dumps(body))


@pytest.mark.parametrize("number", [8.5, -0.5, 8.999])
def test_a_number_with_a_fraction_is_refused_not_rounded(number: float) -> None:
    assert read(submission({"pain": 8.0})).answers["pain"] == 8
    with pytest.raises(ValidationError, match="Enter a whole number"):
        read(submission({"pain": number}))


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"note": "a" * 60_000}, "This text is too long."),
        ({"age": 99_999_999_999}, "This number is too long."),
        ({"age": -1e12}, "This number is too long."),
        ({"ces": ["none"] * 41}, "There are too many entries."),
        ({"age": True}, "Enter a whole number, text, or a list of option codes."),
    ],
)
def test_an_answer_beyond_a_limit_is_told_so_and_not_that_its_type_is_wrong(answers: Json, said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        read(submission(answers))
    (problem,) = refused.value.errors()
    assert (problem["loc"], problem["msg"]) == (("answers", *answers), said)


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
