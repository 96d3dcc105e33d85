"""The rulebook's files as tables: as they are written (TOML), or as the build has parsed them (JSON)."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any


def table_of(file: Path) -> dict[str, Any]:
    """What the file says. Raises ValueError where it is not UTF-8 or not TOML.

    The JSON beside it counts only while it was made from this very content: parsing TOML is a tenth of a cold start.
    """
    content = file.read_bytes()
    parsed = parsed_file(file)
    if parsed.is_file():
        found: dict[str, Any] = json.loads(parsed.read_bytes())
        if found["made_from"] == _hash(content):
            table: dict[str, Any] = found["table"]
            return table
    import tomllib  # only where nothing was parsed before  # noqa: PLC0415

    return tomllib.loads(content.decode())


def parse(file: Path) -> None:
    """Writes the JSON beside it. Raises ValueError where it is not UTF-8 or not TOML."""
    parsed_file(file).unlink(missing_ok=True)
    made = {"made_from": _hash(file.read_bytes()), "table": table_of(file)}
    parsed_file(file).write_text(json.dumps(made, separators=(",", ":")), encoding="utf-8")


def parsed_file(file: Path) -> Path:
    return file.with_suffix(".json")


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
