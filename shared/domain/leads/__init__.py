"""Models a lead from arrival to erasure."""
