"""Searches free text for what rules look for, such as despair or warning signs."""
