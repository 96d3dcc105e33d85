"""Provides the empty table and the clock from tests/functions."""

from tests.functions.conftest import aws, clock

__all__ = ["aws", "clock"]
