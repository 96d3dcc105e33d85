from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

PROJECT = Path(__file__).parents[1]
NAMED = re.compile(r"(tests/[\w/]+\.py)::(test_\w+)")


def missing(texts: Iterable[str]) -> list[str]:
    named = {name for text in texts for name in NAMED.findall(text)}
    return [
        f"{path}::{test}"
        for path, test in sorted(named)
        if not (PROJECT / path).is_file() or f"\ndef {test}(" not in (PROJECT / path).read_text(encoding="utf-8")
    ]
