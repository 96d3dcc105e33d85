"""Exports to FHIR R4. Lambda functions that receive answers never import this package."""
