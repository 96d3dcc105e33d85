"""Exports to FHIR R4. Functions that receive answers never import this package."""
