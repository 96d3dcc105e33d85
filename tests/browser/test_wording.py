"""The words of the page: no claims, no brands, and only the places that the server fills."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

WEB = Path(__file__).resolve().parents[2] / "web"
PAGE = (WEB / "index.html").read_text("utf-8")
PLACES = {"clinic_name", "clinic_phone", "clinic_phone_link", "emergency_advice", "approval_notice", "translation_notice"}


def test_only_known_places_are_filled() -> None:
    assert set(re.findall(r"\{\{(.*?)\}\}", PAGE)) == PLACES


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
    for source in WEB.iterdir():
        assert claim not in source.read_text("utf-8").lower(), source.name


def test_nothing_inline_and_nothing_from_elsewhere() -> None:
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", PAGE)
    for source in WEB.iterdir():
        outside = re.findall(r"https?://[^\s\"']+", source.read_text("utf-8"))
        assert [address for address in outside if address != "http://www.w3.org/2000/svg"] == [], source.name
    assert not re.search(r"(?:src|href)=\"/", PAGE), "addresses must work below any path"
