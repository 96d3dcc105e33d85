"""Questions, conditions, triage, and the advice that patients read. Pure functions."""
