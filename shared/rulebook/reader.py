"""Reads a TOML table key by key. Error texts say where in the file the mistake is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any, TypeVar

T = TypeVar("T")

CODE = re.compile(r"[a-z][a-z0-9-]{0,39}")
VERSION = re.compile(r"[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}")


class RulebookError(ValueError):
    """Raised if a rulebook file is invalid. The error text says where and why."""


class Reader:
    """A reader of one TOML table. `done` raises an error for keys that were not read, such as misspelled keys."""

    def __init__(self, table: Any, where: str) -> None:
        if not isinstance(table, dict):
            raise RulebookError(f"{where}: expected a table")
        self.where = where
        self._left: dict[str, Any] = dict(table)

    def error(self, text: str) -> RulebookError:
        return RulebookError(f"{self.where}: {text}")

    def __contains__(self, key: str) -> bool:
        return key in self._left

    def keys(self) -> frozenset[str]:
        return frozenset(self._left)

    def text(self, key: str) -> str:
        return self._take(key, str)

    def optional_text(self, key: str) -> str | None:
        return self.text(key) if key in self._left else None

    def wording(self, key: str) -> str:
        """Reads a text that is shown to people and therefore must not be empty."""
        text = self.text(key)
        if not text.strip():
            raise self.error(f"{key} is empty")
        return text

    def code(self, key: str) -> str:
        """Reads a code or an id, which must have the format that requests allow for codes."""
        code = self.text(key)
        if not CODE.fullmatch(code):
            raise self.error(f"{key}: write a code of at most 40 lower-case letters, digits and hyphens")
        return code

    def version(self, key: str) -> str:
        version = self.text(key)
        if not VERSION.fullmatch(version):
            raise self.error(f"{key}: write a version like 1.0.0")
        return version

    def number(self, key: str) -> int:
        return self._take(key, int)

    def optional_number(self, key: str) -> int | None:
        return self.number(key) if key in self._left else None

    def flag(self, key: str) -> bool:
        return self._take(key, bool)

    def texts(self, key: str) -> tuple[str, ...]:
        values = self._take(key, list)
        if not all(isinstance(value, str) for value in values):
            raise self.error(f"{key}: expected a list of texts")
        if len(set(values)) < len(values):
            raise self.error(f"{key}: an entry is listed twice")
        return tuple(values)

    def items(self, key: str) -> tuple[Any, ...]:
        return tuple(self._take(key, list))

    def value(self, key: str) -> Any:
        return self._take(key, object)

    def table(self, key: str) -> Reader:
        return Reader(self._take(key, dict), f"{self.where}.{key}")

    def named(self, key: str) -> Iterator[tuple[str, Any]]:
        yield from self._take(key, dict).items()

    def each(self, key: str, name: str = "id") -> Iterator[Reader]:
        """`name`: the key whose value identifies a table in error texts."""
        seen: set[Any] = set()
        for number, table in enumerate(self._take(key, list), start=1):
            label = table.get(name) if isinstance(table, dict) else None
            label = label if isinstance(label, str) else number
            if label in seen:
                raise self.error(f"{key}: {label!r} is listed twice")
            seen.add(label)
            yield Reader(table, f"{self.where}.{key}[{label}]")

    def signature(self, kind: str) -> tuple[str, str]:
        """Reads who signed this version, and when, or "" and "". `kind`: "approved" or "reviewed"."""
        by, on = self.text(f"{kind}_by"), self.text(f"{kind}_on")
        if bool(by) != bool(on):
            raise self.error(f"{kind}_by and {kind}_on belong together")
        if on:
            self._check_day(f"{kind}_on", on)
        return by, on

    def day(self, key: str) -> str:
        day = self.text(key)
        self._check_day(key, day)
        return day

    def _check_day(self, key: str, day: str) -> None:
        try:
            written = date.fromisoformat(day).isoformat()
        except ValueError:
            written = ""
        if written != day:  # only dates written as YYYY-MM-DD can be compared as text
            raise self.error(f"{key}: write a date like 2026-01-31")

    def done(self) -> None:
        if self._left:
            raise self.error(f"unknown key {', '.join(sorted(self._left))}")

    def _take(self, key: str, kind: type[T]) -> T:
        if key not in self._left:
            raise self.error(f"{key} is missing")
        value = self._left.pop(key)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.error(f"{key}: expected {kind.__name__}")
        return value
