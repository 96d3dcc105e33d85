"""Where a visitor came from: campaign parameters and click ids. Never a reason to refuse a submission."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from shared.domain.intake.fields import Address, Line, line
from shared.domain.model import Model

Fields = Mapping[str, tuple[str, ...]]  # of a plain form: each name with its texts, in the order sent
LONGEST_ATTRIBUTION = 100


class Attribution(Model):
    """Where the visitor came from."""

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
    """Where the visitor came from; what cannot be taken is cut, never a reason to refuse."""
    found = {}
    for name in ATTRIBUTION:
        text = "".join(character for character in first_of(fields, name) if " " <= character <= "~")
        if text := text.strip()[:LONGEST_ATTRIBUTION].strip():
            found[name] = text
    return found


def first_of(fields: Fields, name: str) -> str:
    return next(iter(fields.get(name, ())), "")
