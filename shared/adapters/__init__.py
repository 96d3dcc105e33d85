"""The adapters to AWS services, webhook receivers, signed tokens and links, and files."""
