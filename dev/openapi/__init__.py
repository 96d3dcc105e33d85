"""The service for other programs, as OpenAPI 3.1: from its models, the template's routes, and what is said here."""
