"""Reads where a visitor came from: campaign parameters and click ids, which are never a reason to refuse anybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from shared.domain.intake.fields import Address, Line, line
from shared.domain.model import Model

Fields = Mapping[str, tuple[str, ...]]  # the fields of a plain form: name -> texts, in the order sent
LONGEST_ATTRIBUTION = 100


class Attribution(Model):
    """The origin of a visitor: campaign parameters, click ids, referrer and landing page."""

    utm_source: Annotated[str, line(120), Line] | None = None
    utm_medium: Annotated[str, line(120), Line] | None = None
    utm_campaign: Annotated[str, line(120), Line] | None = None
    utm_term: Annotated[str, line(120), Line] | None = None
    utm_content: Annotated[str, line(120), Line] | None = None
    gclid: Annotated[str, line(200), Line] | None = None
    gbraid: Annotated[str, line(200), Line] | None = None
    wbraid: Annotated[str, line(200), Line] | None = None
    msclkid: Annotated[str, line(200), Line] | None = None
    fbclid: Annotated[str, line(200), Line] | None = None
    referrer_host: Annotated[str, line(253), Line] | None = None
    landing_path: Annotated[str, line(500), Line, Address] | None = None


ATTRIBUTION = tuple(Attribution.model_fields)


def clean_attribution(fields: Fields) -> dict[str, str]:
    """Returns the attribution fields of a plain form. Invalid characters and excess length are cut off, not refused."""
    found = {}
    for name in ATTRIBUTION:
        text = "".join(character for character in first_of(fields, name) if " " <= character <= "~")
        if text := text.strip()[:LONGEST_ATTRIBUTION].strip():
            found[name] = text
    return found


def first_of(fields: Fields, name: str) -> str:
    return next(iter(fields.get(name, ())), "")
