"""Tests that the form asks about likely typos in e-mail addresses."""

from __future__ import annotations

import pytest

from shared.domain.intake.mail_typos import USUAL, meant


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("jo@gmial.com", "jo@gmail.com"),
        ("jo@gamil.com", "jo@gmail.com"),
        ("jo@gmial.con", "jo@gmail.com"),
        ("jo@hotmial.cmo", "jo@hotmail.com"),
        ("jo@gmai.com", "jo@gmail.com"),
        ("jo@gmaill.com", "jo@gmail.com"),
        ("jo@gmail.con", "jo@gmail.com"),
        ("jo@gmail.co", "jo@gmail.com"),
        ("jo@gmailcom", "jo@gmail.com"),
        (" Jo.Doe@GMIAL.com ", "Jo.Doe@gmail.com"),
        ("jo@yaho.com", "jo@yahoo.com"),
        ("jo@hotmial.com", "jo@hotmail.com"),
        ("jo@outlok.com", "jo@outlook.com"),
        ("jo@comcast.ne", "jo@comcast.net"),
    ],
)
def test_a_typo_in_a_usual_domain_is_found(typed: str, right: str) -> None:
    assert meant(typed) == right


@pytest.mark.parametrize(
    "address",
    [
        *(f"jo@{domain}" for domain in (*USUAL, "mail.com", "email.com", "ymail.com")),
        *("jo@yahoo.ca", "jo@yahoo.com.mx", "jo@hotmail.es", "jo@outlook.es", "jo@clinic.example", "jo@aim.com"),
        *("", "jo", "@gmial.com", "jo@", "jo@gml.con"),
    ],
)
def test_nothing_else_is_asked_about(address: str) -> None:
    assert meant(address) == ""
