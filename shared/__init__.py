"""The service: domain rules, use cases and adapters."""
