"""Checks the wording of the page: no claims, no brands, and only known placeholders."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from dev import form_script
from shared.rulebook.loading import load
from shared.rulebook.ui_texts import words

WEB = Path(__file__).resolve().parents[2] / "web"
PAGES = [path.read_text("utf-8") for path in sorted(WEB.glob("index*.html"))]
TEMPLATES = sorted((WEB.parent / "shared" / "http" / "pages").glob("*.html"))
FILES = [path for path in WEB.iterdir() if path.suffix in (".html", ".css", ".js")]
PLACES = {
    "clinic_name",
    "clinic_phone",
    "clinic_phone_link",
    "emergency_advice",
    "approval_notice",
    "translation_notice",
}


def test_only_known_placeholders_are_filled() -> None:
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


MODULES = {path.name: path.read_text("utf-8") for path in (WEB / "lead-form").iterdir()}
CODE_TEXT = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
COMMENT = re.compile(r"^\s*//.*$|/\*.*?\*/|\s// .*$", re.MULTILINE | re.DOTALL)


def test_every_text_of_the_script_has_a_translation() -> None:
    assert len(form_script.spoken()) > 40
    assert form_script.spoken() - words("es").keys() == set()


@pytest.mark.parametrize("module", sorted(MODULES))
def test_every_text_of_the_script_is_translated_when_shown(module: str) -> None:
    """A text that does not pass through the translation function t() would stay English."""
    script = COMMENT.sub("", MODULES[module])
    texts = {text for text in CODE_TEXT.findall(script) if re.match(r"[A-Z][a-z]+ [a-z]", text)}
    assert texts - form_script.spoken() == set()


def test_every_text_of_the_drawn_form_is_translated() -> None:
    """A text of a template that does not pass through the translation function t() would stay English."""
    for template in TEMPLATES:
        source = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", "", template.read_text("utf-8"), flags=re.DOTALL)
        shown = {text.strip() for text in re.findall(r">([^<>=]*[A-Za-z]{3}[^<>=]*)<", source)}
        assert shown <= {"Website", "|"}, template.name  # the trap for machines


def test_the_script_has_the_texts_of_the_rulebook() -> None:
    """`python -m dev.form_script` joins them."""
    script = (WEB / "lead-form.js").read_text("utf-8")
    rulebook = load()
    for language in ("en", "es"):
        assert rulebook.emergency_advice_in(language) in script
    for text in form_script.spoken():
        assert words("es")[text] in script


def test_the_script_is_joined_from_its_modules() -> None:
    if shutil.which("npm") is None:
        pytest.skip("esbuild is installed by npm, which is missing")
    joined = form_script.joined()
    assert (WEB / "lead-form.js").read_text("utf-8") == joined, "run python -m dev.form_script"


def test_the_modules_are_small() -> None:
    assert max(len(text.splitlines()) for text in MODULES.values()) <= 350


def test_spanish_page_says_what_the_english_page_says() -> None:
    english, spanish = (tokens((WEB / name).read_text("utf-8")) for name in ("index.html", "index.es.html"))
    assert [token for token in english if token[0] == "<"] == [token for token in spanish if token[0] == "<"]
    known = words("es")
    for text, translation in zip(english, spanish, strict=True):
        if text[0] != "<" and "{{" not in text:
            assert translation == known.get(text, text)


def tokens(page: str) -> list[str]:
    """Returns the tags and the texts of a page, leaving out attributes that depend on the language."""
    page = re.sub(r"<nav.*?</nav>", "", page)
    found = (" ".join(part.split()) for part in re.split(r"(<[^>]*>)", page))
    return [
        re.sub(r' (?:lang|hreflang|href|aria-label|content|aria-current)="[^"]*"', "", part) for part in found if part
    ]
