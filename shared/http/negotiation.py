"""Chooses the media type and language that a client prefers (RFC 9110, 12.5)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from shared.domain.intake.language import primary_language

NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
RANGE = rf"({NAME})/({NAME})"
LANGUAGE = r"[a-z]{2,3}"
MAX_LANGUAGES = 20
QUALITY = r"0(\.[0-9]{0,3})?|1(\.0{0,3})?"


class MediaRange(NamedTuple):
    type: str
    subtype: str
    parameters: dict[str, str]
    quality: float

    def specificity(self, offer: MediaRange) -> int | None:
        """Returns how exactly this range matches the offer. None is no match; a higher number is more exact.

        Ignores parameters that the offer lacks, so that a client may add `charset=utf-8`.
        """
        if self.type not in ("*", offer.type) or self.subtype not in ("*", offer.subtype):
            return None
        shared = self.parameters.keys() & offer.parameters.keys()
        if any(self.parameters[name] != offer.parameters[name] for name in shared):
            return None
        return 10 * ((self.type != "*") + (self.subtype != "*")) + len(shared)


def preferred(accept: str | None, offers: Sequence[str]) -> str | None:
    """Returns the offer that the client prefers, or None if the client accepts no offer.

    accept: the client's Accept header. A missing or empty header accepts anything. Invalid entries are ignored.
    offers: if the client likes several equally, the first is returned.
    """
    if accept is None or not accept.strip():
        return offers[0]
    ranges = [entry for part in accept.split(",") if (entry := _media_range(part)) is not None]
    best, best_quality = None, 0.0
    for offer in offers:
        quality = _quality(offer, ranges)
        if quality > best_quality:
            best, best_quality = offer, quality
    return best


def languages(accept: str) -> list[str]:
    """Returns the primary languages of an Accept-Language header (RFC 9110, 12.5.4), the most preferred first."""
    entries = []
    for part in accept.split(",")[:MAX_LANGUAGES]:
        tag, _, parameter = (piece.strip() for piece in part.partition(";"))
        language, quality = primary_language(tag), parameter.removeprefix("q=") or "1"
        if re.fullmatch(LANGUAGE, language) and re.fullmatch(QUALITY, quality) and float(quality) > 0:
            entries.append((-float(quality), language))
    return [language for _, language in sorted(entries, key=lambda entry: entry[0])]


def _quality(offer: str, ranges: Sequence[MediaRange]) -> float:
    wanted = _media_range(offer)
    found = [
        (specificity, entry.quality)
        for entry in ranges
        if wanted is not None and (specificity := entry.specificity(wanted)) is not None
    ]
    return max(found, default=(0, 0.0))[1]


def _media_range(text: str) -> MediaRange | None:
    name, *rest = (part.strip() for part in text.split(";"))
    match = re.fullmatch(RANGE, name)
    if match is None or (match[1] == "*" and match[2] != "*"):
        return None
    parameters = {}
    for part in rest:
        key, _, value = part.partition("=")
        parameters[key.strip().lower()] = value.strip().strip('"').lower()
    quality = parameters.pop("q", "1")
    if re.fullmatch(QUALITY, quality) is None:
        return None
    return MediaRange(match[1].lower(), match[2].lower(), parameters, float(quality))
