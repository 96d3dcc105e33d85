"""Searches free text for the things that rules ask about, such as despair, warning signs or stopped medicine."""
