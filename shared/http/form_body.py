"""Parses the body of an HTML form (application/x-www-form-urlencoded or multipart/form-data)."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from shared.domain.intake.attribution import Fields

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
MEDIA_TYPES = (URLENCODED, MULTIPART)
MAX_FIELDS = 500


def read_fields(content: bytes, content_type: str) -> Fields:
    """Returns field name -> its texts in the order sent, without uploaded files. Raises ValueError.

    Bytes that are not UTF-8 become replacement characters, so that a page in an older encoding loses no patient.
    """
    media_type = content_type.partition(";")[0].strip().lower()
    pairs = _multipart(content, content_type) if media_type == MULTIPART else _urlencoded(content)
    fields: dict[str, tuple[str, ...]] = {}
    for count, (name, text) in enumerate(pairs, start=1):
        if count > MAX_FIELDS:
            raise ValueError("too many fields")
        fields[name] = (*fields.get(name, ()), text.replace("\r\n", "\n"))
    return fields


def _urlencoded(content: bytes) -> Iterable[tuple[str, str]]:
    text = content.decode(errors="replace")
    return parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=MAX_FIELDS)


def _multipart(content: bytes, content_type: str) -> Iterable[tuple[str, str]]:
    from python_multipart import parse_form  # noqa: PLC0415  loaded only to parse an HTML form
    from python_multipart.exceptions import FormParserError  # noqa: PLC0415

    pairs: list[tuple[str, str]] = []

    def keep(field: object) -> None:
        name, value = getattr(field, "field_name", None) or b"", getattr(field, "value", None) or b""
        pairs.append((name.decode(errors="replace"), value.decode(errors="replace")))

    try:
        parse_form({"Content-Type": content_type.encode()}, io.BytesIO(content), keep, lambda _: None)
    except (FormParserError, AssertionError) as error:
        raise ValueError("not a multipart form") from error
    return pairs
