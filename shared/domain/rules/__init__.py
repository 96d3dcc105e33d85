"""Defines questionnaires, conditions, triage and advice."""
