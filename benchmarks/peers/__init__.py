"""Handlers that do the main task of capture_lead with other libraries.

Peers do less than capture_lead: no consent ledger, no emergency advice in errors, no spool, one language, 36 rules.
"""
