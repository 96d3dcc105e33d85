"""Stores data in DynamoDB: leads, access log, counts and search keys, erasures, rota and mail addresses.

No other package calls DynamoDB.
"""
