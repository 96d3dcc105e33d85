"""Use cases: one function for each thing the service does. `ports` declares what they need from outside."""
