"""The outside world: the table, the topic, the files. Each module knows one thing."""
