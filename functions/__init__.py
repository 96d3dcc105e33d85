"""One module for each Lambda function: read, call the use case, respond. wiring.py makes what they share.

Only these log and count.
"""
