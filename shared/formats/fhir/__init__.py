"""FHIR R4, for export only: no function that takes in a patient's answers imports it."""
