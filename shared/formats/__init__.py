"""Exports leads and questionnaires in standard formats: FHIR R4, CSV, JSON Schema."""
