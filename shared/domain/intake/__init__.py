"""Defines what arrives from visitors: submissions and their fields, filled-in forms, ad leads, and signs of bots."""
