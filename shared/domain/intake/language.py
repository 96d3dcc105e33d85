"""Reads language tags."""

from __future__ import annotations

import re

DEFAULT_LANGUAGE = "en"
THREE_LETTERS = {"spa": "es", "eng": "en"}  # ISO 639-2 -> ISO 639-1, which RFC 5646 requires


def primary_language(tag: str) -> str:
    """Returns the language of a tag, or of the first tag in a list such as Accept-Language."""
    language = re.split("[-_,;]", tag.strip(), maxsplit=1)[0].strip().lower()
    return THREE_LETTERS.get(language, language)
