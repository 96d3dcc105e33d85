"""What comes in: submissions and their fields, filled-in forms, ad leads, signs of a machine."""
