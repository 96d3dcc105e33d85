"""One module for each Lambda function: read, call the use case, respond. Only these log and count."""
