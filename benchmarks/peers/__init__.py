"""Peers: handlers that do the main task of capture_lead with other libraries.

Each peer accepts a submission, applies rules and stores the result once. Peers do less than capture_lead: they have no
consent ledger, no emergency advice in errors and no spool. They support one language, and apply only 36 rules. All
peers apply the same rules and store the same item. Peers with pydantic share their models. `floor.py` is not a peer:
it shows what the libraries cost without our own code.
"""
