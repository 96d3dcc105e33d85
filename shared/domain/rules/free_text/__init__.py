"""Finds in free text what rules ask for: despair, warning signs, medicine that stopped suddenly."""
