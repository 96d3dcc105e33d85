"""Leads and questionnaires in other people's formats: FHIR R4, CSV, JSON Schema."""
