"""Defines questionnaires, conditions, triage, and the advice that patients read, as pure functions."""
