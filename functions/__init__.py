"""Contains one module for each Lambda function. Each module reads an event, calls a use case and responds.

wiring.py builds what the functions share. Only this package writes logs and metrics.
"""
