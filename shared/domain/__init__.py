"""Makes the decisions of the service as pure functions: no clock, environment, network or logging."""
