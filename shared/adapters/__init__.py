"""The adapters to the tables, the topics, the queues, webhook receivers and files; one module for each."""
