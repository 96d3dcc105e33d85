"""Stores data in DynamoDB. No other package calls DynamoDB."""
