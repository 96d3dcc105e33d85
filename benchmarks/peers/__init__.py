"""The same task as its users would write it: take a submission, apply rules, put it into the table unless it is there.

They do less than capture_lead: no consent ledger, no emergency advice in errors, no spool, one language, 36 of the 74
rules. What each adds is in its own module; all have the rules and store the same item, and those with pydantic have the
models. `floor.py` is no peer: it shows what is left when our own code is taken away.
"""
