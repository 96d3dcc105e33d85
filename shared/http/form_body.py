"""Parses the body of an HTML form (application/x-www-form-urlencoded or multipart/form-data)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from shared.domain.intake.attribution import Fields

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
MEDIA_TYPES = (URLENCODED, MULTIPART)
MAX_FIELDS = 500
CHARSETS = {  # label -> Python codec; browsers read Latin-1 as Windows-1252 (WHATWG Encoding)
    **dict.fromkeys(("iso-8859-1", "latin1", "us-ascii", "windows-1252", "cp1252"), "cp1252"),
}
OTHER_CHARSETS = re.compile(  # the other charsets of the WHATWG standard, which have the same names in Python
    r"windows-125[0-8]|iso-8859-([2-8]|1[03-6])|koi8-[ru]|gbk|gb18030|big5|euc-(jp|kr)|shift_jis"
)


def read_fields(content: bytes, content_type: str) -> Fields:
    """Returns the texts of each field, in the order sent. Ignores uploaded files.

    Replaces invalid bytes instead of refusing the form.

    Raises: ValueError if the body is malformed or has more than MAX_FIELDS fields.
    """
    media_type = content_type.partition(";")[0].strip().lower()
    charset = _charset(content_type)
    pairs = _multipart(content, content_type, charset) if media_type == MULTIPART else _urlencoded(content, charset)
    fields: dict[str, tuple[str, ...]] = {}
    for count, (name, text) in enumerate(pairs, start=1):
        if count > MAX_FIELDS:
            raise ValueError("too many fields")
        fields[name] = (*fields.get(name, ()), text.replace("\r\n", "\n"))
    return fields


def _charset(content_type: str) -> str:
    """Returns the Python codec of the declared charset, or UTF-8 if browsers know no such charset."""
    declared = re.search(r";\s*charset=[\"']?([\w.:-]+)", content_type, re.IGNORECASE)
    label = declared[1].lower() if declared else ""
    return label if OTHER_CHARSETS.fullmatch(label) else CHARSETS.get(label, "utf-8")


def as_utf8(content: bytes, content_type: str) -> bytes:
    charset = _charset(content_type)
    return content if charset == "utf-8" else content.decode(charset, errors="replace").encode()


def _urlencoded(content: bytes, charset: str) -> Iterable[tuple[str, str]]:
    text = content.decode(charset, errors="replace")
    return parse_qsl(text, keep_blank_values=True, encoding=charset, errors="replace", max_num_fields=MAX_FIELDS)


def _multipart(content: bytes, content_type: str, charset: str) -> Iterable[tuple[str, str]]:
    from python_multipart import parse_form  # noqa: PLC0415  loaded only to parse an HTML form
    from python_multipart.exceptions import FormParserError  # noqa: PLC0415

    pairs: list[tuple[str, str]] = []

    def keep(field: object) -> None:
        name, value = getattr(field, "field_name", None) or b"", getattr(field, "value", None) or b""
        pairs.append((name.decode(charset, errors="replace"), value.decode(charset, errors="replace")))

    try:
        parse_form({"Content-Type": content_type.encode()}, io.BytesIO(content), keep, lambda _: None)
    except (FormParserError, AssertionError) as error:
        raise ValueError("not a multipart form") from error
    return pairs
