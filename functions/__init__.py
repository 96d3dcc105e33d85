"""One module for each Lambda function: each reads its event, calls a use case and responds.

wiring.py builds what the functions share. Only this package writes logs and metrics.
"""
