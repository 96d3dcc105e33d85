"""Measurements of speed, size and cost. They print figures; the limits are checked in tests/."""
