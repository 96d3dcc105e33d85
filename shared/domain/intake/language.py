"""Reads language tags."""

from __future__ import annotations

import re


def primary_language(tag: str) -> str:
    """Returns the language of a tag, without region and script: "es" for es-MX, es-419 and es_MX."""
    return re.split("[-_]", tag.strip(), maxsplit=1)[0].lower()
