"""The service: domain rules, use cases and the adapters that carry them out."""
