from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest

from functions import capture_lead, search_leads
from shared.domain.leads.search_keys import name_words
from tests.aws import Aws
from tests.functions.calls import URGENT, pointers
from tests.functions.staff_calls import captured, references, searched, worked
from tests.leads import varied

PHONE, EMAIL = "(312) 555-0147", "alex@example.com"


def from_somebody(**contact: str) -> str:
    return captured(URGENT, str(uuid4()), contact=contact)


@pytest.mark.parametrize("spoken", ["{}", " {} "])
def test_by_reference_in_any_notation(spoken: str) -> None:
    reference = captured(URGENT)
    for text in (reference, reference.lower(), reference.replace("-", ""), reference.replace("0", "o")):
        assert references(searched(spoken.format(text))) == [reference]


def test_by_phone_or_email_in_any_notation() -> None:
    both = from_somebody(phone=PHONE, email=EMAIL)
    phone_only = from_somebody(phone="+1 312 555 0147")
    mail_only = from_somebody(email=EMAIL.upper())
    from_somebody(phone="(312) 555-0148")
    # Ten digits could also be a reference.
    for text in ("312.555.0147", "3125550147", "312 555 0147"):
        assert set(references(searched(text))) == {both, phone_only}
    assert set(references(searched("Alex@Example.com"))) == {both, mail_only}


def test_leads_from_before_a_rotation_of_the_key_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    earlier = from_somebody(phone=PHONE)
    monkeypatch.setattr(search_leads, "keys", ("a new key of tests", *search_leads.keys))
    monkeypatch.setattr(capture_lead, "intake", varied(capture_lead.intake, person_key="a new key of tests"))
    later = from_somebody(phone=PHONE)
    assert references(searched(PHONE)) == [later, earlier]


def test_the_latest_state_is_found() -> None:
    reference = from_somebody(phone=PHONE)
    worked(reference, "close", reason="declined", text="Seen elsewhere.")
    assert references(searched(PHONE)) == [reference]


@pytest.mark.parametrize("text", ["Alex", "00000-00000", "@", "(312) 555-0199", "1"])
def test_an_unknown_person_is_not_found(text: str) -> None:
    captured(URGENT)
    assert references(searched(text)) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Jos\u00e9 Q. O'Neill-Diaz", ("jose", "neill", "diaz")),  # a single letter would find too many leads
        ("\u674e \u5a1c 3", ("\u674e", "\u5a1c", "3")),  # a single Chinese character may be a name
    ],
)
def test_a_name_is_found_by_these_words(name: str, words: tuple[str, ...]) -> None:
    assert name_words(name) == words


def test_no_key_contains_a_phone_number_or_email(aws: Aws, logs: Callable[[], str]) -> None:
    from_somebody(phone=PHONE, email=EMAIL)
    searched(PHONE)
    [item] = aws.items()
    keys = str({name: value for name, value in item.items() if name != "lead"})
    for personal in ("5550147", "alex@", "example.com"):
        assert personal not in keys
        assert personal not in logs()


@pytest.mark.parametrize("text", ["", " ", "x" * 255, "\u0000\u200b"])
def test_an_unsearchable_text_is_refused(text: str) -> None:
    answer = searched(text)
    assert (answer["statusCode"], pointers(answer)) == (422, ["/q"])


def test_which_groups_may_search() -> None:
    assert searched(PHONE, "desk")["statusCode"] == 200
    assert searched(PHONE, "guest")["statusCode"] == 403
