"""Reads which campaign or page a visitor came from. Invalid values never cause an error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import model_validator

from shared.domain.intake.fields import clean_line, without_query
from shared.domain.model import Model

Fields = Mapping[str, tuple[str, ...]]  # form field -> texts, in the order sent
LONGEST_TEXT = 120  # characters; longer campaign parameters are cut
LONGEST_HOST = 253
LONGEST_PATH = 500
LONGEST_CLICK_ID = 512  # longer click ids are dropped, because part of a click id is useless


class Attribution(Model):
    utm_source: str | None = None
    utm_medium: str | None = None
    utm_campaign: str | None = None
    utm_term: str | None = None
    utm_content: str | None = None
    gclid: str | None = None
    gbraid: str | None = None
    wbraid: str | None = None
    msclkid: str | None = None
    fbclid: str | None = None
    referrer_host: str | None = None
    landing_path: str | None = None

    @model_validator(mode="before")
    @classmethod
    def cleaned(cls, value: Any) -> Any:
        return clean_attribution(value) if isinstance(value, Mapping) else value

    @property
    def known(self) -> bool:
        return any(vars(self).values())


ATTRIBUTION = tuple(Attribution.model_fields)
CLICK_IDS = frozenset({"gclid", "gbraid", "wbraid", "msclkid", "fbclid"})
LONGEST = {"referrer_host": LONGEST_HOST, "landing_path": LONGEST_PATH}


def clean_attribution(given: Mapping[str, object]) -> dict[str, str]:
    found = {name: _cleaned(name, given[name]) for name in ATTRIBUTION if name in given}
    return {name: text for name, text in found.items() if text}


def mapping_or_none(value: Any) -> Any:
    return value if isinstance(value, (Mapping, Attribution)) else None


def _cleaned(name: str, value: object) -> str:
    if not isinstance(value, (str, int)) or isinstance(value, bool):
        return ""
    text: str = clean_line(str(value))
    if name in CLICK_IDS:
        return text if len(text) <= LONGEST_CLICK_ID else ""
    if name == "landing_path":
        text = without_query(text)
    return text[: LONGEST.get(name, LONGEST_TEXT)].strip()


def first_of(fields: Fields, name: str) -> str:
    return next(iter(fields.get(name, ())), "")
