"""Measures speed, size and cost. These programs print figures; tests/ checks the limits."""
