"""Contains one module for each Lambda function. Only this package writes logs and metrics."""
