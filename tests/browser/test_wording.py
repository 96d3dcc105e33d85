"""Checks that the page makes no claims, names no brands, and has only known placeholders."""

from __future__ import annotations

import gzip
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from dev import form_script
from shared.http.pages.script_texts import SCRIPT_TEXTS
from shared.rulebook.loading import load
from shared.rulebook.ui_texts import words
from tests.rulebook.test_wording import HARDEST, grade, sentences_of

WEB = Path(__file__).resolve().parents[2] / "web"
PAGES = [path.read_text("utf-8") for path in sorted(WEB.glob("*.html"))]
TEMPLATES = sorted((WEB.parent / "shared" / "http" / "pages").glob("*.html"))
FILES = [
    path for folder in (WEB, WEB / "styles") for path in folder.iterdir() if path.suffix in (".html", ".css", ".js")
]
EVERYWHERE = {
    "clinic_name",
    "clinic_phone",
    "clinic_phone_link",
    "clinic_hours",
    "emergency_advice",
    "logo?",
    "other_language?",
    "privacy_practices?",
    "nondiscrimination?",
    "language_help?",
}
PLACES = {
    "index": EVERYWHERE | {"site_address", "address?", "map_link?", "clinician?", "insurers?"},
    "closed": EVERYWHERE | {"approval_notice?", "privacy_notice?"},
}
# Names that patients know from their doctor count as the word "it".
TREATMENTS = re.compile(
    r"\b(physical therapy|chiropractic care|nerve root blocks|spinal cord stimulator|thoracic|lumbar|cervical)\b",
    re.IGNORECASE,
)
FIRST_VIEW = 14_000  # gzipped bytes in the first round trip of a connection


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("ending", ["html", "es.html"])
def test_only_known_placeholders_are_filled(name: str, ending: str) -> None:
    page = (WEB / f"{name}.{ending}").read_text("utf-8")
    assert set(re.findall(r"\{\{(.*?)\}\}", page)) == PLACES[name]


def test_every_sentence_of_the_landing_page_reads_at_sixth_grade_or_below() -> None:
    texts = [text for name in PLACES for text in tokens((WEB / f"{name}.html").read_text("utf-8")) if text[0] != "<"]
    sentences = [s for text in texts for s in sentences_of(TREATMENTS.sub("it", text)) if "{{" not in s]
    assert len(sentences) > 60
    assert {s: round(grade(s), 1) for s in sentences if grade(s) > HARDEST} == {}


@pytest.mark.parametrize("page", ["index.html", "index.es.html"])
def test_the_page_without_the_form_fits_into_the_first_round_trip(page: str) -> None:
    sizes = [len(gzip.compress((WEB / name).read_bytes())) for name in (page, "page.css")]
    assert sum(sizes) < FIRST_VIEW


def test_every_start_leads_to_the_plain_form_without_a_script() -> None:
    for page in (WEB / "index.html", WEB / "index.es.html"):
        starts = re.findall(r'<a class="button" href="([^"]*)"', page.read_text("utf-8"))
        assert set(starts) == {"form?language=es" if ".es" in page.name else "form"}
        assert len(starts) == 2


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
SAYS = re.compile(r"\bsay\(([^{}]*?)[,)]")  # say("name"), or say(condition ? "one" : "other")
NAME = re.compile(r'"(\w+)"')
COMMENT = re.compile(r"^\s*//.*$|/\*.*?\*/|\s// .*$", re.MULTILINE | re.DOTALL)


def test_every_text_of_the_script_has_a_translation() -> None:
    assert len(form_script.spoken()) >= 8
    assert form_script.spoken() | set(SCRIPT_TEXTS.values()) <= words("es").keys()


def test_the_form_brings_every_text_that_the_script_shows_with_it() -> None:
    named = {name for module in MODULES.values() for call in SAYS.findall(module) for name in NAME.findall(call)}
    assert named == SCRIPT_TEXTS.keys()


@pytest.mark.parametrize("module", sorted(MODULES))
def test_every_text_of_the_script_is_translated_when_shown(module: str) -> None:
    script = COMMENT.sub("", MODULES[module])
    texts = {text for text in CODE_TEXT.findall(script) if re.match(r"[A-Z][a-z]+ [a-z]", text)}
    assert texts - form_script.spoken() == set()


def test_every_text_of_the_drawn_form_is_translated() -> None:
    for template in TEMPLATES:
        source = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", "", template.read_text("utf-8"), flags=re.DOTALL)
        shown = {text.strip() for text in re.findall(r">([^<>=]*[A-Za-z]{3}[^<>=]*)<", source)}
        assert shown <= {"Website", "|"}, template.name


def test_the_script_has_the_texts_of_the_rulebook() -> None:
    """After a failure, run `python -m dev.form_script`."""
    script = (WEB / "lead-form.js").read_text("utf-8")
    rulebook = load()
    for language in ("en", "es"):
        assert rulebook.emergency_advice_in(language) in script
    for text in form_script.spoken():
        assert words("es")[text] in script


def test_script_and_styles_are_made_from_their_sources() -> None:
    if shutil.which("npm") is None:
        pytest.skip("esbuild is installed by npm, which is missing")
    for name, content in form_script.made().items():
        assert (WEB.parent / name).read_text("utf-8") == content, "run python -m dev.form_script"


def test_each_look_that_a_site_may_set_changes_something() -> None:
    page = (WEB.parent / "docs" / "put-the-form-on-a-page.md").read_text("utf-8")
    sheets = (WEB / "form.css").read_text("utf-8")
    properties = set(re.findall(r"`(--lead-form-[a-z-]+)`", page))
    assert len(properties) >= 10
    for name in properties:
        kept_as = re.search(rf"(--[a-z-]+):\s*var\({name}[,)]", sheets)
        assert (f"var({kept_as[1]})" if kept_as else f"var({name}") in sheets, name


def test_the_modules_are_small() -> None:
    assert max(len(text.splitlines()) for text in MODULES.values()) <= 350


@pytest.mark.parametrize("page", PLACES)
def test_spanish_page_says_what_the_english_page_says(page: str) -> None:
    english, spanish = ((WEB / f"{page}.{ending}").read_text("utf-8") for ending in ("html", "es.html"))
    known = words("es")
    for text, translation in zip(tokens(english), tokens(spanish), strict=True):
        if text[0] == "<":
            assert translation == text
        elif text != "Español":
            single = re.sub(r"\{\{(\w+)\}\}", r"{\1}", text)
            assert re.sub(r"\{\{(\w+)\}\}", r"{\1}", translation) == known.get(single, single)
    for text, translation in zip(described(english), described(spanish), strict=True):
        assert translation == known[text]


def tokens(page: str) -> list[str]:
    """Returns a page's tags and texts, without attributes that depend on the language."""
    found = (" ".join(part.split()) for part in re.split(r"(<[^>]*>)", page))
    return [re.sub(r' (?:lang|hreflang|href|aria-label|content)="[^"]*"', "", part) for part in found if part]


def described(page: str) -> Iterator[str]:
    kinds = r'(?:name="description" property="og:description"|property="og:(?:title|image:alt)")'
    yield from re.findall(rf'<meta {kinds} content="([^"]*)">', page)
