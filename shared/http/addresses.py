"""Checks addresses (URLs) from requests and forms."""

from __future__ import annotations

from urllib.parse import urlsplit

LONGEST_ADDRESS = 500


def return_address(text: str, origins: frozenset[str], own: str) -> str:
    """Returns the address if it is on one of these origins or on our own site, and otherwise ""."""
    if len(text) > LONGEST_ADDRESS or not text.isascii() or not text.isprintable() or set(text) & set(' \\"<>'):
        return ""
    try:
        parts, mine = urlsplit(text), urlsplit(own)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.netloc:  # browsers would read https:site as https://site
        return ""
    known = {*origins, f"{mine.scheme}://{mine.netloc}"}
    return text if f"{parts.scheme}://{parts.netloc}" in known else ""


def host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
