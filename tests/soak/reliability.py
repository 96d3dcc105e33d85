"""The long checks of what docs/reliability.md promises."""

from __future__ import annotations

from tests.soak.check import Check

CHECKS: tuple[Check, ...] = ()
