"""Peers: the same task with other libraries. Each accepts a submission, applies rules, and stores it unless it exists.

They do less than capture_lead: no consent ledger, no emergency advice in errors, no spool, one language, 36 of the 74
rules. Each module says what it adds. All apply the rules and store the same item; those with pydantic use the models.
`floor.py` is not a peer: it shows the cost of the libraries without our own code.
"""
