"""Peers: handlers that do the same task with other libraries.

Each peer accepts a submission, applies rules, and stores the submission unless it is stored already. Peers do less than
capture_lead: no consent ledger, no emergency advice in errors, no spool, one language, and only 36 rules. All peers
apply the same rules and store the same item; peers with pydantic share their models. `floor.py` is not a peer: it shows
what the libraries cost without our own code.
"""
