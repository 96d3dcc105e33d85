"""Contains the questionnaires and triage rules as TOML, and the code that loads and checks them."""
