"""Reads the rulebook's TOML files, or the JSON files and hashes that the build made from them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any


def table_of(file: Path) -> dict[str, Any]:
    """Returns the content of a TOML file.

    Prefers the JSON file that the build made, because parsing TOML takes a tenth of a cold start.

    Raises: ValueError if the file is not UTF-8 or not TOML.
    """
    content = file.read_bytes()
    parsed = parsed_file(file)
    if parsed.is_file():
        found: dict[str, Any] = json.loads(parsed.read_bytes())
        if found["made_from"] == _hash(content):
            table: dict[str, Any] = found["table"]
            return table
    import tomllib  # needed only if the JSON file is missing or out of date  # noqa: PLC0415

    return tomllib.loads(content.decode())


def hash_of(file: Path) -> str:
    """Prefers the hash that the build recorded."""
    recorded = _hash_file(file)
    return recorded.read_text(encoding="utf-8") if recorded.is_file() else _hash(file.read_bytes())


def parse(file: Path) -> None:
    """Writes the JSON file and the hash beside a TOML file.

    Raises: ValueError if the TOML file is not UTF-8 or not TOML.
    """
    for made in (parsed_file(file), _hash_file(file)):
        made.unlink(missing_ok=True)
    content_hash = hash_of(file)
    parsed = {"made_from": content_hash, "table": table_of(file)}
    parsed_file(file).write_text(json.dumps(parsed, separators=(",", ":")), encoding="utf-8")
    _hash_file(file).write_text(content_hash, encoding="utf-8")


def parsed_file(file: Path) -> Path:
    return file.with_suffix(".json")


def _hash_file(file: Path) -> Path:
    return file.with_suffix(".sha256")


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
