"""Searches free text for what rules ask for: despair, warning signs, medicine that was stopped suddenly."""
