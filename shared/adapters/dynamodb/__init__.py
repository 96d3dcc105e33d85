"""The leads and the access log in DynamoDB. Only this package knows the database."""

from shared.adapters.dynamodb.access_log import AccessLog
from shared.adapters.dynamodb.leads_table import LeadsTable

__all__ = ["AccessLog", "LeadsTable"]
