"""The questionnaires and triage rules as data, and their checked loading."""
