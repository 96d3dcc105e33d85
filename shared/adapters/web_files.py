"""Reads the files of web/ once, and fills in the placeholders of HTML files, such as the clinic's name."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from shared.domain.errors import NotFound

FOLDER = Path(__file__).parents[2] / "web"
MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
PLACEHOLDER = re.compile(r"\{\{(\w+)\??\}\}")
OPTIONAL = re.compile(r"\{\{(\w+)\?\}\}")
LANGUAGE = re.compile(r"\.([a-z]{2})\.html$")


@dataclass(frozen=True, slots=True)
class WebFile:
    content: bytes
    media_type: str


class WebFiles:
    """The files of a folder, found by name. page.html is English, page.es.html is Spanish, and so on.

    words: returns the values of the `{{placeholders}}` for a language. A missing value raises KeyError at start.
    A line with `{{placeholder?}}` is left out if the value is empty.
    """

    def __init__(self, words: Callable[[str], Mapping[str, str]], folder: Path = FOLDER) -> None:
        self._files = {
            path.name: WebFile(_filled(path, words), MEDIA_TYPES[path.suffix])
            for path in sorted(folder.iterdir())
            if path.suffix in MEDIA_TYPES
        }

    def get(self, name: str) -> WebFile:
        try:
            return self._files[name]
        except KeyError:
            raise NotFound from None

    def languages(self, page: str) -> tuple[str, ...]:
        stem = page.removesuffix(".html")
        found = (LANGUAGE.search(name) for name in self._files if name.startswith(f"{stem}."))
        return ("en", *sorted(match[1] for match in found if match))


def _filled(path: Path, words: Callable[[str], Mapping[str, str]]) -> bytes:
    if path.suffix != ".html":
        return path.read_bytes()
    match = LANGUAGE.search(path.name)
    values = words(match[1] if match else "en")
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    shown = (line for line in lines if all(values[name] for name in OPTIONAL.findall(line)))
    text = "".join(line.lstrip(" ") for line in shown)
    return PLACEHOLDER.sub(lambda found: html.escape(values[found[1]]), text).encode()
