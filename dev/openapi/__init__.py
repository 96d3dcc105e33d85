"""Generates the OpenAPI 3.1 document from the models, the template's routes, and the descriptions in this package."""
