"""Defines what visitors send: submissions and their fields, filled-in forms, ad leads, and signs of bots."""
