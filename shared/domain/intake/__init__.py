"""What arrives: submissions and their fields, filled-in forms, ad leads, and signs of bots."""
