"""One module for each Lambda function: it reads the event, calls the use case and responds.

wiring.py builds what they share. Only this package writes logs and metrics.
"""
