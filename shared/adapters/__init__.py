"""Connects the service to AWS, webhook receivers and files, and signs tokens and links."""
