"""The files of web/, read once, with the clinic's own words filled in."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shared.domain.errors import NotFound

FOLDER = Path(__file__).parents[2] / "web"
MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")


@dataclass(frozen=True, slots=True)
class WebFile:
    content: bytes
    media_type: str


class WebFiles:
    """`words` fill the `{{placeholders}}` of HTML files; a placeholder without a word is a KeyError at start."""

    def __init__(self, words: Mapping[str, str], folder: Path = FOLDER) -> None:
        self._files = {
            path.name: WebFile(_filled(path, words), MEDIA_TYPES[path.suffix])
            for path in sorted(folder.iterdir())
            if path.suffix in MEDIA_TYPES
        }

    def get(self, name: str) -> WebFile:
        """Raises NotFound."""
        try:
            return self._files[name]
        except KeyError:
            raise NotFound from None


def _filled(path: Path, words: Mapping[str, str]) -> bytes:
    if path.suffix != ".html":
        return path.read_bytes()
    text = path.read_text(encoding="utf-8")
    return PLACEHOLDER.sub(lambda match: html.escape(words[match[1]]), text).encode()
