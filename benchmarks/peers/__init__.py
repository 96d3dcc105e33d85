"""The same task as its users would write it: take a submission, apply rules, put it into the table unless it is there.

They do less than capture_lead: no consent ledger, no emergency advice in errors, no spool, one language, 36 of the 74
rules. What each adds is in its own module; all have the rules, and those with pydantic have the models.
"""
