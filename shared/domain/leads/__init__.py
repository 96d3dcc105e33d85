"""Models a lead from its arrival to its erasure: work, escalation, resubmission, consent and retention."""
