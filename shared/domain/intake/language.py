"""Reads language tags."""

from __future__ import annotations

import re

DEFAULT_LANGUAGE = "en"
THREE_LETTERS = {"spa": "es", "eng": "en"}  # ISO 639-2 -> ISO 639-1, which RFC 5646 requires


def primary_language(tag: str) -> str:
    """Returns the language of a tag, such as "es" for es-MX, es-419, es_MX and spa.

    Reads only the first tag of a list, such as an Accept-Language header.
    """
    language = re.split("[-_,;]", tag.strip(), maxsplit=1)[0].strip().lower()
    return THREE_LETTERS.get(language, language)
