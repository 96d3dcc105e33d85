"""Everything the service does. What a use case needs from outside it states as a Protocol."""
