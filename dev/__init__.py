"""Programs for developers, such as the local cloud and programs that try rules. Nothing in this package is shipped."""
