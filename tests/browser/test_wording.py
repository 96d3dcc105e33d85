"""The words of the page: no claims, no brands, and only the places that the server fills."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

WEB = Path(__file__).resolve().parents[2] / "web"
PAGES = [path.read_text("utf-8") for path in sorted(WEB.glob("index*.html"))]
FILES = [path for path in WEB.iterdir() if path.suffix in (".html", ".css", ".js")]
PLACES = {
    "clinic_name",
    "clinic_phone",
    "clinic_phone_link",
    "emergency_advice",
    "approval_notice",
    "translation_notice",
}


def test_only_known_places_are_filled() -> None:
    for page in PAGES:
        assert set(re.findall(r"\{\{(.*?)\}\}", page)) == PLACES


@pytest.mark.parametrize(
    "claim",
    [
        "expert",
        "success",
        "recovery",
        "relief",
        "best",
        "cure",
        "proven",
        "safe and",
        "guarantee",
        "minimally invasive",
        "laser",
        "®",
        "™",
    ],
)
def test_no_claims(claim: str) -> None:
    for source in FILES:
        assert claim not in source.read_text("utf-8").lower(), source.name


def test_nothing_inline_and_nothing_from_elsewhere() -> None:
    for page in PAGES:
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", page)
        assert not re.search(r"(?:src|href)=\"/", page), "addresses must work below any path"
    for source in FILES:
        outside = re.findall(r"https?://[^\s\"']+", source.read_text("utf-8"))
        assert [address for address in outside if address != "http://www.w3.org/2000/svg"] == [], source.name
