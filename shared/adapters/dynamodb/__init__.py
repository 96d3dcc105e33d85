"""The leads and the access log in DynamoDB. Only this package knows the database."""
