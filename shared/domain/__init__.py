"""Makes the service's decisions, in pure functions: no clock, environment, network or logging."""
