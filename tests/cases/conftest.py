"""Gives these tests the empty table and the clock of tests/functions."""

from tests.functions.conftest import aws, clock

__all__ = ["aws", "clock"]
