"""Peers: handlers that do the same task with other libraries.

Each peer accepts a submission, applies rules, and stores the submission unless it is already stored. Peers do less
than capture_lead: no consent ledger, no emergency advice in errors, no spool, one language, 36 of the 74 rules. Each
module says what it adds. All apply the same rules and store the same item; peers with pydantic use the same models.
`floor.py` is not a peer: it shows the cost of the libraries without our own code.
"""
