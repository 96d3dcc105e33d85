"""FHIR R4, for export only. Functions that receive answers never import it."""
