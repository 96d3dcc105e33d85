"""A lead from its arrival to its erasure: work, escalation, resubmission, consent, retention."""
