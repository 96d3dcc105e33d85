"""Generates the OpenAPI 3.1 document, web/openapi.json."""
