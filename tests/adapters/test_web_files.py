from __future__ import annotations

from pathlib import Path

import pytest

from shared.adapters.web_files import WebFiles
from shared.domain.errors import NotFound


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "page.html").write_text("<p>{{name}}</p><a title='{{name}}'>{{phone}}</a>", encoding="utf-8")
    (tmp_path / "code.js").write_text("const text = '{{name}}';", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not for visitors", encoding="utf-8")
    return tmp_path


def files(folder: Path, **words: str) -> WebFiles:
    return WebFiles(lambda language: {"name": "Clinic", "phone": "1", "language": language} | words, folder)


def test_placeholders_of_pages_are_filled_and_escaped(folder: Path) -> None:
    page = files(folder, name="""<b> & "quoted" 'name'""").get("page.html")
    words = "&lt;b&gt; &amp; &quot;quoted&quot; &#x27;name&#x27;"
    assert page.content.decode() == f"<p>{words}</p><a title='{words}'>1</a>"
    assert page.media_type == "text/html; charset=utf-8"


def test_a_value_that_looks_like_a_placeholder_is_not_replaced(folder: Path) -> None:
    assert b"<p>{{phone}}</p>" in files(folder, name="{{phone}}").get("page.html").content


def test_other_files_are_served_unchanged(folder: Path) -> None:
    assert files(folder).get("code.js").content == b"const text = '{{name}}';"


def test_a_placeholder_without_a_value_fails_at_start(folder: Path) -> None:
    (folder / "page.html").write_text("{{unknown}}", encoding="utf-8")
    with pytest.raises(KeyError, match="unknown"):
        files(folder)


@pytest.mark.parametrize("name", ["notes.txt", "../page.html", "", "PAGE.HTML", "page.html/"])
def test_only_files_for_visitors_are_served(folder: Path, name: str) -> None:
    with pytest.raises(NotFound):
        files(folder).get(name)


def test_a_line_with_an_empty_optional_placeholder_is_left_out(folder: Path) -> None:
    (folder / "page.html").write_text("<p>1</p>\n<p>{{map?}} {{name}}</p>\n<p>2</p>\n", encoding="utf-8")
    assert files(folder, map="").get("page.html").content == b"<p>1</p>\n<p>2</p>\n"
    assert files(folder, map="<b>").get("page.html").content == b"<p>1</p>\n<p>&lt;b&gt; Clinic</p>\n<p>2</p>\n"


def test_a_page_in_another_language_gets_that_languages_values(folder: Path) -> None:
    for name in ("page.html", "page.es.html"):
        (folder / name).write_text("{{language}}", encoding="utf-8")
    found = files(folder)
    assert (found.get("page.html").content, found.get("page.es.html").content) == (b"en", b"es")
    assert found.languages("page.html") == ("en", "es")
