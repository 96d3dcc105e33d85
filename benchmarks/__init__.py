"""Measures speed, size and cost."""
