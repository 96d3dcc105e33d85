"""Keeps the leads table and the access log in DynamoDB. No other package calls DynamoDB."""
