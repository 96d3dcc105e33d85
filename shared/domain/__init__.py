"""Makes the service's decisions in pure functions, which use no clock, environment, network or logging."""
