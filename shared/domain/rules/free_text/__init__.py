"""Searches free text for what rules look for, such as despair, warning signs or stopped medicine."""
