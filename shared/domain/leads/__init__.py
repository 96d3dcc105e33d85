"""Models a lead from its arrival to its erasure."""
