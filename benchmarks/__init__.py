"""Measurements, which are printed and not checked; tests/ checks the limits."""
