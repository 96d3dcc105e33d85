"""Adapters to the table, the topic, the queues, webhook receivers and files; one module for each."""
