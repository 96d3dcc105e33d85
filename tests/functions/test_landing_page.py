"""Tests the landing page, which shows the form only if the stack is open."""

from __future__ import annotations

import base64
import re
import struct
import tomllib
from dataclasses import fields, replace
from pathlib import Path

import pytest

from functions import show_page
from shared.adapters.web_files import WebFiles
from shared.http.landing_page import FILE, AboutClinic, LandingPage, about_clinic
from tests.functions.calls import CONTEXT, event
from tests.rulebook.folder import unsigned

FULL = AboutClinic(
    logo="icon.svg",
    address="100 Example Street, Springfield",
    map_link="https://maps.example/clinic",
    clinician="Jane Example, MD",
    insurers=("Example Health", "Medicare"),
    privacy_practices="https://clinic.example/privacy",
    nondiscrimination="https://clinic.example/nondiscrimination",
    language_help="https://clinic.example/languages",
)
MOST_OF_A_PICTURE = 60_000  # bytes
SIGNED = replace(show_page.landing, pilot=False, about=FULL)
UNSIGNED = replace(SIGNED, open=False, rulebook=unsigned(SIGNED.rulebook))


def shown(monkeypatch: pytest.MonkeyPatch, landing: LandingPage, language: str = "en") -> str:
    monkeypatch.setattr(show_page, "landing", landing)
    monkeypatch.setattr(show_page, "files", WebFiles(landing.placeholders))
    asked = event("show_page") | {"queryStringParameters": {"language": language}}
    return str(show_page.handler(asked, CONTEXT)["body"])


def test_what_the_clinic_filled_in_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    page = shown(monkeypatch, SIGNED)
    assert 'src="web/icon.svg"' in page
    assert "<dd>100 Example Street, Springfield</dd>" in page
    assert 'href="https://maps.example/clinic"' in page
    assert "<dd>Jane Example, MD</dd>" in page
    assert "<dd>Example Health, Medicare</dd>" in page
    for notice in ("privacy", "nondiscrimination", "languages"):
        assert f'<a href="https://clinic.example/{notice}">' in page


def test_empty_fields_leave_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    page = shown(monkeypatch, replace(show_page.landing, about=AboutClinic()))
    page = page.replace('alt=""', "")
    for trace in ("<img", "Address", "Map", "Care by", "Insurance", "Notice of", "in your language", '=""><', "{{"):
        assert trace not in page
    assert "Monday to Friday, 8 AM to 5 PM" in page


def test_the_clinics_file_lists_every_field() -> None:
    assert about_clinic()
    assert set(tomllib.loads(FILE.read_text())) == {field.name for field in fields(AboutClinic)}


def test_the_clinics_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "clinic.toml"
    file.write_text('address = "100 Example Street"\ninsurers = ["Example Health"]\nlogo = "logo.svg"\n')
    (tmp_path / "logo.svg").write_text("<svg/>")
    assert about_clinic(file) == AboutClinic(
        address="100 Example Street", insurers=("Example Health",), logo="logo.svg"
    )


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ('adress = ""', "adress"),
        ('map_link = "maps.example"', "map_link: a link begins with https://"),
        ('privacy_practices = "javascript:alert(1)"', "privacy_practices: a link begins with https://"),
        ('logo = "gone.svg"', "logo: name an SVG file"),
        ('logo = "clinic.toml"', "logo: name an SVG file"),
        ("insurers = [1]", "insurers"),
        ("insurers = [", "Invalid value"),
    ],
)
def test_a_wrong_field_is_named(tmp_path: Path, line: str, error: str) -> None:
    file = tmp_path / "clinic.toml"
    file.write_text(f"{line}\n")
    with pytest.raises(ValueError, match=f"clinic.toml: .*{error}"):
        about_clinic(file)


def test_a_closed_form_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    page = shown(monkeypatch, UNSIGNED)
    assert "This form is not open yet" in page
    assert "awaiting a physician&#x27;s approval" in page
    assert 'href="tel:3125550100"' in page
    assert "call 911 if any of this is new or gets worse" in page
    assert "<lead-form" not in page
    assert "<script" not in page
    assert 'href="form' not in page


def test_a_closed_form_is_not_shown_in_spanish(monkeypatch: pytest.MonkeyPatch) -> None:
    page = shown(monkeypatch, UNSIGNED, "es")
    assert "Este formulario todavía no está abierto" in page
    assert "<lead-form" not in page


@pytest.mark.parametrize("language", ["en", "es"])
def test_patients_of_an_open_stack_see_no_notice_for_staff(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    page = shown(monkeypatch, SIGNED, language)
    assert "<lead-form" in page
    assert "approval" not in page


def test_the_form_opens_only_with_the_notice_of_privacy_practices(monkeypatch: pytest.MonkeyPatch) -> None:
    without = replace(SIGNED, about=replace(FULL, privacy_practices=""))
    page = shown(monkeypatch, without)
    assert "<lead-form" not in page
    assert "does not link to the clinic&#x27;s Notice of Privacy Practices yet" in page
    assert "<lead-form" in shown(monkeypatch, replace(without, pilot=True))


def test_the_page_is_offered_in_the_languages_of_the_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    spanish = shown(monkeypatch, SIGNED, "es")
    assert '<html lang="es">' in spanish
    assert '<a href="?language=en"' in spanish
    english_only = shown(monkeypatch, replace(SIGNED, rulebook=unsigned(SIGNED.rulebook).reviewed()), "es")
    assert '<html lang="en">' in english_only
    assert "language=es" not in english_only


@pytest.mark.parametrize("language", ["en", "es"])
def test_search_engines_find_each_language_at_one_address(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    page = shown(monkeypatch, SIGNED, language)
    english, spanish = "https://leads.clinic.example/", "https://leads.clinic.example/?language=es"
    assert re.findall(r'<link rel="(?:canonical|alternate)"(?: hreflang="(.*?)")? href="(.*?)">', page) == [
        ("", spanish if language == "es" else english),
        ("en", english),
        ("es", spanish),
    ]


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_link_to_the_page_has_a_picture(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    """Sites that preview the link need the picture's absolute URL."""
    page = shown(monkeypatch, SIGNED, language)
    assert '<meta property="og:image" content="https://leads.clinic.example/web/social.png">' in page
    address = "https://leads.clinic.example/" + ("?language=es" if language == "es" else "")
    assert f'<meta property="og:url" content="{address}">' in page
    described = ('property="og:type"', 'property="og:description"', 'property="og:image:alt"')
    assert [tag for tag in described if tag not in page] == []
    answer = show_page.handler(event("show_page") | {"pathParameters": {"file": "social.png"}}, CONTEXT)
    picture = base64.b64decode(answer["body"])
    assert (answer["headers"]["content-type"], answer["isBase64Encoded"]) == ("image/png", True)
    assert "content-encoding" not in answer["headers"]
    assert picture.startswith(b"\x89PNG")
    assert struct.unpack(">II", picture[16:24]) == (1200, 630)
    assert len(picture) < MOST_OF_A_PICTURE
