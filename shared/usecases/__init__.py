"""The use cases: one function for each thing that the service does. `ports` declares what they call."""
