"""Commands for developers, which are not deployed."""
