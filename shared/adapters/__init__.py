"""Clients of the table, the topic, the queues, receivers and files; one module for each."""
